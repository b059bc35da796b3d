// The places among a lane's connections that a process holds.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createEmbeddedLaneControl } from '../../../../src/adapters/embedded/sending/lane-control.ts'
import { openPlaces } from '../../../../src/core/sending/lanes/places.ts'
import { HOUR, NOON } from '../../../support/times.ts'

beforeEach(() => void vi.useFakeTimers({ now: NOON }))
afterEach(() => vi.useRealTimers())

function lab({ connections = 1, beforeRelease = async () => {} } = {}) {
  const lane = { name: 'default', domains: [], connections, perSecond: 100 }
  const lanes = createEmbeddedLaneControl([lane])
  const seen = { asked: 0, released: 0 }
  const watched: typeof lanes = {
    ...lanes,
    async connect(...about) {
      seen.asked += 1
      const { granted, release } = await lanes.connect(...about)
      return {
        granted,
        async release() {
          await beforeRelease()
          await release()
          seen.released += 1
        },
      }
    },
  }
  const places = openPlaces({ lane: 'default', lanes: watched, owner: 'one', connections, now: Date.now })
  const take = async () => {
    await places.ready(1)
    const place = places.take()
    if (!place) throw new Error('there is no place')
    return place
  }
  return { places, lanes, take, seen }
}

/** For what is due now, with no time passing. */
const settle = () => vi.advanceTimersByTimeAsync(0)

test.each([
  ['was just taken stays', 0, 0],
  ['was held for a turn goes back to all workers', 1_000, 1],
  ['is held as the clock is set back goes back, too', -HOUR, 1],
])('a place that %s', async (_, passedMs, released) => {
  const { places, take, seen } = lab()
  const place = await take()
  vi.setSystemTime(NOON + passedMs)
  places.putBack(place)
  await settle()
  expect(seen.released).toBe(released)
  await places.close()
})

test('a place that nobody has used for a while goes back, not one that was used a moment ago', async () => {
  const { places, take, seen } = lab()
  await vi.advanceTimersByTimeAsync(499)
  places.putBack(await take())
  await vi.advanceTimersByTimeAsync(500)
  expect(seen.released).toBe(0)
  await vi.advanceTimersByTimeAsync(500)
  expect(seen.released).toBe(1)
  await places.close()
})

test('the store is not asked for more places than there are', async () => {
  const { places, seen } = lab({ connections: 2 })
  expect(await places.ready(5)).toBe(2)
  expect(seen.asked).toBe(2)
  await places.close()
})

test('a place that was refused is asked for again a tenth of a second later', async () => {
  const { places, lanes, seen } = lab()
  const other = await lanes.connect('default', 'another')
  for (const afterMs of [0, 99]) {
    await vi.advanceTimersByTimeAsync(afterMs)
    expect(await places.ready(1)).toBe(0)
  }
  expect(seen.asked).toBe(1)
  await other.release()
  await vi.advanceTimersByTimeAsync(1)
  await places.ready(1)
  expect(seen.asked).toBe(2)
  await places.close()
})

test('closing gives back what is idle, waits for the store, and takes nothing more', async () => {
  const gate = Promise.withResolvers<void>()
  const { places, take, seen } = lab({ connections: 3, beforeRelease: () => gate.promise })
  const place = await take()
  expect(await places.ready(1)).toBe(1)
  const closing = places.close().then(() => seen.released)
  gate.resolve()
  expect(await closing).toBe(1)
  expect(await places.ready(1)).toBe(0)
  places.putBack(place)
  await settle()
  expect(seen).toEqual({ asked: 2, released: 2 })
})

test('a store that cannot take a place back now stops nothing: the place expires by itself', async () => {
  const { places } = lab({ beforeRelease: () => Promise.reject(new Error('away')) })
  expect(await places.ready(1)).toBe(1)
  await places.close()
})
