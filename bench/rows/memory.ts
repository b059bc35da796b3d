// Memory and start: an idle hub beside bare Fastify, an idle socket beside `ws`, nchan, socket.io and Bun, and the hook at
// its full rate.
import { setTimeout as sleep } from 'node:timers/promises'
import { createBodies } from '../bodies.ts'
import { median, type Plan } from '../harness.ts'
import { exchangeFor, openConnection } from '../http-load.ts'
import type { Line, Result } from '../report.ts'
import { startBare, startHub, startNchan, type Running } from '../servers.ts'
import { openListeners, type ListenOptions } from '../ws-load.ts'

const MB = 1_000_000
const SETTLE_MS = 3_000

export async function start(plan: Plan): Promise<Result> {
  const times: Record<'Fastify' | 'hub', number[]> = { Fastify: [], hub: [] }
  const sizes: Record<'Fastify' | 'hub', number[]> = { Fastify: [], hub: [] }
  const starts = { Fastify: () => startBare('fastify-routes'), hub: () => startHub('embedded') }
  for (let round = 0; round < plan.rounds + 1; round++)
    for (const name of ['Fastify', 'hub'] as const) {
      const running = await starts[name]()
      await sleep(SETTLE_MS)
      if (round > 0) {
        times[name].push(running.server.startedMs) // the first fills caches
        sizes[name].push(running.server.memory().now / MB)
      }
      await running.close()
    }
  return {
    title: 'Start until healthy, and idle: the hub, embedded, beside bare Fastify with as many routes',
    lines: (['Fastify', 'hub'] as const).map((name) => ({
      name,
      figures: { 'start ms': median(times[name]), 'MB resident': median(sizes[name]) },
    })),
    ratios: [
      { of: 'start: hub / Fastify', value: median(times.hub) / median(times.Fastify), expected: 3 },
      { of: 'an idle hub, resident', value: median(sizes.hub), expected: 150, unit: ' MB' },
    ],
  }
}

const IDLE_SOCKETS = 5_000
/** Opened first, for what grows once and stays; not so many that those measured fill the room they have left. */
const FIRST_SOCKETS = 50

export async function idleSockets(): Promise<Result> {
  const socketIo = { path: () => '/socket.io/?EIO=4&transport=websocket', says: '40' }
  const lines: Line[] = [
    await idleSocket('socket.io', await startBare('socket-io'), socketIo),
    await idleSocket('ws', await startBare('ws-echo'), { path: () => '/' }),
    await idleSocket('nchan', await startNchan(), { path: () => '/ws' }),
    await idleSocket('Bun', await startBare('bun-push'), { path: () => '/' }),
  ]
  const hub = await startHub('embedded')
  lines.push(await idleSocket('hub', hub, { path: () => '/ws/email', token: hub.token }))
  const of = (name: string) => lines.find((line) => line.name === name)?.figures['kB a socket'] ?? NaN
  return {
    title: `Memory of an idle socket, of ${IDLE_SOCKETS}`,
    lines,
    ratios: [{ of: 'kB: hub / ws', value: of('hub') / of('ws'), expected: 0.9 }],
  }
}

async function idleSocket(
  name: string,
  running: Running,
  sockets: Omit<ListenOptions, 'port' | 'count'>,
): Promise<Line> {
  const { server, port } = running
  const open = (count: number) => openListeners({ port, count, ...sockets })
  const first = await open(FIRST_SOCKETS)
  first.close()
  await sleep(SETTLE_MS)
  const before = server.memory().now
  const listeners = await open(IDLE_SOCKETS)
  await sleep(SETTLE_MS)
  const grown = server.memory().now - before
  listeners.close()
  await running.close()
  return { name, figures: { 'kB a socket': grown / IDLE_SOCKETS / 1_000 } }
}

const FULL_RATE_MS = 60_000

export async function peak(plan: Plan): Promise<Result> {
  const hub = await startHub('embedded')
  const { webhookUrl, key, port, server } = hub
  const { next } = createBodies({ path: '/api/hook', webhookUrl, key }, 100)
  const connections = await Promise.all(Array.from({ length: 8 }, () => openConnection(port)))
  await exchangeFor(plan.rounds > 1 ? FULL_RATE_MS : plan.roundMs, connections, next)
  const most = server.memory().peak / MB
  for (const connection of connections) connection.close()
  await hub.close()
  return {
    title: 'Peak memory: batches of 100 at the full rate for a minute, embedded',
    lines: [{ name: 'hub', figures: { 'MB at most': most } }],
    ratios: [{ of: 'the most that was resident', value: most, expected: 350, unit: ' MB' }],
  }
}
