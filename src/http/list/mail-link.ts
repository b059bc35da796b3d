// A link in a mail, as two routes: GET only asks, for scanners follow every link; POST does it.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { linesOf, type ListIdentity } from '../../core/campaigns/mail/identity.ts'
import { acceptAnyBody } from '../server/bodies/any-body.ts'
import { sendPage, type PlainPage } from '../server/plain-page.ts'
import { tagged } from '../server/schemas.ts'

type About = { readonly summary: string; readonly description?: string }

export type MailLink = {
  /** The token follows it. */
  readonly path: string
  /** Named on each page. */
  readonly identity: ListIdentity
  readonly asks: PlainPage
  readonly done: PlainPage
  readonly unknown: PlainPage
  /** What `unknown` means. */
  readonly unknownMeans: string
  readonly get: About
  readonly post: About
  readonly isKnown: (token: string) => boolean
  /** Does what the link is for, any number of times; false when the token is not known. */
  readonly follow: (token: string, request: FastifyRequest) => Promise<boolean>
}

const PAGE = '<!DOCTYPE html>…'

type Route = { readonly Params: { readonly token: string } }

export async function registerMailLink(app: FastifyInstance, link: MailLink): Promise<void> {
  const { asks, done, unknown, isKnown, follow } = link
  const send = (reply: FastifyReply, page: PlainPage) =>
    sendPage(reply, { ...page, footer: linesOf(link.identity) })
  const schema = {
    ...tagged('Links in mails'),
    security: [],
    params: Type.Object({ token: Type.String() }),
    produces: ['text/html'],
    response: {
      200: Type.String({ description: 'A page', examples: [PAGE] }),
      404: Type.String({ description: `A page: ${link.unknownMeans}`, examples: [PAGE] }),
    },
  }
  await app.register(async (pages) => {
    acceptAnyBody(pages)
    const config = { public: true, anyOrigin: true }
    const path = `${link.path}/:token`
    pages.get<Route>(path, { config, schema: { ...schema, ...link.get } }, async ({ params }, reply) =>
      send(reply, isKnown(params.token) ? asks : unknown),
    )
    pages.post<Route>(path, { config, schema: { ...schema, ...link.post } }, async (request, reply) =>
      send(reply, (await follow(request.params.token, request)) ? done : unknown),
    )
  })
}
