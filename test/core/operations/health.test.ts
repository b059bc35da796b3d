// Health is asked for often: the stores are not. A failed append is remembered, and an archive that stands is told.
import { expect, test } from 'vitest'
import { HubError } from '../../../src/core/errors.ts'
import {
  checkProgress,
  createHealth,
  rememberingAppends,
  type Check,
} from '../../../src/core/operations/health.ts'

function clock() {
  const at = { now: 1_000_000 }
  return { at, now: () => at.now }
}

const failing = (error: Error, needed: boolean): Check => ({
  name: 'store',
  needed,
  async ping() {
    throw error
  },
})

test('the stores are asked once a second, however many ask, also while they have not answered', async () => {
  const { at, now } = clock()
  let asked = 0
  let answer = () => {}
  const ping = () => ((asked += 1), new Promise<void>((resolve) => (answer = resolve)))
  const health = createHealth([{ name: 'store', needed: true, ping }], now)
  const answers = Array.from({ length: 50 }, () => health())
  at.now += 60_000
  answers.push(health())
  answer()
  expect(new Set((await Promise.all(answers)).map(({ status }) => status))).toEqual(new Set(['ready']))
  await health()
  expect(asked).toBe(1)
  at.now += 1_001
  const later = health()
  answer()
  await later
  expect(asked).toBe(2)
})

test.for([
  ['unavailable', 'unavailable', new HubError('feed.unavailable')],
  ['full', 'unavailable', new HubError('feed.full')],
  ['full', 'degraded', new HubError('archive.unavailable', { cause: new Error('database or disk is full') })],
  [
    'read-only',
    'degraded',
    new HubError('archive.unavailable', { cause: new Error('running with --read-only') }),
  ],
  [
    'read-only',
    'degraded',
    new HubError('feed.unavailable', { cause: new Error("READONLY You can't write") }),
  ],
  ['refuses writes', 'degraded', new HubError('feed.unavailable', { cause: new Error('MISCONF Redis is') })],
  ['refuses writes', 'degraded', new Error('NOREPLICAS Not enough good replicas')],
  ['full', 'degraded', new Error('ENOSPC: write')],
  ['full', 'degraded', new Error('OOM command not allowed')],
  ['unavailable', 'degraded', new Error('getaddrinfo ENOTFOUND db.server-room')],
  ['unavailable', 'degraded', new Error('connect ECONNREFUSED 10.0.0.5:3306 as anna')],
] as const)('%s, %s: in words that tell no names', async ([state, status, error]) => {
  const health = createHealth([failing(error, status === 'unavailable')])
  expect(await health()).toEqual({ status, states: { store: state } })
})

test('what became of the last append counts for a while, although the probe says yes', async () => {
  const { at, now } = clock()
  const state = { broken: true }
  const feed = rememberingAppends(
    {
      append: async () => {
        if (state.broken) throw new HubError('feed.unavailable')
      },
      ping: async () => {},
    },
    now,
  )
  await feed.ping()
  await expect(feed.append()).rejects.toThrow()
  await expect(feed.ping()).rejects.toThrow()
  at.now += 10_000
  await feed.ping()
  await expect(feed.append()).rejects.toThrow()
  state.broken = false
  await feed.append()
  await feed.ping()
})

test('an archive that lags is at a stand only when it does not move', async () => {
  const { at, now } = clock()
  const state = { epoch: 1, seq: 5, lag: 3 }
  const check = checkProgress(
    { position: () => ({ epoch: state.epoch, seq: state.seq }), lag: () => state.lag },
    now,
  )
  await check()
  at.now += 29_000
  state.seq += 1
  await check()
  at.now += 29_000
  await check()
  at.now += 29_000
  state.epoch += 1 // the same number in another life of the feed
  await check()
  at.now += 31_000
  await expect(check()).rejects.toThrow('at a stand')
  state.lag = 0
  await check()
})
