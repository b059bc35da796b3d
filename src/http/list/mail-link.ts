// The routes of a link in a mail: GET shows a page that asks, since scanners follow every link; POST does it.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { linesOf, type ListIdentity } from '../../core/campaigns/mail/identity.ts'
import { addVary } from '../server/answers/errors.ts'
import { languageFor, sendPage } from '../server/answers/plain-page.ts'
import { tagged } from '../server/answers/schemas.ts'
import { route } from '../server/route.ts'
import type { Words } from './page-words.ts'

type About = { readonly summary: string; readonly description?: string }

/** The page that a request is answered with. */
export type Answer = {
  readonly status: number
  readonly words: Words
  /** Where its button leads; by default to the same address. */
  readonly to?: string
}

type MailLink = {
  /** The path before the token. */
  readonly path: string
  /** The list that each page names. */
  readonly identity: ListIdentity
  readonly unknown: Words
  /** What `unknown` means. */
  readonly unknownMeans: string
  readonly get: About & { readonly asks: Words; readonly isKnown: (token: string) => boolean }
  readonly posts: readonly (About & {
    /** The path after the token; '' for the link itself. */
    readonly path: string
    /** Answers besides 200 and 404. */
    readonly response?: Readonly<Record<number, object>>
    readonly rateLimit?: object
    /** Does what the link is for. Must be repeatable; undefined if the token is not valid. */
    readonly follow: (token: string, request: FastifyRequest) => Promise<Answer | undefined>
  })[]
}

const PAGE = '<!DOCTYPE html>…'
/** The body is ignored, whatever it is: a mail program's one-click form, or nothing. */
const BODY_LIMIT = 64 * 1024

export const pageSchema = (description: string) => Type.String({ description, examples: [PAGE] })

export async function registerMailLink(app: FastifyInstance, link: MailLink): Promise<void> {
  const { identity, get, posts, unknown } = link
  function send(request: FastifyRequest, reply: FastifyReply, { status, words, to }: Answer) {
    const language = languageFor(request.headers['accept-language'])
    const { button, ...text } = words[language](identity.name)
    addVary(reply, 'Accept-Language')
    const shown = button ? { button: { says: button, to } } : {}
    return sendPage(reply, { status, language, ...text, ...shown, footer: linesOf(identity) })
  }
  const notKnown = { status: 404, words: unknown }
  const schema = {
    ...tagged('Links in mails'),
    security: [],
    params: Type.Object({ token: Type.String() }),
    produces: ['text/html'],
  }
  const response = { 200: pageSchema('A page'), 404: pageSchema(`A page: ${link.unknownMeans}`) }
  await app.register(async (pages) => {
    pages.removeAllContentTypeParsers()
    // Any content type is accepted, even an invalid one, to which Fastify would answer 415, and any encoding.
    pages.addHook('onRequest', async ({ headers }) => {
      headers['content-type'] = 'application/octet-stream'
      delete headers['content-encoding']
    })
    const asBytes = { parseAs: 'buffer', bodyLimit: BODY_LIMIT } as const
    pages.addContentTypeParser('*', asBytes, (_request, _body, done) => done(null, undefined))
    const config = { public: true, anyOrigin: true }
    const path = `${link.path}/:token`
    const { asks, isKnown, ...about } = get
    route(pages, `GET ${path}`, {
      config,
      ...schema,
      ...about,
      response,
      handler: async (request, reply) =>
        send(request, reply, isKnown(request.params.token) ? { status: 200, words: asks } : notKnown),
    })
    for (const { path: end, response: more, rateLimit, follow, ...about } of posts)
      route(pages, `POST ${path}${end}`, {
        config: { ...config, ...(rateLimit && { rateLimit }) },
        ...schema,
        ...about,
        response: { ...response, ...more },
        handler: async (request, reply) =>
          send(request, reply, (await follow(request.params.token, request)) ?? notKnown),
      })
  })
}
