// The campaigns that a process has in hand: it learns that they no longer run, and reads each one's text once.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Campaign } from '../../../src/core/campaigns/ports.ts'
import { openWatch } from '../../../src/core/sending/watch.ts'
import { silentLog } from '../../support/events/feed-lab.ts'
import { makeCampaign } from '../../support/campaigns/ledger-lab.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const running = () => makeCampaign({ status: 'running' })

/** `read`: answers to who runs; without it, those that say so themselves. */
function lab(all: Campaign[], read = async () => all.filter(({ status }) => status === 'running')) {
  const compiled: string[] = []
  const asked: string[] = []
  const changes: object[] = []
  const campaigns = {
    get: async (id: string) => all.find((each) => each.id === id),
    async active() {
      asked.push('active')
      return read()
    },
    async change(id: string, from: readonly string[], to: object) {
      changes.push({ id, from, ...to })
      return true
    },
  }
  const watch = openWatch({
    campaigns,
    compile({ id, content }) {
      compiled.push(id)
      if (content === 'broken') throw new Error('no such word')
      return {
        mail: () => {
          throw new Error('nobody sends here')
        },
      }
    },
    now: Date.now,
    log: silentLog,
  })
  return { watch, compiled, asked, changes }
}

test('whoever has a campaign in hand that no longer runs is told within a second, others are not', async () => {
  const [mine, other] = [running(), running()]
  const { watch, asked } = lab([other])
  await vi.advanceTimersByTimeAsync(400)
  expect(asked).toEqual([]) // nothing is in hand
  const told: string[] = []
  const ends = [mine, mine, other].map(({ id }, n) => watch.onStop(id, () => told.push(`${n}`)))
  ends[1]?.()
  await vi.advanceTimersByTimeAsync(400)
  expect(told).toEqual(['0'])
  for (const end of ends) end()
  await vi.advanceTimersByTimeAsync(400)
  expect(asked).toHaveLength(1)
  watch.close()
  expect(vi.getTimerCount()).toBe(0)
})

test('a campaign that was taken in hand after the question is not told by its answer; nobody asks twice at a time', async () => {
  const [gone, fresh] = [running(), running()]
  const answer = Promise.withResolvers<Campaign[]>()
  const { watch, asked } = lab([], () => answer.promise)
  const told: string[] = []
  watch.onStop(gone.id, () => told.push('gone'))
  await vi.advanceTimersByTimeAsync(1_200)
  expect(asked).toHaveLength(1)
  watch.onStop(fresh.id, () => told.push('fresh'))
  answer.resolve([])
  await vi.advanceTimersByTimeAsync(0)
  expect(told).toEqual(['gone'])
  watch.close()
})

test('a store that is away stops nobody, and is asked again', async () => {
  const { watch, asked } = lab([], async () => Promise.reject(new Error('away')))
  const stop = vi.fn<() => void>()
  watch.onStop('may', stop)
  await vi.advanceTimersByTimeAsync(800)
  expect([asked.length, stop.mock.calls.length]).toEqual([2, 0])
  watch.close()
})

test('of the campaigns in hand the sixteen that were used last are kept ready', async () => {
  const all = Array.from({ length: 17 }, running)
  const { watch, compiled } = lab(all)
  const open = async (...places: number[]) => {
    compiled.length = 0
    for (const place of places) await watch.open(all[place]?.id ?? '')
    return compiled.map((id) => all.findIndex((each) => each.id === id))
  }
  expect(await open(...all.keys().take(16))).toHaveLength(16)
  expect(await open(0, 16)).toEqual([16]) // the second one gives way
  expect(await open(0, 2)).toEqual([])
  expect(await open(1)).toEqual([1])
  watch.close()
})

test('a running campaign whose mails cannot be made is paused; one that does not run is not read', async () => {
  const broken = makeCampaign({ status: 'running', content: 'broken' })
  const paused = makeCampaign({ status: 'paused', content: 'broken' })
  const { watch, compiled, changes } = lab([broken, paused])
  for (const { id } of [broken, paused]) expect(await watch.open(id)).toBeUndefined()
  expect(compiled).toEqual([broken.id])
  const statusReason = 'its mails cannot be built: no such word'
  expect(changes).toEqual([{ id: broken.id, from: ['running'], status: 'paused', statusReason }])
  watch.close()
})
