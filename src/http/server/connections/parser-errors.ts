// Answers what Node's HTTP parser refuses, before there is a request, in the same JSON as all other errors.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { HubError, type ErrorCode } from '../../../core/errors.ts'
import { errorBody } from '../answers/errors.ts'

// An import of node:http would load Node's whole HTTP client, undici, just because one of its names is exported there: 14 MB.
const { STATUS_CODES } = process.getBuiltinModule('node:http')

const CODES: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request.timeout',
  HPE_HEADER_OVERFLOW: 'request.headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'request.too_large',
}

/** `clientErrorHandler` of Fastify's options. */
export function answerParserError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const known = new HubError(CODES[error.code ?? ''] ?? 'request.invalid')
  const { body, headers } = plainAnswer(known)
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`HTTP/1.1 ${known.status} ${STATUS_CODES[known.status]}\r\n${head.join('')}\r\n${body}`)
  socket.destroySoon()
}

/** Node answers an `Expect:` that it does not know by itself, unless somebody listens. */
export function registerExpectations(app: FastifyInstance): void {
  app.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const known = new HubError('request.expectation')
    const { body, headers } = plainAnswer(known)
    response.writeHead(known.status, headers).end(body)
  })
}

function plainAnswer(error: HubError) {
  const body = JSON.stringify(errorBody(error))
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    Connection: 'close',
  }
  return { body, headers }
}
