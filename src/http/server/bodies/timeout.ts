// Limits how long a body may take to arrive. Node's own limit (server.requestTimeout) allows no exceptions, but a file of a million
// subscribers takes longer: a route that reads one sets `longBody`, and has a limit of its own.
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { HubError } from '../../../core/errors.ts'
import { hasBody, hasArrived } from './bodies.ts'
import { sendError } from '../answers/errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body may take as long as it likes, as long as it keeps coming. */
    longBody?: boolean
  }
}

export function registerBodyTimeout(app: FastifyInstance, limitMs: number): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { raw } = request
    if (hasBody(raw) && !hasArrived(raw) && !request.routeOptions.config.longBody) bound(raw, reply, limitMs)
    done()
  })
}

function bound(raw: IncomingMessage, reply: FastifyReply, limitMs: number): void {
  const timer = setTimeout(() => {
    if (raw.complete || reply.sent) return
    void sendError(reply.header('connection', 'close'), new HubError('request.timeout'))
  }, limitMs)
  timer.unref()
  for (const over of ['end', 'close']) raw.once(over, () => clearTimeout(timer))
  reply.raw.once('close', () => clearTimeout(timer)) // answered before all of it was read
}
