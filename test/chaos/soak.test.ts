// A small soak on each store: the same as `npm run chaos`, small enough for every test run.
import { expect, test } from 'vitest'
import { soak } from './soak.ts'
import { STORES } from './stage.ts'

test.each(STORES)(
  'on %s every socket gets every event once and in order, over kill -9 of hubs and stores',
  async (store) => {
    const options = { store, events: 3_000, sockets: 12, kills: 1, storeKills: 2, rate: 1_500, seed: 4 }
    const { findings, events, connections } = await soak(options)
    expect(findings).toEqual([])
    expect(events).toBeGreaterThan(2_900)
    expect(connections).toBeGreaterThan(12)
  },
)
