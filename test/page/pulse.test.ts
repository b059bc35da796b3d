// Rates: asked of the server, counted on while the page sees everything, and told at a pace one can read.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { rowOf } from '../../public/model/facts.js'
import { createPulse } from '../../public/pulse.js'
import type { Setup } from '../../public/types.d.ts'

const NOW = Date.parse('2030-05-06T12:00:30Z')

const SETUP: Setup = {
  version: '1.0.0',
  public_url: 'https://hub.example.com',
  webhook_urls: ['https://hub.example.com/api/hook'],
  keys: 1,
  sender_problem: null,
  unknown_proxy: null,
  subaccounts: [],
  transport: 'outbox',
  probe_seen_at: null,
  first_event_at: '2030-05-06T10:00:00Z',
  last_event_at: '2030-05-06T11:00:00Z',
  refused: [],
  quarantine: 0,
  stores: { events: 'embedded', database: 'sqlite' },
  lag: 0,
  clients: 1,
}

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
    async stats(minutes: number) {
      asked.push(`stats ${minutes}`)
      return { minutes: [{ minute: '2030-05-06T12:00:00Z', counts: { sent: 7 } }] }
    },
    async setup() {
      asked.push('setup')
      return SETUP
    },
  }
  const pulse = createPulse({ api, seesAll: () => all })
  return { pulse, asked, seeLess: () => (all = false) }
}

const row = rowOf({ cursor: '1-1', kind: 'opened', data: {} }, NOW)

test('it begins with the last hour, and then asks for what may have been missed, seldom', async () => {
  const { pulse, asked } = lab()
  pulse.start()
  await vi.advanceTimersByTimeAsync(0)
  expect(asked).toEqual(['stats 60', 'setup'])
  expect([pulse.rates.perMinute(NOW), pulse.store.get().lastAt]).toEqual([
    7,
    Date.parse('2030-05-06T11:00:00Z'),
  ])
  await vi.advanceTimersByTimeAsync(50_000)
  expect(asked.filter((what) => what.startsWith('stats'))).toEqual(['stats 60'])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked.filter((what) => what.startsWith('stats'))).toEqual(['stats 60', 'stats 3'])
  pulse.stop()
})

test('what comes is counted at once, and told four times a second at most', async () => {
  const { pulse } = lab()
  await pulse.refresh()
  const told = vi.fn()
  pulse.store.subscribe(told)
  for (let count = 0; count < 10; count += 1) pulse.count([row, row])
  expect(pulse.rates.perMinute(NOW)).toBe(27)
  expect(told).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(250)
  expect(pulse.store.get().lastAt).toBe(NOW)
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
  expect(pulse.rates.perMinute(NOW)).toBe(7)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(asked.filter((what) => what === 'stats 3')).toHaveLength(2)
  pulse.stop()
})
