// What sockets are told of campaigns: the newest state, when there is room, a few times a second at most.
import { afterEach, expect, test, vi } from 'vitest'
import { openCampaignBoard } from '../../../src/http/campaigns/board.ts'
import type { Board } from '../../../src/http/server/board.ts'
import type { CampaignHead } from '../../../src/core/campaigns/ports.ts'
import { silentLog } from '../../support/events/feed-lab.ts'
import { makeCampaign } from '../../support/campaigns/ledger-lab.ts'
import { NOON } from '../../support/times.ts'
import { until } from '../../support/eventually.ts'

let board: Board
afterEach(() => board.close())

/** A board of what `list` gives. */
function openBoard(list: () => readonly CampaignHead[], pace: { everyMs?: number; quietMs?: number } = {}) {
  board = openCampaignBoard({
    campaigns: { list: async () => list(), active: async () => [], get: async () => undefined },
    reactions: { counts: async () => new Map() },
    present: { list: async (all) => all.map(({ id, subject }) => ({ id, subject })) },
    now: () => NOON,
    log: silentLog,
    ...pace,
  })
}

const running = (subject = 'first') => makeCampaign({ status: 'running', startedAt: NOON, subject })

test('an onlooker without room is given the newest state when it has some', async () => {
  let campaign = running()
  const state = { room: true, asked: 0 }
  openBoard(() => ((state.asked += 1), [campaign]), { everyMs: 1 })
  const got: string[] = []
  const leave = board.join({
    hasRoom: () => state.room,
    write: (frames) => void got.push(frames.toString('utf8').replace(/^[^{]*/, '')),
  })
  await until(() => expect(got).toHaveLength(1))
  state.room = false
  for (const subject of ['second', 'third']) {
    campaign = { ...campaign, subject }
    const before = state.asked
    await until(() => expect(state.asked).toBeGreaterThan(before + 2))
  }
  state.room = true
  await until(() => expect(got).toHaveLength(2))
  expect(got[1]).toContain('third')
  leave()
  await until(async () => {
    const before = state.asked
    await new Promise((resolve) => setImmediate(resolve))
    expect(state.asked).toBe(before)
  })
})

test('who comes later is given what is there, and no second look goes on beside the first', async () => {
  const campaign = running()
  let asked = 0
  openBoard(() => ((asked += 1), [campaign]), { everyMs: 1 })
  const told: string[] = []
  board.join({ hasRoom: () => true, write: () => void told.push('first') })
  await until(() => expect(told).toEqual(['first']))
  const before = asked
  board.join({ hasRoom: () => true, write: () => void told.push('second') })
  expect(asked).toBe(before)
  await until(() => expect(told).toEqual(['first', 'second']))
})

test('an outage ends no watch', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let asked = 0
  openBoard(() => {
    if ((asked += 1) === 1) throw new Error('no database')
    return [running()]
  })
  let told = 0
  board.join({ hasRoom: () => true, write: () => void (told += 1) })
  await until(() => expect(told).toBe(1))
  vi.useRealTimers()
})

test.each([
  ['less often while none is under way', [], { everyMs: 1_000_000, quietMs: 1 }],
  ['as often as may be while one is under way', [running()], { everyMs: 1, quietMs: 1_000_000 }],
])('campaigns are looked up %s', async (_, all, pace) => {
  let asked = 0
  openBoard(() => ((asked += 1), all), pace)
  board.join({ hasRoom: () => true, write() {} })
  await until(() => expect(asked).toBeGreaterThan(3))
})

test('a campaign that changes all the time is told four times a second', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let told = 0
  openBoard(() => [running(`after ${told}`)])
  board.join({ hasRoom: () => true, write: () => void (told += 1) })
  await vi.advanceTimersByTimeAsync(999)
  vi.useRealTimers()
  expect(told).toBe(4)
})

test('one that runs, and is not among the newest, is told when it has ended, and then watched no more', async () => {
  let campaign = running()
  let looks = 0
  const told: string[] = []
  const active = async () => ((looks += 1), campaign.status === 'running' ? [campaign] : [])
  board = openCampaignBoard({
    campaigns: { list: async () => [], active, get: async () => campaign },
    reactions: { counts: async () => new Map() },
    present: { list: async (all) => all.map(({ id, status }) => ({ id, status })) },
    now: () => NOON,
    log: silentLog,
    everyMs: 1,
    quietMs: 1,
  })
  board.join({ hasRoom: () => true, write: (frames) => void told.push(frames.toString('utf8')) })
  await until(() => expect(told).toHaveLength(1))
  campaign = { ...campaign, status: 'finished', finishedAt: NOON }
  await until(() => expect(told).toHaveLength(2))
  expect(told[1]).toContain('finished')
  const before = looks
  campaign = { ...campaign, status: 'cancelled' }
  await until(() => expect(looks).toBeGreaterThan(before + 3))
  expect(told).toHaveLength(2)
})
