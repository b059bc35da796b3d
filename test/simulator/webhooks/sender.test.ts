// The sender's promises, against a real HTTP server that refuses, drops connections and answers 503.
import { afterEach, describe, expect, test } from 'vitest'
import { totalsOf } from '../../../simulator/webhooks/books.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../simulator/webhooks/sender.ts'
import { openStandIn, type Behaviour, type StandIn } from '../stand-in.ts'
import { until } from '../../support/eventually.ts'

const KEY = 'the-webhook-key'
const KEYS = [KEY, 'test-webhook']
const open: { simulator: Simulator; hook: StandIn }[] = []

afterEach(async () => {
  for (const { simulator, hook } of open.splice(0)) {
    await simulator.stop()
    await hook.close()
  }
})

async function simulate(options: Partial<SimulatorOptions> = {}, behave?: (post: number) => Behaviour) {
  const hook = await openStandIn(KEYS, behave)
  const retry = { firstMs: 1, factor: 2, mostMs: 8 }
  const simulator = startSimulator({
    url: hook.url,
    key: KEY,
    rate: Infinity,
    batchSize: 50,
    total: 1_000,
    retry,
    repeats: 0,
    overlaps: 0,
    ...options,
  })
  open.push({ simulator, hook })
  return { simulator, hook }
}

describe('the simulator', () => {
  test('announces itself with HEAD and a probe that is signed with the test key', async () => {
    const { simulator, hook } = await simulate({ total: 50 })
    await simulator.finished
    expect(hook.seen).toEqual(['HEAD nothing', 'POST test-webhook', `POST ${KEY}`])
  })

  test('sends as many new events as it is told to', async () => {
    const { simulator, hook } = await simulate({ total: 120 })
    await simulator.finished
    expect(hook.batches.map((json) => JSON.parse(json).length)).toEqual([50, 50, 20])
  })

  test('sends the very same batch again until it is answered 200', async () => {
    const { simulator, hook } = await simulate({ total: 50 }, (post) => (post < 4 ? 503 : 'take'))
    await simulator.finished
    expect(new Set(hook.batches).size).toBe(1)
    expect(hook.batches.length).toBe(4)
    expect(simulator.books.refused).toEqual({ 503: 3 })
  })

  test('waits longer before every further try', async () => {
    const at: number[] = []
    const { simulator } = await simulate(
      { total: 50, retry: { firstMs: 10, factor: 3, mostMs: 1_000 } },
      (post) => {
        at.push(performance.now())
        return post < 4 ? 500 : 'take'
      },
    )
    await simulator.finished
    const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0))
    expect(waits[1]).toBeGreaterThan(28)
    expect(waits[2]).toBeGreaterThan(85)
  })

  test('takes no status but 200 for an acceptance', async () => {
    const { simulator } = await simulate(
      { total: 50 },
      (post) => [201, 204, 302, 401, 'take' as const][post - 1] ?? 'take',
    )
    await simulator.finished
    expect(simulator.books.refused).toEqual({ 201: 1, 204: 1, 302: 1, 401: 1 })
  })

  test('repeats whole batches that were accepted when told to', async () => {
    const { simulator, hook } = await simulate({ repeats: 1, total: 200 })
    await simulator.finished
    expect(hook.batches.filter((json, at) => json === hook.batches[at - 1]).length).toBe(4)
    expect(simulator.books.hub).toEqual({ accepted: 200, duplicates: 200, quarantined: 0 })
  })

  test('mixes parts of earlier batches into new ones when told to', async () => {
    const { simulator } = await simulate({ overlaps: 1 })
    await simulator.finished
    expect(simulator.books.overlaps).toBe(19)
    expect(simulator.books.hub.duplicates).toBeGreaterThan(100)
  })

  test('keeps to a rate', async () => {
    const { simulator } = await simulate({ rate: 500, total: 250, collectMs: 20 })
    const start = performance.now()
    await simulator.finished
    expect(performance.now() - start).toBeGreaterThan(450)
  })

  test('takes a new rate and a burst while it runs', async () => {
    const { simulator, hook } = await simulate({ rate: 0, total: 300 })
    simulator.burst(100)
    await until(() => expect(totalsOf(simulator.books).accepted).toBeGreaterThan(90))
    expect(hook.batches.length).toBe(2)
    simulator.setRate(Infinity)
    await simulator.finished
    expect(totalsOf(simulator.books).sent).toBe(hook.events.size)
  })

  test('stops in the middle of a wait for the next try', async () => {
    const { simulator, hook } = await simulate(
      { retry: { firstMs: 60_000, factor: 2, mostMs: 60_000 } },
      () => 503,
    )
    await until(() => expect(hook.batches.length).toBe(1))
    await simulator.stop()
    expect(totalsOf(simulator.books)).toMatchObject({ accepted: 0 })
  })
})

describe('the books', () => {
  const rough = (post: number): Behaviour =>
    (['take', 503, 'take', 'drop', 'take-and-drop', 'take', 401, 'take-and-drop'] as const)[post % 8] ??
    'take'

  test('are right against a server that refuses, drops and loses its answers', async () => {
    const { simulator, hook } = await simulate(
      { total: 3_000, repeats: 0.2, overlaps: 0.3, connections: 3 },
      rough,
    )
    await simulator.finished
    const totals = totalsOf(simulator.books)
    expect(totals.accepted).toBe(hook.events.size)
    expect(totals.sent).toBe(totals.accepted)
    expect(simulator.books.exact).toBe(true)
  })

  test('count every word as the server does', async () => {
    const { simulator, hook } = await simulate({ total: 3_000, repeats: 0.2, overlaps: 0.3 }, rough)
    await simulator.finished
    const counts: Record<string, number> = {}
    for (const entry of hook.events) {
      const { event, type } = JSON.parse(entry.slice(0, entry.lastIndexOf('#')))
      counts[event ?? type] = (counts[event ?? type] ?? 0) + 1
    }
    expect(totalsOf(simulator.books).byWord).toEqual(counts)
  })

  test('tell apart what was sent and what was accepted', async () => {
    const { simulator, hook } = await simulate({ total: 100 }, (post) => (post === 1 ? 'take' : 503))
    await until(() => expect(hook.batches.length).toBeGreaterThan(2))
    await simulator.stop()
    const totals = totalsOf(simulator.books)
    expect(totals.accepted).toBe(hook.events.size)
    expect(totals.sent).toBeGreaterThan(totals.accepted)
  })

  test('say so when they hold no more', async () => {
    const { simulator } = await simulate({ total: 500, mostEntries: 100 })
    await simulator.finished
    expect(simulator.books.exact).toBe(false)
    expect(simulator.books.entries.size).toBe(100)
  })
})
