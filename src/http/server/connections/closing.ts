// Closing in bounded time: what is under way is answered, and nobody who is silent holds the hub up.
//
// Node's server waits for every connection, also for one that has never sent a request (a browser's preconnect, a
// balancer's probe) and for half a request; its closeIdleConnections() knows only those that have had an answer.
import type { FastifyInstance } from 'fastify'
import type { Connections, Use } from './connections.ts'

/** How long a request may still take to come in, a socket to say goodbye, and an answer to go out. */
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
  // A connection that is busy now would else be kept for the next request.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close')
    done()
  })
}
