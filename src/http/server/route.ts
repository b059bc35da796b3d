// Registers a route in one piece: its address, its description for /doc, and a handler that is typed by the schemas.
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifySchema,
  RouteShorthandOptions,
} from 'fastify'
import type { Static, TSchema } from 'typebox'

type Given<P extends TSchema, Q extends TSchema, B extends TSchema> = {
  Params: Static<P>
  Querystring: Static<Q>
  Body: Static<B>
}
type Options = Pick<
  RouteShorthandOptions,
  'config' | 'bodyLimit' | 'logLevel' | 'compress' | 'onRequest' | 'preValidation'
>
type Route<P extends TSchema, Q extends TSchema, B extends TSchema> = FastifySchema &
  Options & {
    readonly params?: P
    readonly querystring?: Q
    readonly body?: B
    readonly handler: (request: FastifyRequest<Given<P, Q, B>>, reply: FastifyReply) => Promise<unknown>
  }

/** `at`: such as `GET /campaigns/:id`. The handler answers with the first status in `response`, unless it sets another. */
export function route<P extends TSchema, Q extends TSchema, B extends TSchema>(
  app: FastifyInstance,
  at: string,
  { handler, config, bodyLimit, logLevel, compress, onRequest, preValidation, ...schema }: Route<P, Q, B>,
): void {
  const [method = '', url = ''] = at.split(' ')
  const options = { config, bodyLimit, logLevel, compress, onRequest, preValidation }
  const [status = '200'] = Object.keys(schema.response ?? {})
  app.route<Given<P, Q, B>>({
    method,
    url,
    ...options,
    schema,
    handler: (request, reply) => handler(request, reply.status(Number(status))),
  })
}
