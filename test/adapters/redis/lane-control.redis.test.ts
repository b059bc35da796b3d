// The lanes in Redis, against the contract.
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createEmbeddedLaneControl } from '../../../src/adapters/embedded/sending/lane-control.ts'
import { SEND_KEYS } from '../../../src/adapters/redis/keys.ts'
import { laneControlContract } from '../../contracts/sending/lane-control.ts'
import { promisesOfSharedPace } from '../../contracts/sending/lane-control-pace.ts'
import { eventually } from '../../support/eventually.ts'
import { startRedis, type RedisServer } from '../../support/servers/redis.ts'
import { openRedisSendLab } from '../../support/sending/send-lab.ts'
import { NOON, SECOND } from '../../support/times.ts'

let redis: RedisServer
beforeAll(async () => void (redis = await startRedis()))
afterAll(() => redis?.close())

describe('the lanes in Redis', () => laneControlContract(() => openRedisSendLab(redis), promisesOfSharedPace))

test('places whose holder is gone without a word are free again', async () => {
  const lab = await openRedisSendLab(redis)
  const configs = [{ name: 'default', domains: [], connections: 2, perSecond: 10 }]
  const { lanes } = lab.open({ configs })
  const longAgo = '1000'
  await redis.command('ZADD', SEND_KEYS.places('default'), longAgo, 'gone a', longAgo, 'gone b')
  expect((await lanes.connect('default', 'another')).granted).toBe(true)
  await lab.close()
})

test.for([0.65, 7, 640])(
  'its script spaces mails as the rule in core does: %d a second',
  async (perSecond) => {
    const lab = await openRedisSendLab(redis)
    const clock = { now: NOON }
    const configs = [{ name: 'default', domains: [], connections: 2, perSecond }]
    const { lanes } = lab.open({ configs, now: () => clock.now })
    const rule = createEmbeddedLaneControl(configs, () => clock.now)
    for (let step = 0; step < 120; step++) {
      clock.now += [0, 1.25, 3, 40, 700, -90][(step * 7) % 6] ?? 0
      const count = 1 + ((step * 5) % 4)
      const [given, expected] = [await lanes.lease('default', count), await rule.lease('default', count)]
      expect(given.granted).toBe(expected.granted)
      expect(given.retryAfterMs).toBeCloseTo(expected.retryAfterMs, 2)
      if (step % 40 === 39) for (const each of [lanes, rule]) await each.slowDown('default', '451 later')
    }
    await lab.close()
  },
)

test('what a version of before has kept of a lane is read, and lacks nothing', async () => {
  const lab = await openRedisSendLab(redis)
  const { lanes } = lab.open({ now: () => NOON })
  await redis.command('HSET', SEND_KEYS.lane('default'), 'pace', '{"share":0.5,"pausedUntil":0}')
  const [, , state] = await lanes.states()
  expect(state).toMatchObject({ state: 'slowed', reason: null, perSecond: 50, since: null })
  expect(Number.isFinite(state?.nextChangeAt)).toBe(true)
  await lab.close()
})

describe('a place', () => {
  const key = SEND_KEYS.places('default')
  const kept = async () => (await redis.command('ZRANGE', key, '0', '-1', 'WITHSCORES')) as string[]
  afterEach(() => vi.useRealTimers())

  async function hold(count: number) {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const lab = await openRedisSendLab(redis)
    const clock = { now: NOON }
    const { lanes, close } = lab.open({ now: () => clock.now })
    for (let n = 0; n < count; n++) await lanes.connect('default', 'me')
    /** Once: whoever waits for something with the timers of the test would have it beat on. */
    const beat = () => {
      clock.now += 2 * SECOND
      vi.advanceTimersByTime(2 * SECOND)
      vi.useRealTimers()
    }
    return { lab, beat, close }
  }

  test('is renewed while it is held, by a heartbeat well within the time that it is kept', async () => {
    const { lab, beat } = await hold(1)
    const [, first] = await kept()
    beat()
    await eventually(async () => Number((await kept())[1])).toBe(Number(first) + 2 * SECOND)
    expect(Number(first)).toBe(NOON + 6 * SECOND)
    await lab.close()
  })

  test('that has run out, and may be another’s, is not taken back by a heartbeat', async () => {
    const { lab, beat } = await hold(2)
    const [lost = '', , stays = ''] = await kept()
    await redis.command('ZREM', key, lost)
    beat()
    await eventually(kept).toEqual([stays, String(NOON + 8 * SECOND)])
    await lab.close()
  })

  test('is given back by a process that closes, and nothing beats on', async () => {
    const { close } = await hold(2)
    await close()
    expect(await kept()).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })
})
