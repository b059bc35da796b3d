// What a worker does in its process, and leaves behind there. What it does with mails is in the contract of sending.
import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { workOn } from '../../../src/core/sending/worker.ts'
import { silentLog } from '../../support/events/feed-lab.ts'
import { NOON } from '../../support/times.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** A worker whose chunk has as many mails as `open` reads; none of them has its turn. */
function lab(open: () => readonly object[]) {
  const watched: string[] = []
  const asked: string[] = []
  const parts = {
    marks: {
      take: async () => ({ token: 1, outcomes: [], inDoubt: [] }),
      step: async () => 'go',
      drop: async () => {},
    },
    ledger: { open: async () => open(), record: async () => {} },
    subscribers: { unmailable: async () => new Map() },
    reactions: { of: async () => new Map() },
    gate: {
      enter: async (campaignId: string) => void asked.push(campaignId),
      leave: () => {},
    },
    watch: {
      open: async () => ({}),
      onStop(campaignId: string) {
        watched.push(campaignId)
        return () => void watched.pop()
      },
    },
    tellEveryMs: () => 1_000,
    inHandMs: 30_000,
    connections: 4,
    now: () => NOON,
    log: silentLog,
  } as unknown as Parameters<typeof workOn>[0]
  const work = (signal: AbortSignal) =>
    workOn(parts, { campaignId: 'spring', chunk: 3, lane: 'default' }, signal)
  return { work, watched, asked }
}

const MAIL = { n: 1, email: 'jo@example.com' }

test('a chunk that is done is watched no more, and nothing waits for its end', async () => {
  const { work, watched, asked } = lab(() => [MAIL])
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
    return [MAIL]
  })
  await work(closing.signal)
  expect(asked).toEqual([])
})
