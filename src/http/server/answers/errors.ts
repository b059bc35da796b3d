// Turns errors into answers. An error that is not in core's table is logged, and never shown to the client.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { causeOf } from '../../../core/causes.ts'
import { type ErrorCode, fieldMessage, HubError } from '../../../core/errors.ts'
import { AN_INSTANT } from '../../../core/instant.ts'
import { sendPage, type PlainPage } from './plain-page.ts'

const FASTIFY_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'request.too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'request.unsupported_media_type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'request.invalid',
  FST_ERR_CTP_INVALID_JSON_BODY: 'request.invalid',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request.invalid',
  FST_ERR_MAX_PARAM_LENGTH: 'request.not_found',
  FST_ERR_BAD_URL: 'request.not_found',
  FST_ERR_REOPENED_CLOSE_SERVER: 'server.closing',
}

export type ErrorBody = { error: { code: string; message: string; details?: unknown } }

export function registerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = translate(error)
    if (known.code === 'server.internal') request.log.error({ err: error }, 'unexpected error')
    else if (known.status >= 500)
      request.log.warn({ code: known.code, cause: error.cause && causeOf(error.cause) }, known.message)
    return sendError(reply, known)
  })
  app.setNotFoundHandler((_request, reply) => sendError(reply, new HubError('request.not_found')))
}

/**
 * Answers what Fastify refuses before it has a route (`frameworkErrors` in its options). No hook runs for these.
 * https://fastify.dev/docs/latest/Reference/Server/#frameworkerrors
 */
export function answerFrameworkError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const known = translate(error)
  request.log.info({ ...requestForLog(request), status: known.status }, 'request')
  // Nobody else would end the connection of an upgrade request.
  reply.raw.once('finish', () => request.headers.upgrade && request.raw.socket.destroySoon())
  sendError(reply.headers({ 'x-request-id': request.id, connection: 'close' }), known)
}

export function sendError(reply: FastifyReply, error: HubError): FastifyReply {
  // Left over if a file failed before its first byte.
  reply.removeHeader('content-encoding').removeHeader('content-disposition')
  if (error.retryAfter !== undefined) reply.header('retry-after', String(error.retryAfter))
  if (error.status === 401) reply.header('www-authenticate', 'Bearer')
  addVary(reply, 'Accept')
  if (wantsPage(reply.request.headers.accept)) return sendPage(reply, errorPage(error))
  return reply
    .status(error.status)
    .type('application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(errorBody(error)))
}

/** A browser that navigates asks for HTML first; an API client does not, or prefers JSON. */
export function wantsPage(accept = ''): boolean {
  const [html, json] = [accept.indexOf('text/html'), accept.indexOf('application/json')]
  return html >= 0 && (json < 0 || html < json)
}

function errorPage({ code, status, message }: HubError): PlainPage {
  const title = new HubError(code).message
  const link = { says: status === 401 ? 'Sign in' : 'Go to the dashboard', to: '/' }
  return { status, title, text: message === title ? [] : [`${message}.`], link }
}

/** Adds a header to `Vary`. */
export function addVary(reply: FastifyReply, header: string): void {
  const before = String(reply.getHeader('vary') ?? '')
  const names = before.split(',').map((name) => name.trim())
  if (!names.includes(header)) reply.header('vary', [...names.filter(Boolean), header].join(', '))
}

export function errorBody({ code, message, details }: HubError): ErrorBody {
  return { error: { code, message, ...(details === undefined ? {} : { details }) } }
}

export function translate(error: FastifyError): HubError {
  if (error instanceof HubError) return error
  if (error.validationContext === 'params') return new HubError('request.not_found') // nothing has a malformed id
  if (error.validation) return invalid(error)
  const code = FASTIFY_CODES[error.code]
  if (code) return new HubError(code, code === 'request.invalid' ? { message: error.message } : {})
  if (error.statusCode === 403) return new HubError('request.not_found') // by @fastify/send: the path cannot be a file's
  if (error.statusCode === 429) return new HubError('request.too_many')
  return error.statusCode && error.statusCode < 500
    ? new HubError('request.invalid', { message: error.message })
    : new HubError('server.internal', { cause: error })
}

/** Names the field that is wrong: `query.limit must be <= 1000`. */
function invalid(error: FastifyError): HubError {
  const where = error.validationContext === 'querystring' ? 'query' : (error.validationContext ?? 'body')
  const details =
    error.validation?.map((problem) => {
      const missing = problem.params.missingProperty ?? problem.params.additionalProperty
      const path = problem.instancePath.split('/').slice(1)
      if (typeof missing === 'string') path.push(missing)
      return { field: path.join('.') || where, message: inWords(problem) }
    }) ?? []
  const [first = { field: where, message: 'is not valid' }] = details
  return new HubError('request.invalid', {
    message: fieldMessage(where, first.field, first.message),
    details,
  })
}

type Problem = NonNullable<FastifyError['validation']>[number]

function inWords({ keyword, params, message = 'is not valid' }: Problem): string {
  if (keyword === 'required') return 'is required'
  if (keyword === 'type') return `must be ${[params.type].flat().join(' or ')}`
  if (keyword === 'format' && params.format === 'date-time') return AN_INSTANT
  if (keyword !== 'enum') return message
  return `must be one of ${(params.allowedValues as readonly string[]).filter(Boolean).join(', ')}`
}

/** What may be logged of a request: the client's address and the route's pattern, since a URL can hold a token. */
export function requestForLog(request: FastifyRequest): Record<string, unknown> {
  const route = request.routeOptions?.url
  return {
    method: request.method,
    ...(route ? { route } : { path: plainPath(request.url) }),
    address: request.ip,
  }
}

/** The path of a request without a route, with short words only: a longer one may be a token, one with an @ an address. */
function plainPath(url: string): string {
  const pieces = (url.split('?', 1)[0] ?? '').split('/').slice(0, 6)
  return pieces.map((piece) => (/^[\w.-]{0,15}$/.test(piece) ? piece : '…')).join('/')
}
