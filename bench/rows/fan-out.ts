// Fan-out: what a server pays until each of a thousand sockets has an event, beside socket.io, nchan and Bun.
import { createBodies } from '../bodies.ts'
import { interleave, type Contender, type Plan } from '../harness.ts'
import { exchangeFor, openConnection } from '../http-load.ts'
import { framesRequest, messageRequest } from '../push.ts'
import { cpuResult, type Result } from '../report.ts'
import { startBare, startHub, startNchan, type Running } from '../servers.ts'
import { openListeners, type ListenOptions } from '../ws-load.ts'

const SOCKETS = 1_000
const POSTERS = 4
const [HUB, SOCKET_IO, NCHAN, BUN] = ['hub', 'socket.io', 'nchan', 'Bun']

export async function fanOutSingles(plan: Plan): Promise<Result> {
  const samples = await measure(plan, [socketIo, nchan, bun, hub], 1)
  return cpuResult('Fan-out: 1,000 sockets, single events from 4 posters', 'delivery', samples, [
    { of: HUB, to: SOCKET_IO, expected: 0.2 },
    { of: HUB, to: NCHAN, expected: 0.5 },
    { of: HUB, to: BUN, expected: 1.6 },
  ])
}

export async function fanOutBatches(plan: Plan): Promise<Result> {
  const samples = await measure(plan, [nchan, bun, hub], 10)
  return cpuResult('Fan-out: 1,000 sockets, batches of 10 from 4 posters', 'delivery', samples, [
    { of: HUB, to: NCHAN, expected: 1.5 },
    { of: HUB, to: BUN, expected: 1.5 },
  ])
}

export async function fanOutFilters(plan: Plan): Promise<Result> {
  const [one, many] = ['one filter', '50 filters']
  const samples = await measure(plan, [filtered(one, 1), filtered(many, 50)], 1)
  return cpuResult('Fan-out: 1,000 sockets with one filter or 50, single events', 'delivery', samples, [
    { of: many, to: one, expected: 1.4 },
  ])
}

type Open = (events: number) => Promise<Contender>

async function measure(plan: Plan, opens: readonly Open[], events: number) {
  const contenders: Contender[] = []
  try {
    for (const open of opens) contenders.push(await open(events))
    return await interleave(contenders, plan)
  } finally {
    for (const { close } of contenders) await close()
  }
}

const socketIo: Open = async (events) =>
  contender(SOCKET_IO, events, {
    running: await startBare('socket-io'),
    sockets: { path: () => '/socket.io/?EIO=4&transport=websocket', counts: '42["event"', says: '40' },
    request: framesRequest(events),
  })

const nchan: Open = async (events) =>
  contender(NCHAN, events, {
    running: await startNchan(),
    sockets: { path: () => '/ws' },
    request: messageRequest(events),
    framesAPost: 1,
  })

const bun: Open = async (events) =>
  contender(BUN, events, {
    running: await startBare('bun-push'),
    sockets: { path: () => '/' },
    request: framesRequest(events),
  })

const hub: Open = (events) => filtered(HUB, 0)(events)

/** Filters that all let every event of the load through: they differ in kinds that do not come. */
function filtered(name: string, filters: number): Open {
  return async (events) => {
    const running = await startHub('embedded')
    const { token, webhookUrl, key } = running
    const bodies = createBodies({ path: '/api/hook', webhookUrl, key }, events)
    const others = ['suppressed', 'unsuppressed', 'inbound', 'rejected', 'unsubscribed', 'complained'].filter(
      (kind) => !bodies.words.includes(kind),
    )
    const path = (index: number) => {
      const bits = index % Math.max(filters, 1)
      const kinds = [...bodies.words, ...others.filter((_, bit) => (bits >> bit) & 1)]
      return filters === 0 ? '/ws/email' : `/ws/email?events=${kinds.join()}`
    }
    return contender(name, events, { running, sockets: { path, token }, next: bodies.next })
  }
}

type Parts = {
  readonly running: Running
  readonly sockets: Omit<ListenOptions, 'port' | 'count'>
  readonly request?: Buffer
  readonly next?: () => Buffer
  readonly framesAPost?: number
}

async function contender(name: string, events: number, parts: Parts): Promise<Contender> {
  const { running, sockets, request = Buffer.alloc(0), next = () => request, framesAPost = events } = parts
  const { server, port, stores } = running
  const listeners = await openListeners({ port, count: SOCKETS, ...sockets })
  const connections = await Promise.all(Array.from({ length: POSTERS }, () => openConnection(port)))
  return {
    name,
    server,
    stores,
    async load(ms) {
      listeners.begin()
      const posts = await exchangeFor(ms, connections, next)
      await listeners.until(posts * framesAPost)
      return posts * events * SOCKETS
    },
    async close() {
      listeners.close()
      for (const connection of connections) connection.close()
      await running.close()
    },
  }
}
