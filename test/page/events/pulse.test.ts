// Rates: asked of the server, counted on while the page sees everything, and told at a pace one can read.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createAsking } from '../../../public/page/ground/asking.js'
import { rowOf } from '../../../public/page/events/facts.js'
import { createPulse } from '../../../public/page/events/counts/pulse.js'

const NOW = Date.parse('2030-05-06T12:00:30Z')

beforeEach(() => {
  vi.useFakeTimers({ now: NOW })
  vi.stubGlobal('document', { hidden: false })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function lab() {
  const asked: string[] = []
  let all = true
  const api = {
    now: () => Date.now(),
    async stats({ since, step }: Readonly<Record<string, unknown>>) {
      asked.push(`${String(since).slice(11, 16)} by ${String(step)}`)
      return { steps: [{ at: '2030-05-06T12:00:00Z', counts: { sent: 7 } }] }
    },
  }
  const pulse = createPulse({ api, asking: createAsking({ clock: api.now }), seesAll: () => all })
  return { pulse, asked, seeLess: () => (all = false), seeAll: () => (all = true) }
}

const told = { provider: 'mandrill', at: null, recipient: null, message_id: null, subject: null }
const row = rowOf({ ...told, cursor: '1-1', kind: 'opened' }, NOW)

test('it begins with the last minutes, and then asks for what may have been missed, seldom', async () => {
  const { pulse, asked } = lab()
  pulse.start()
  await vi.advanceTimersByTimeAsync(0)
  expect(asked).toEqual(['11:58 by 60'])
  expect(pulse.perMinute(NOW)).toBe(7)
  await vi.advanceTimersByTimeAsync(50_000)
  expect(asked).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked).toEqual(['11:58 by 60', '11:59 by 60'])
  pulse.stop()
})

test('a line that says that some are missing is no event', () => {
  const { pulse } = lab()
  pulse.count([{ type: 'gap', cursor: '2-1', noticedAt: NOW }])
  expect(pulse.lastAt()).toBe(0)
  pulse.count([row])
  expect(pulse.lastAt()).toBe(NOW)
})

test('what comes is counted at once, and told four times a second at most', async () => {
  const { pulse } = lab()
  await pulse.tally.question.ask()
  const told = vi.fn()
  pulse.tally.store.subscribe(told)
  for (let count = 0; count < 10; count += 1) pulse.count([row, row])
  expect(pulse.perMinute(NOW)).toBe(27)
  expect(told).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(250)
  expect(pulse.lastAt()).toBe(NOW)
  const calls = told.mock.calls.length
  await vi.advanceTimersByTimeAsync(1000)
  expect(told).toHaveBeenCalledTimes(calls)
})

test('with a filter, or while catching up, the server is asked instead, more often', async () => {
  const { pulse, asked, seeLess } = lab()
  seeLess()
  pulse.start()
  await vi.advanceTimersByTimeAsync(0)
  pulse.count([row])
  expect(pulse.perMinute(NOW)).toBe(7)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(asked).toHaveLength(3)
  vi.stubGlobal('document', { hidden: true })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(asked).toHaveLength(3)
  pulse.stop()
})

test('how far counts go: to now while everything is seen, and no further than the hub’s once something was missed', async () => {
  const { pulse, seeLess, seeAll } = lab()
  expect(pulse.tally.reach()).toBe(0)
  await pulse.tally.question.ask()
  vi.setSystemTime(NOW + 5_000)
  expect(pulse.tally.reach()).toBe(NOW + 5_000)
  seeLess()
  pulse.count([row])
  seeAll()
  vi.setSystemTime(NOW + 9_000)
  expect(pulse.tally.reach()).toBe(NOW + 5_000)
  await pulse.tally.question.ask()
  expect(pulse.tally.reach()).toBe(NOW + 9_000)
})

test('a rate that is not known is none: before the first answer, and when answers are old', async () => {
  const { pulse, seeLess } = lab()
  expect(pulse.perMinute(NOW)).toBe(null)
  await pulse.tally.question.ask()
  seeLess()
  expect([pulse.perMinute(NOW), pulse.perMinute(NOW + 60_000)]).toEqual([7, null])
})

test('what comes before the hub has counted is not shown as all there is', async () => {
  const { pulse } = lab()
  pulse.count([row])
  expect(pulse.tally.rates.recent(NOW)).toBe(0)
  await pulse.tally.question.ask()
  pulse.count([row])
  expect(pulse.tally.rates.recent(NOW)).toBe(8)
})
