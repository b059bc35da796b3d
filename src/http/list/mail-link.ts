// A link in a mail, as two routes: GET only asks, for scanners follow every link; POST does it.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { linesOf, type ListIdentity } from '../../core/campaigns/mail/identity.ts'
import { addVary } from '../server/answers/errors.ts'
import { languageFor, sendPage } from '../server/answers/plain-page.ts'
import { tagged } from '../server/answers/schemas.ts'
import { route } from '../server/route.ts'
import type { Words } from './page-words.ts'

type About = { readonly summary: string; readonly description?: string }

/** A page to answer with. */
export type Answer = {
  readonly status: number
  readonly words: Words
  /** Where its button leads; to this very address where nothing is said. */
  readonly to?: string
}

type MailLink = {
  /** The token follows it. */
  readonly path: string
  /** Named on each page. */
  readonly identity: ListIdentity
  readonly unknown: Words
  /** What `unknown` means. */
  readonly unknownMeans: string
  readonly get: About & { readonly asks: Words; readonly isKnown: (token: string) => boolean }
  /** By what stands behind the token: '' for the link itself. undefined when the token is not known. */
  readonly posts: readonly (About & {
    readonly path: string
    /** Other answers than 200 and 404. */
    readonly response?: Readonly<Record<number, object>>
    readonly rateLimit?: object
    /** Does what it is for, any number of times. */
    readonly follow: (token: string, request: FastifyRequest) => Promise<Answer | undefined>
  })[]
}

const PAGE = '<!DOCTYPE html>…'
/** Of a body that is taken whatever it is, and not read: a mail program's one-click form, or nothing at all. */
const BODY_LIMIT = 64 * 1024

export const pageSchema = (description: string) => Type.String({ description, examples: [PAGE] })

export async function registerMailLink(app: FastifyInstance, link: MailLink): Promise<void> {
  const { identity, get, posts, unknown } = link
  function send(request: FastifyRequest, reply: FastifyReply, { status, words, to }: Answer) {
    const language = languageFor(request.headers['accept-language'])
    const { button, ...told } = words[language](identity.name)
    addVary(reply, 'Accept-Language')
    const shown = button ? { button: { says: button, to } } : {}
    return sendPage(reply, { status, language, ...told, ...shown, footer: linesOf(identity) })
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
    // Whatever its sender calls it, or cannot spell: Fastify would answer 415 to what is no content type.
    pages.addHook(
      'onRequest',
      async ({ headers }) => void (headers['content-type'] = 'application/octet-stream'),
    )
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
    for (const { path: behind, response: more, rateLimit, follow, ...told } of posts)
      route(pages, `POST ${path}${behind}`, {
        config: { ...config, ...(rateLimit && { rateLimit }) },
        ...schema,
        ...told,
        response: { ...response, ...more },
        handler: async (request, reply) =>
          send(request, reply, (await follow(request.params.token, request)) ?? notKnown),
      })
  })
}
