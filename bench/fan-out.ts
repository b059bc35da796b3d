// Fan-out: what one server pays until each of many sockets has an event. Against `ws` with a send for each socket.
import { createBodies } from './bodies.ts'
import { interleave, type Contender, type Plan } from './harness.ts'
import { openConnection } from './http-load.ts'
import { bareRequest } from './push.ts'
import { printRatios } from './report.ts'
import { startBare, startHub, type Running } from './servers.ts'
import { openListeners, type Listeners } from './ws-load.ts'

/** `posts` go out at once, each with `events`; the next ones when every socket has got them all. */
type Shape = { readonly title: string; readonly posts: number; readonly events: number }

const SHAPES: readonly Shape[] = [
  { title: 'single events, one after the other', posts: 1, events: 1 },
  { title: 'single events, 16 posts at once', posts: 16, events: 1 },
  { title: 'batches of 10', posts: 1, events: 10 },
]

export async function benchFanOut(plan: Plan, raw: boolean, sockets: number): Promise<void> {
  for (const shape of SHAPES) {
    const contenders: Contender[] = []
    try {
      contenders.push(await bareContender(shape, sockets))
      contenders.push(await hubContender(shape, sockets))
      const samples = await interleave(contenders, plan)
      printRatios(`Fan-out: ${sockets} sockets, ${shape.title}`, 'delivery', samples, raw)
    } finally {
      for (const { close } of contenders) await close()
    }
  }
}

async function bareContender(shape: Shape, count: number): Promise<Contender> {
  const running = await startBare('ws-echo')
  const listeners = await openListeners({ port: running.port, path: '/', token: 'none', count })
  const request = bareRequest(shape.events)
  return contender('ws, one send a socket', shape, { running, listeners, count, next: () => request })
}

async function hubContender(shape: Shape, count: number): Promise<Contender> {
  const running = await startHub('embedded')
  const { port, token, webhookUrl, key } = running
  const listeners = await openListeners({ port, path: '/ws/email', token, count })
  const { next } = createBodies({ path: '/api/hook', webhookUrl, key }, shape.events)
  return contender('hub, embedded store', shape, { running, listeners, count, next })
}

type Parts = {
  readonly running: Running
  readonly listeners: Listeners
  readonly count: number
  readonly next: () => Buffer
}

async function contender(name: string, { posts, events }: Shape, parts: Parts): Promise<Contender> {
  const { running, listeners, count, next } = parts
  const connections = await Promise.all(Array.from({ length: posts }, () => openConnection(running.port)))
  return {
    name,
    server: running.server,
    async load(ms) {
      const end = performance.now() + ms
      let deliveries = 0
      while (performance.now() < end) {
        const all = listeners.expect(posts * events)
        await Promise.all([all, ...connections.map((connection) => connection.exchange(next()))])
        deliveries += posts * events * count
      }
      return deliveries
    },
    async close() {
      listeners.close()
      for (const connection of connections) connection.close()
      await running.close()
    },
  }
}
