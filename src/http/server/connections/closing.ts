// Closes the server in bounded time: requests under way are answered, and silent connections do not delay it.
//
// Node's server waits for every connection, also for those that never sent a request (a browser's preconnect, a balancer's probe)
// or only half of one; its closeIdleConnections() closes only those that have had an answer.
import type { FastifyInstance } from 'fastify'
import type { Connections, Use } from './connections.ts'

/** comingMs: for requests to arrive, and sockets to close. answerMs: for answers to go out. */
const LIMITS = { comingMs: 3_000, answerMs: 8_000 }

export function registerClosing(
  app: FastifyInstance,
  connections: Pick<Connections, 'all'>,
  limits = LIMITS,
): void {
  const timers: NodeJS.Timeout[] = []
  let closing = false

  const end = (isOver: (use: Use) => boolean): void => {
    for (const [socket, { use }] of connections.all) if (isOver(use)) socket.destroy()
  }
  const isComing = (use: Use) => typeof use === 'object' && !use.complete

  app.addHook('preClose', async () => {
    closing = true
    end((use) => use === undefined)
    timers.push(
      setTimeout(
        () => end((use) => use === undefined || use === 'upgraded' || isComing(use)),
        limits.comingMs,
      ),
    )
    timers.push(setTimeout(() => end(() => true), limits.answerMs))
  })
  app.addHook('onClose', async () => timers.forEach(clearTimeout))
  // Otherwise a connection that is busy now would be kept open for another request.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close')
    done()
  })
}
