// The places among a lane's connections that a process holds.
import { expect, test } from 'vitest'
import { createEmbeddedLaneControl } from '../../../../src/adapters/embedded/sending/lane-control.ts'
import { openPlaces } from '../../../../src/core/sending/lanes/places.ts'
import { NOON } from '../../../support/times.ts'

test('a place that was held for a turn goes back to all workers, one that was just taken stays', async () => {
  let now = NOON
  let released = 0
  const lane = { name: 'default', domains: [], connections: 1, perSecond: 100 }
  const lanes = createEmbeddedLaneControl([lane], () => now)
  const counting: typeof lanes = {
    ...lanes,
    async connect(...about) {
      const { granted, release } = await lanes.connect(...about)
      return { granted, release: () => ((released += 1), release()) }
    },
  }
  const options = { lane: 'default', lanes: counting, owner: 'one', connections: 1, now: () => now }
  const places = openPlaces(options)
  for (const [heldMs, expected] of [
    [0, 0],
    [1_000, 1],
  ] as const) {
    expect(await places.ready(1)).toBe(1)
    const place = places.take()
    now += heldMs
    if (place) places.putBack(place)
    expect(released).toBe(expected)
  }
  await places.close()
})
