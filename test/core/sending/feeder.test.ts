// The feeder, in a time of its own: whom it asks, how often, and what it does when another one was faster.
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { startFeeder } from '../../../src/core/sending/feeder.ts'
import type { CampaignHead, ChunkRef } from '../../../src/core/campaigns/ports.ts'
import { makeCampaign } from '../../support/campaigns/ledger-lab.ts'
import { silentLog } from '../../support/events/feed-lab.ts'
import { MINUTE, NOON, SECOND } from '../../support/times.ts'

beforeEach(() => void vi.useFakeTimers({ now: NOON }))
afterEach(() => void vi.useRealTimers())

type Lab = {
  readonly status?: CampaignHead['status']
  readonly expanded?: boolean
  /** Whether the lease can be had, a campaign can be started, and subscribers are left to be expanded. */
  readonly isMine?: boolean
  readonly isFirst?: boolean
  readonly more?: (id: string) => boolean
  readonly due?: readonly ChunkRef[]
}

const nobodyAsks = async () => expect.unreachable()

/** A feeder of these campaigns, and what it has asked for. */
function feed(ids: readonly string[], lab: Lab = {}) {
  const { status = 'running', expanded = true, isMine = true, isFirst = true, more, due = [] } = lab
  const asked = { due: [] as string[], most: new Set<number>(), expanded: [] as string[], lanes: 0, times: 0 }
  const leases: string[] = []
  const options: Parameters<typeof startFeeder>[0] = {
    campaigns: {
      active: async () => ids.map((id) => makeCampaign({ id, status, expanded })),
      cancelling: async () => [],
      change: async () => isFirst,
    },
    ledger: {
      cancel: nobodyAsks,
      async expand(id) {
        asked.expanded.push(id)
        return more?.(id) ? 'more' : 'done'
      },
      async dueChunks(id: string, _lane: string, _now: number, most: number) {
        asked.due.push(id)
        asked.most.add(most)
        return due
      },
      finishIfDone: async () => false,
      async tallies() {
        asked.lanes += 1
        return new Map()
      },
    },
    queue: { add: async () => {} },
    mailer: { transport: 'smtp' },
    senderProblem: null,
    leases: {
      async take() {
        leases.push('taken')
        return isMine
      },
      release: async () => void leases.push('released'),
    },
    owner: 'one',
    laneNames: ['default'],
    laneOf: () => 'default',
    now() {
      asked.times += 1
      return Date.now()
    },
    log: silentLog,
  }
  const feeder = startFeeder(options)
  onTestFinished(() => feeder.close())
  return { feeder, asked, leases }
}

const run = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const MANY = Array.from({ length: 40 }, (_, n) => `campaign ${n}`)
const DUE = [{ campaignId: 'spring', chunk: 1, lane: 'default' }]

test.each([
  [1, 4],
  [4, 3],
  [40, 1],
])('with %i campaigns each may have %i chunks of a lane ahead', async (campaigns, most) => {
  const { asked } = feed(MANY.slice(0, campaigns), { due: DUE })
  await run(0)
  expect([...asked.most]).toEqual([most])
  expect(new Set(asked.due).size).toBe(campaigns)
})

test('a campaign with nothing due is asked about once a second, one with mails at each turn', async () => {
  const [idle, busy] = [feed(['spring']), feed(['spring'], { due: DUE })]
  await run(SECOND - 1)
  expect([idle.asked.due.length, busy.asked.due.length]).toEqual([1, 5])
  await run(SECOND)
  expect([idle.asked.due.length, busy.asked.due.length]).toEqual([2, 10])
})

test('a campaign that is being expanded is not taken for one with nothing due', async () => {
  const { asked } = feed(['spring'], { expanded: false })
  await run(SECOND - 1)
  expect(asked.due).toHaveLength(5)
})

test('while any campaign has subscribers left to be expanded, there is no pause', async () => {
  const { asked } = feed(['large', 'small'], {
    expanded: false,
    more: (id) => id === 'large' && asked.expanded.length < 100,
  })
  await run(0)
  expect(asked.expanded.filter((id) => id === 'large').length).toBeGreaterThanOrEqual(50)
})

test.each([
  ['begins', true, ['spring']],
  ['that somebody has just cancelled does not', false, []],
])('a scheduled campaign %s', async (_, isFirst, expanded) => {
  const { asked } = feed(['spring'], { status: 'scheduled', expanded: false, isFirst })
  await run(0)
  expect(asked.expanded).toEqual(expanded)
  expect(asked.due).toEqual(expanded)
})

test('lanes that are no longer configured are looked for every ten seconds', async () => {
  const { asked } = feed(['spring'], { due: DUE })
  await run(MINUTE - 1)
  expect(asked.lanes).toBe(6)
})

test('where another process feeds, being waked makes no work', async () => {
  const { feeder, asked } = feed(['spring'], { isMine: false })
  await run(0)
  feeder.wake()
  await run(SECOND)
  expect(asked.times).toBeLessThan(20)
  expect(asked.due).toEqual([])
})

test('the lease is given back when the feeder closes, so that the next one need not wait', async () => {
  const { feeder, leases } = feed([])
  await run(0)
  await feeder.close()
  expect(leases).toEqual(['taken', 'released'])
})
