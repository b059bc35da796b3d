// Latency: POST of one event until sockets have it, stored on the way. Open loop: the next goes out when it is due.
import { setTimeout as sleep } from 'node:timers/promises'
import { createBodies } from '../bodies.ts'
import { quantile, type Plan } from '../harness.ts'
import { openConnection } from '../http-load.ts'
import { framesRequest, messageRequest } from '../push.ts'
import type { Result } from '../report.ts'
import { startBare, startHub, startNchan, type Running, type RunningHub } from '../servers.ts'
import { openListeners, type ListenOptions } from '../ws-load.ts'

const EVERY_MS = 20

type Contender = {
  readonly name: string
  readonly times: number[]
  load(ms: number): Promise<void>
  close(): Promise<void>
}

/** 50 events a second to 1,000 sockets, beside socket.io, which stores nothing. */
export async function latency(plan: Plan): Promise<Result> {
  const contenders: Contender[] = []
  try {
    const socketIo = { path: () => '/socket.io/?EIO=4&transport=websocket', counts: '42["event"', says: '40' }
    contenders.push(
      await contender('socket.io', 1_000, await startBare('socket-io'), socketIo, framesRequest(1)),
    )
    contenders.push(await hub('hub', 1_000, await startHub('embedded')))
    contenders.push(await contender('nchan on Redis, one socket', 1, await startNchan('redis'), { path: () => '/ws' }, messageRequest(1))) // prettier-ignore
    contenders.push(await hub('hub on Redis, one socket', 1, await startHub('shared')))
    for (const each of contenders) await each.load(plan.warmUpMs)
    for (const each of contenders) each.times.length = 0
    for (let round = 0; round < plan.rounds; round++)
      for (const each of contenders) await each.load(plan.roundMs)
    return resultOf(contenders)
  } finally {
    for (const { close } of contenders) await close()
  }
}

function resultOf(contenders: readonly Contender[]): Result {
  const p50 = (name: string) => quantile(contenders.find((each) => each.name === name)?.times ?? [], 0.5)
  return {
    title: 'Latency: POST of one event, 50 a second, until every socket has it',
    lines: contenders.map(({ name, times }) => ({
      name,
      figures: { 'p50 ms': quantile(times, 0.5), 'p99 ms': quantile(times, 0.99) },
    })),
    ratios: [
      { of: 'p50: hub / socket.io, 1,000 sockets', value: p50('hub') / p50('socket.io'), expected: 0.75 },
      {
        of: 'p50: hub / nchan, both on Redis, one socket',
        value: p50('hub on Redis, one socket') / p50('nchan on Redis, one socket'),
        expected: 4,
      },
    ],
  }
}

function hub(name: string, count: number, running: RunningHub): Promise<Contender> {
  const { webhookUrl, key, token } = running
  const { next } = createBodies({ path: '/api/hook', webhookUrl, key }, 1)
  return contender(name, count, running, { path: () => '/ws/email', token }, next)
}

async function contender(
  name: string,
  count: number,
  running: Running,
  sockets: Omit<ListenOptions, 'port' | 'count'>,
  request: Buffer | (() => Buffer),
): Promise<Contender> {
  const { port } = running
  const listeners = await openListeners({ port, count, ...sockets })
  const times: number[] = []
  return {
    name,
    times,
    async load(ms) {
      const connection = await openConnection(port) // anew: a server lets go of one that rests while others have their turn
      const end = performance.now() + ms
      for (let due = performance.now(); due < end; due += EVERY_MS) {
        await sleep(Math.max(0, due - performance.now()))
        const bytes = typeof request === 'function' ? request() : request
        listeners.begin()
        const began = Math.max(due, performance.now() - EVERY_MS)
        const seen = listeners.until(1).then(() => times.push(performance.now() - began))
        await Promise.all([seen, connection.exchange(bytes)])
      }
      connection.close()
    },
    async close() {
      listeners.close()
      await running.close()
    },
  }
}
