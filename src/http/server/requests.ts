// How requests are read before any route runs: addresses, queries and bodies, and the answers to faulty ones.
import type { IncomingMessage, Server } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { badField, HubError } from '../../core/errors.ts'
import { answerFrameworkError, registerErrors } from './answers/errors.ts'
import { answering } from './connections/connections.ts'
import { answerParserError, registerExpectations } from './connections/parser-errors.ts'
import { hasBody, isEncoded } from './bodies/bodies.ts'
import { registerCompilers } from './compilers.ts'
import { rewriteUrl } from './methods.ts'
import { parseQuery, registerQueries } from './queries.ts'

/** For fastify(). A final slash is ignored. No id, and no e-mail address with every byte as %XX, is longer than maxParamLength. */
export const REQUEST_OPTIONS = {
  routerOptions: { ignoreTrailingSlash: true, maxParamLength: 800, querystringParser: parseQuery },
  rewriteUrl,
  frameworkErrors: answerFrameworkError,
  clientErrorHandler: answerParserError,
} as const

/**
 * For Node's server. Java's client and `curl --http2` ask for h2c with each request, which is ignored (RFC 9110, section 7.8).
 * An upgrade behind a request without an answer is refused in its turn: as a socket it would stay unanswered.
 */
export function isForSocket(this: Server, { headers, socket }: IncomingMessage): boolean {
  const isAsked = headers.upgrade?.toLowerCase() === 'websocket'
  return isAsked && this.listenerCount('upgrade') > 0 && !answering.has(socket)
}

export function setUpRequests(app: FastifyInstance): void {
  registerErrors(app)
  registerExpectations(app)
  // The only asynchronous hook: it gives the bytes that came with the head time to arrive before the next hook runs.
  app.addHook('onRequest', async ({ headers, raw }) => {
    if (headers.host === undefined && raw.httpVersion !== '1.0')
      throw badField('host', 'is required', 'headers')
    if (namesTwoHosts(raw)) throw badField('host', 'must be there once', 'headers')
  })
  registerQueries(app)
  registerCompilers(app)
  // An empty body of any type is no error where none is needed (`curl -d ''`); where one is needed, the schema says so.
  app.addHook('onRequest', ({ headers, raw, server }, _reply, done) => {
    if (!hasBody(raw) && headers['content-type'] !== undefined) {
      const [type = ''] = headers['content-type'].split(';')
      if (!server.hasContentTypeParser(type.trim().toLowerCase())) delete headers['content-type']
    }
    done()
  })
  app.addHook('preParsing', ({ raw, is404 }, _reply, payload, done) =>
    done(
      isEncoded(raw) && hasBody(raw) && !is404 ? new HubError('request.unsupported_media_type') : null,
      payload,
    ),
  )
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null, undefined) : parseJson(request, body, done),
  )
}

/** Node keeps only the first; whoever stands before the hub may have gone by another one (RFC 9112, section 3.2). */
function namesTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0
  for (let n = 0; n < rawHeaders.length; n += 2)
    if (rawHeaders[n]?.length === 4 && rawHeaders[n]?.toLowerCase() === 'host') hosts++
  return hosts > 1
}
