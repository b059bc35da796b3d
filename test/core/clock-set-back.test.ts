// A clock that is set back while the hub runs: nothing waits until its time comes again.
import { beforeEach, expect, test } from 'vitest'
import { createEmbeddedLaneControl } from '../../src/adapters/embedded/sending/lane-control.ts'
import { createCounts } from '../../src/core/counts.ts'
import { createLease } from '../../src/core/lease.ts'
import { createHealth } from '../../src/core/operations/health.ts'
import { openPlaces } from '../../src/core/sending/lanes/places.ts'
import { createTodo } from '../../src/core/sending/todo.ts'
import { aDelivery } from '../support/sending/deliveries.ts'
import { HOUR, NOON } from '../support/times.ts'

let time = NOON
const now = () => time
beforeEach(() => void (time = NOON))

test('who has left since they were looked at gets no mail', async () => {
  const left = new Map<string, 'unsubscribed'>()
  const deliveries = [0, 1].map((n) => aDelivery({ n, subscriberId: 'ann' }))
  const done: number[] = []
  const todo = createTodo(deliveries, {
    unmailable: async () => left,
    reactionsTo: async () => new Map(),
    now,
    onDone: ({ n }) => void done.push(n),
  })
  expect((await todo.next())?.n).toBe(0)
  left.set('ann', 'unsubscribed')
  time -= HOUR
  expect(await todo.next()).toBeUndefined()
  expect(done).toEqual([1])
})

test('a lease is renewed, and asked for again', async () => {
  let asked = 0
  const leases = { take: async () => (asked += 1) > 0, release: async () => {} }
  const lease = createLease('sending', { leases, owner: 'one', now })
  await lease.take()
  time -= HOUR
  await lease.hold()
  expect(asked).toBe(2)
})

test('a place that was refused is asked for again', async () => {
  const lane = { name: 'default', domains: [], connections: 1, perSecond: 100 }
  const lanes = createEmbeddedLaneControl([lane], now)
  const taken = await lanes.connect('default', 'one')
  const places = openPlaces({ lane: 'default', lanes, owner: 'one', connections: 1, now })
  expect(await places.ready(1)).toBe(0)
  await taken.release()
  time -= HOUR
  expect(await places.ready(1)).toBe(1)
  await places.close()
})

test('health is asked for anew', async () => {
  let asked = 0
  const ping = async () => void (asked += 1)
  const health = createHealth([{ name: 'store', needed: true, ping }], now)
  await health()
  time -= HOUR
  await health()
  expect(asked).toBe(2)
})

test('whoever had asked too often may ask again', async () => {
  const { count } = createCounts(now)
  await count('someone', HOUR)
  time -= 2 * HOUR
  expect(await count('someone', HOUR)).toEqual({ count: 1, leftMs: HOUR })
})
