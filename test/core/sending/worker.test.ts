// What a worker does in its process, and leaves behind there. What it does with mails is in the contract of sending.
import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Delivery } from '../../../src/core/campaigns/ports.ts'
import { createCounters } from '../../../src/core/sending/parts.ts'
import { workOn } from '../../../src/core/sending/worker.ts'
import { silentLog } from '../../support/events/feed-lab.ts'
import { aDelivery } from '../../support/sending/deliveries.ts'
import { NOON } from '../../support/times.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const nobodyAsks = async () => expect.unreachable()

/** A worker whose chunk has as many mails as `open` reads; none of them has its turn. */
function lab(open: () => readonly Delivery[]) {
  const watched: string[] = []
  const asked: string[] = []
  const parts: Parameters<typeof workOn>[0] = {
    marks: {
      take: async () => ({ token: 1, outcomes: [], inDoubt: [] }),
      step: async () => 'go',
      drop: async () => {},
    },
    ledger: { open: async () => open(), record: async () => {} },
    subscribers: { unmailable: async () => new Map() },
    suppressions: { put: nobodyAsks },
    mailer: { send: nobodyAsks },
    health: { note: nobodyAsks },
    counters: createCounters(['default']),
    waitForTracking: nobodyAsks,
    retryDelaysMs: [],
    reactions: { of: async () => new Map() },
    gate: {
      async enter(campaignId) {
        asked.push(campaignId)
        return undefined
      },
      leave: () => {},
    },
    watch: {
      open: async () => ({ mail: () => expect.unreachable() }),
      onStop(campaignId: string) {
        watched.push(campaignId)
        return () => void watched.pop()
      },
    },
    flushEveryMs: () => 1_000,
    inHandMs: 30_000,
    connections: 4,
    now: () => NOON,
    log: silentLog,
  }
  const work = (signal: AbortSignal) =>
    workOn(parts, { campaignId: 'spring', chunk: 3, lane: 'default' }, signal)
  return { work, watched, asked }
}

test('a chunk that is done is watched no more, and nothing waits for its end', async () => {
  const { work, watched, asked } = lab(() => [aDelivery()])
  const { signal } = new AbortController()
  await work(signal)
  expect({
    asked,
    watched,
    listeners: getEventListeners(signal, 'abort'),
    timers: vi.getTimerCount(),
  }).toEqual({ asked: ['spring'], watched: [], listeners: [], timers: 0 })
})

test('a process that is closed while it reads a chunk sends nothing of it', async () => {
  const closing = new AbortController()
  const { work, asked } = lab(() => {
    closing.abort()
    return [aDelivery()]
  })
  await work(closing.signal)
  expect(asked).toEqual([])
})
