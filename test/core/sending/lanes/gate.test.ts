// The gate of a lane, in a time of its own.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createEmbeddedLaneControl } from '../../../../src/adapters/embedded/sending/lane-control.ts'
import type { LaneControl } from '../../../../src/core/sending/ports.ts'
import { openGate } from '../../../../src/core/sending/lanes/gate.ts'
import { silentLog } from '../../../support/events/feed-lab.ts'
import { HOUR, NOON } from '../../../support/times.ts'

beforeEach(() => void vi.useFakeTimers({ now: NOON }))
afterEach(() => vi.useRealTimers())

test('a lane whose next mail is further away than a timer can be is asked once a minute', async () => {
  const lane = { name: 'default', domains: [], connections: 4, perSecond: 1e-7 }
  const lanes = createEmbeddedLaneControl([lane])
  let asked = 0
  const counted = {
    ...lanes,
    lease(...about: Parameters<typeof lanes.lease>) {
      asked += 1
      return lanes.lease(...about)
    },
  }
  const gate = openGate({
    ...lane,
    lane: 'default',
    lanes: counted,
    owner: 'one',
    now: Date.now,
    log: silentLog,
  })
  const first = await gate.enter('a campaign', {})
  first?.release()
  void gate.enter('a campaign', {})
  await vi.advanceTimersByTimeAsync(59_999)
  expect(asked).toBe(2)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toBe(3)
  await gate.close()
})

test('campaigns take turns: one waiter of a small one is not passed over for all of a large one', async () => {
  const lane = { name: 'default', domains: [], connections: 1, perSecond: 1000 }
  const lanes = createEmbeddedLaneControl([lane])
  const gate = openGate({ ...lane, lane: 'default', lanes, owner: 'one', now: Date.now, log: silentLog })
  const turns = { large: 0, small: 0 }
  const send = async (campaign: keyof typeof turns) => {
    for (;;) {
      const permit = await gate.enter(campaign, {})
      if (!permit) return
      turns[campaign] += 1
      await new Promise((done) => setTimeout(done, 2))
      permit.release()
    }
  }
  const senders = [...Array.from({ length: 16 }, () => send('large')), send('small')]
  await vi.advanceTimersByTimeAsync(2_000)
  await gate.close()
  await vi.advanceTimersByTimeAsync(1_000)
  await Promise.all(senders)
  expect(turns.small).toBeGreaterThan(50)
  expect(turns.small / turns.large).toBeGreaterThan(0.8)
})

type Lease = LaneControl['lease']

const all: Lease = async (_lane, count) => ({ granted: count, retryAfterMs: 0 })

/** A gate whose rights to send come as the test says. */
function lab({ lease = all, connections = 4 }: { lease?: Lease; connections?: number } = {}) {
  const lane = { name: 'default', domains: [], connections, perSecond: 1000 }
  const asked: number[] = []
  const lanes: LaneControl = {
    ...createEmbeddedLaneControl([lane]),
    lease(name, count) {
      asked.push(count)
      return lease(name, count)
    },
  }
  const gate = openGate({ ...lane, lane: 'default', lanes, owner: 'one', now: Date.now, log: silentLog })
  return { gate, asked, pass: async () => (await gate.enter('a campaign', {}))?.release() }
}

test('rights to send are leased for as many mails as went before, and are not kept over a clock that is set back', async () => {
  const { gate, asked, pass } = lab()
  await pass()
  await pass()
  expect(asked).toEqual([1, 2])
  await pass()
  expect(asked).toEqual([1, 2])
  await pass()
  expect(asked).toEqual([1, 2, 3])
  vi.setSystemTime(NOON - HOUR)
  await pass()
  expect(asked).toEqual([1, 2, 3, 1])
  await gate.close()
})

test('a lane that has rested begins with one mail', async () => {
  const { gate, asked, pass } = lab()
  await pass()
  await vi.advanceTimersByTimeAsync(100)
  await pass()
  expect(asked).toEqual([1, 1])
  await gate.close()
})

test('whoever leaves while the lane is asked takes no place along', async () => {
  const first = Promise.withResolvers<void>()
  const { gate, asked, pass } = lab({
    connections: 1,
    lease: async (...about) => (await first.promise, all(...about)),
  })
  const group = {}
  const entered = gate.enter('a campaign', group)
  await vi.advanceTimersByTimeAsync(0)
  expect(asked).toHaveLength(1)
  gate.leave(group)
  expect(await entered).toBeUndefined()
  first.resolve()
  await vi.advanceTimersByTimeAsync(0)
  let passed = false
  void pass().then(() => (passed = true))
  await vi.advanceTimersByTimeAsync(200)
  expect(passed).toBe(true)
  await gate.close()
})

test('who leaves ends no wait of others', async () => {
  const { gate } = lab({ connections: 1 })
  const held = await gate.enter('a campaign', {})
  const [mine, others] = [{}, {}]
  const waits = [mine, others].map((group) => gate.enter('a campaign', group))
  gate.leave(mine)
  expect(await waits[0]).toBeUndefined()
  held?.release()
  await vi.advanceTimersByTimeAsync(100)
  const permit = await waits[1]
  expect(permit).toBeDefined()
  permit?.release()
  await gate.close()
})

test('a lane whose pace cannot be read is asked again half a second later', async () => {
  let failures = 2
  const { gate, asked, pass } = lab({
    lease: async (...about) => {
      if (failures-- > 0) throw new Error('away')
      return all(...about)
    },
  })
  const passed = pass()
  await vi.advanceTimersByTimeAsync(499)
  expect(asked).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(501)
  await passed
  expect(asked).toHaveLength(3)
  await gate.close()
})

test.each([
  ['for a place', 1, all],
  ['for its pace', 2, async () => ({ granted: 0, retryAfterMs: HOUR })],
] as const)('a gate that is closed waits no more %s, and lets nobody in', async (_, connections, lease) => {
  let isFirst = true
  const { gate } = lab({
    connections,
    lease: (...about) => (isFirst ? ((isFirst = false), all(...about)) : lease(...about)),
  })
  const held = await gate.enter('a campaign', {})
  const waiting = gate.enter('a campaign', {})
  await vi.advanceTimersByTimeAsync(10)
  await gate.close()
  expect(await waiting).toBeUndefined()
  expect(await gate.enter('a campaign', {})).toBeUndefined()
  held?.release()
  expect(vi.getTimerCount()).toBe(0)
})
