// Closes connections whose request was answered before its body had arrived (401, 413, 415, 429, a GET with a body), after reading
// on for a moment. Node would wait for the rest for as long as it takes. Closing at once would reset the connection, and the client
// could lose the answer that it has not read yet (RFC 9112, section 9.6).
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { giveBack, hasBody, hasArrived } from '../bodies/bodies.ts'

/** How long the rest of a body is read and ignored: a stranger's, and that of a known client (a file whose import has failed). */
const LINGER_MS = { stranger: 2_000, known: 30_000 }

export function registerEarlyAnswers(
  app: FastifyInstance,
  isKnown: (request: FastifyRequest) => boolean,
  lingerMs = LINGER_MS,
): void {
  const known = new WeakSet<IncomingMessage>()
  app.server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!hasBody(request)) return
    // Runs before Node's own listener, which would close the connection at once, or keep it.
    response.prependOnceListener('finish', () => {
      if (!hasArrived(request)) readOn(request, known.has(request) ? lingerMs.known : lingerMs.stranger)
    })
  })
  app.addHook('onSend', (request, reply, _payload, done) => {
    const { raw } = request
    if (hasBody(raw) && !hasArrived(raw)) {
      reply.header('connection', 'close') // tells the client that no further request is answered here
      if (isKnown(request)) known.add(raw)
    }
    done()
  })
}

function readOn(request: IncomingMessage, ms: number): void {
  const destroy = linger(request.socket, ms)
  request.on('data', giveBack).once('end', destroy).resume()
}

/** Ends the sending side, and closes the connection after `ms`. Returns a function that closes it sooner. */
export function linger(socket: Socket, ms: number): () => void {
  const destroy = socket.destroySoon.bind(socket)
  socket.destroySoon = () => socket.end()
  socket.end()
  const timer = setTimeout(() => socket.destroy(), ms)
  socket.once('close', () => clearTimeout(timer))
  return destroy
}
