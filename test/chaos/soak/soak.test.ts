// A small soak on each store: the same as `npm run chaos`, small enough for every test run.
import { expect, onTestFinished, test, vi } from 'vitest'
import { openLedger } from '../../../simulator/webhooks/books.ts'
import { soak, stalled } from './soak.ts'
import { until } from '../../support/eventually.ts'
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

test('a soak stalls when nothing moves, but not while it waits for what was killed', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const { books } = openLedger(1)
  let looks = 0
  const watched = {
    ...books,
    get hub() {
      looks += 1
      return books.hub
    },
  }
  const outage = { isOn: true }
  const told: unknown[] = []
  const watching = stalled({ books: watched, finished: new Promise(() => {}) }, outage).catch((error) =>
    told.push(error),
  )
  const aMinuteLater = async () => {
    vi.setSystemTime(Date.now() + 60_000)
    const before = looks
    await until(() => expect(looks).toBeGreaterThan(before + 4))
  }
  await aMinuteLater()
  expect(told).toEqual([])
  outage.isOn = false
  vi.setSystemTime(Date.now() + 60_000)
  await watching
  expect(String(told)).toContain('nothing more was accepted')
})
