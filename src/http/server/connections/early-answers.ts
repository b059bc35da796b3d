// What is answered before its body is there (401, 413, 415, 429, a GET with a body) is let go: the connection is read for a
// moment, so that the client comes to its answer, and closed. Node would wait for the rest for as long as it takes; a
// connection that is closed with bytes unread is reset, and a client may lose an answer that it has not read yet
// (RFC 9112, 9.6).
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { giveBack, hasBody, isThere } from '../bodies/bodies.ts'

/** How long the rest of a body is passed over: a stranger's, and that of a file whose import has failed. */
const LINGER_MS = { stranger: 2_000, known: 30_000 }

export function registerEarlyAnswers(
  app: FastifyInstance,
  isKnown: (request: FastifyRequest) => boolean,
  lingerMs = LINGER_MS,
): void {
  const known = new WeakSet<IncomingMessage>()
  app.server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!hasBody(request)) return
    // Before Node's own listener, which would close at once or keep the connection.
    response.prependOnceListener('finish', () => {
      if (!isThere(request)) letGo(request, known.has(request) ? lingerMs.known : lingerMs.stranger)
    })
  })
  app.addHook('onSend', (request, reply, _payload, done) => {
    if (tellEarly(request, reply) && isKnown(request)) known.add(request.raw)
    done()
  })
}

/** Tells a client that has not sent its whole body that this is the last answer here; false for all others. */
function tellEarly({ raw }: FastifyRequest, reply: FastifyReply): boolean {
  const early = hasBody(raw) && !isThere(raw)
  if (early) reply.header('connection', 'close')
  return early
}

function letGo(request: IncomingMessage, ms: number): void {
  const destroy = linger(request.socket, ms)
  request.on('data', giveBack).once('end', destroy).resume()
}

/** Says no more, and closes a moment later; how to close it sooner is given back. */
export function linger(socket: Socket, ms: number): () => void {
  const destroy = socket.destroySoon.bind(socket)
  socket.destroySoon = () => socket.end()
  socket.end()
  const timer = setTimeout(() => socket.destroy(), ms)
  socket.once('close', () => clearTimeout(timer))
  return destroy
}
