// Registers a route in one piece: its address, its description for /doc, and a handler that is typed by the schemas.
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifySchema,
  RouteShorthandOptions,
} from 'fastify'
import type { Static, TSchema } from 'typebox'
import { isUuid } from '../../core/ids.ts'

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
    handler: (request, reply) => {
      lowerId(request.params)
      return handler(request, reply.status(Number(status)))
    },
  })
}

/** Ids are compared as they were given out, and a UUID in upper case is the same one (RFC 9562, section 4). */
function lowerId(params: unknown): void {
  if (typeof params !== 'object' || params === null || !('id' in params)) return
  const lower = String(params.id).toLowerCase()
  if (isUuid(lower)) params.id = lower
}
