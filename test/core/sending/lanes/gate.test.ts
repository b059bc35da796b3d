// The gate of a lane, in a time of its own.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createEmbeddedLaneControl } from '../../../../src/adapters/embedded/sending/lane-control.ts'
import { openGate } from '../../../../src/core/sending/lanes/gate.ts'
import { silentLog } from '../../../support/feed-lab.ts'
import { NOON } from '../../../support/times.ts'

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
