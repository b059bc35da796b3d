// LaneControl: how fast mails go out, what slows a lane, and what pauses it.
import { expect, test } from 'vitest'
import type { LaneControl } from '../../../src/core/sending/ports.ts'
import type { SendLab } from '../../support/sending/send-lab.ts'
import { DAY, MINUTE, NOON, SECOND } from '../../support/times.ts'

const OPEN = { name: 'default', state: 'open', reason: null, since: null, nextChangeAt: null }

export function promisesOfPace(lab: () => SendLab): void {
  function open(perSecond = 100) {
    const clock = { now: NOON }
    const configs = [
      { name: 'default', domains: [], connections: 4, perSecond },
      { name: 'naver', domains: ['naver.com'], connections: 4, perSecond },
    ]
    const { lanes } = lab().open({ configs, now: () => clock.now })
    return { clock, lanes, state: async (lane = 'default') => find(await lanes.states(), lane) }
  }

  const find = (states: Awaited<ReturnType<LaneControl['states']>>, lane: string) =>
    states.find(({ name }) => name === lane)

  /** Asks for as much as it gets for a while; the instants at which mails were granted. */
  async function ask(lanes: LaneControl, clock: { now: number }, forMs: number, count: number) {
    const granted: number[] = []
    for (const end = clock.now + forMs; clock.now < end;) {
      const lease = await lanes.lease('default', count)
      granted.push(...Array.from({ length: lease.granted }, () => clock.now))
      if (lease.granted === 0) clock.now += Math.max(1, Math.ceil(lease.retryAfterMs))
    }
    return granted
  }

  function mostInASecond(instants: readonly number[]): number {
    return Math.max(
      ...instants.map((from) => instants.filter((at) => at >= from && at < from + SECOND).length),
    )
  }

  test.for([0.65, 1, 3, 7, 9, 12, 14, 17, 20, 100, 1000])(
    'gives %d a second, and hardly more in any second',
    async (rate) => {
      const { clock, lanes } = open(rate)
      const seconds = rate < 100 ? 4 : 1.5 // each right is asked for by itself
      const granted = await ask(lanes, clock, seconds * SECOND, 1000)
      expect(mostInASecond(granted)).toBeLessThanOrEqual(Math.ceil(rate * 1.1))
      expect(granted.length).toBeGreaterThanOrEqual(Math.floor(rate * seconds * 0.9))
    },
  )

  test('makes up for no time that nobody used', async () => {
    const { clock, lanes } = open(100)
    await ask(lanes, clock, SECOND, 10)
    clock.now += 10 * MINUTE
    expect((await lanes.lease('default', 1000)).granted).toBeLessThanOrEqual(10)
  })

  test('gives no more than is asked for', async () => {
    const { lanes } = open(1000)
    expect((await lanes.lease('default', 3)).granted).toBe(3)
  })

  test('says when to ask again, and gives something then', async () => {
    const { clock, lanes } = open(2)
    expect((await lanes.lease('default', 1)).granted).toBe(1)
    const { granted, retryAfterMs } = await lanes.lease('default', 1)
    expect(granted).toBe(0)
    expect(retryAfterMs).toBeCloseTo(500)
    clock.now += 500
    expect((await lanes.lease('default', 1)).granted).toBe(1)
  })

  test.for([0.65, 3, 7, 9, 13])('is due when it has said that it would be: at %d a second', async (rate) => {
    const { clock, lanes } = open(rate)
    await lanes.lease('default', 1)
    for (let times = 0; times < 8; times++) {
      clock.now += (await lanes.lease('default', 1)).retryAfterMs
      expect((await lanes.lease('default', 1)).granted).toBe(1)
    }
  })

  test('keeps lanes apart', async () => {
    const { lanes } = open(1)
    await lanes.lease('default', 1)
    await lanes.pause('default', 'wrong password', NOON + MINUTE)
    expect((await lanes.lease('naver', 1)).granted).toBe(1)
  })

  test('is open at first', async () => {
    const { state } = open(50)
    expect(await state()).toEqual({ ...OPEN, perSecond: 50 })
  })

  test('is halved by a deferral, and says what the server said', async () => {
    const { lanes, state } = open(100)
    await lanes.slowDown('default', '421 4.7.0 천천히')
    const slowed = { state: 'slowed', reason: '421 4.7.0 천천히', since: NOON, perSecond: 50 }
    expect(await state()).toEqual({ ...OPEN, ...slowed, nextChangeAt: NOON + 5 * SECOND })
  })

  test('is slowed in proportion where few are deferred, and by half where it is too much mail', async () => {
    const { clock, lanes, state } = open(100)
    await lanes.slowDown('default', '451 4.7.1 greylisted', 0.03)
    expect(await state()).toMatchObject({ state: 'slowed', reason: '451 4.7.1 greylisted', perSecond: 99.85 })
    for (let times = 0; times < 60; times++) {
      clock.now += SECOND
      await lanes.slowDown('default', '451 4.7.1 greylisted', 0.03)
    }
    expect((await state())?.perSecond).toBeCloseTo(97, 0)
    clock.now += SECOND
    await lanes.slowDown('default', '421 4.7.28 unusual rate of mail', 0.03)
    expect((await state())?.perSecond).toBeCloseTo(48.5, 0)
  })

  test('gives less when it is slowed', async () => {
    const { clock, lanes } = open(100)
    await lanes.slowDown('default', '451 later')
    const granted = await ask(lanes, clock, 2 * SECOND, 100)
    expect(granted.length).toBeGreaterThan(90)
    expect(granted.length).toBeLessThanOrEqual(105)
  })

  test('learns one lesson from deferrals of the same moment', async () => {
    const { clock, lanes, state } = open(100)
    for (const _ of [1, 2, 3]) await lanes.slowDown('default', '421 slow down')
    expect(await state()).toMatchObject({ perSecond: 50 })
    clock.now += SECOND
    await lanes.slowDown('default', '421 slower')
    expect(await state()).toMatchObject({ perSecond: 25, reason: '421 slower' })
  })

  test('is slowed to a floor, never to nothing', async () => {
    const { clock, lanes, state } = open(100)
    for (let times = 0; times < 20; times++, clock.now += SECOND) await lanes.slowDown('default', '421 later')
    expect(await state()).toMatchObject({ state: 'slowed', perSecond: 5 })
  })

  test('speeds up step by step, to what is configured and no further', async () => {
    const { clock, lanes, state } = open(100)
    await lanes.slowDown('default', '421 slow down')
    clock.now += 5 * SECOND - 1
    await lanes.speedUp('default')
    expect(await state()).toMatchObject({ perSecond: 50 }) // too soon
    clock.now += 1
    for (const _ of [1, 2, 3]) await lanes.speedUp('default')
    expect(await state()).toMatchObject({ state: 'slowed', perSecond: 55 })
    for (let times = 0; times < 20; times++, clock.now += SECOND) await lanes.speedUp('default')
    expect(await state()).toEqual({ ...OPEN, since: NOON + 14 * SECOND, perSecond: 100 })
  })

  test('gives nothing while it is paused, and says why', async () => {
    const { clock, lanes, state } = open(100)
    await lanes.pause('default', '535 5.7.8 wrong password', NOON + MINUTE)
    const paused = { state: 'paused', reason: '535 5.7.8 wrong password', since: NOON, perSecond: 0 }
    expect(await state()).toEqual({ ...OPEN, ...paused, nextChangeAt: NOON + MINUTE })
    expect((await lanes.lease('default', 1)).granted).toBe(0)
    clock.now += MINUTE - 1
    expect((await lanes.lease('default', 1)).granted).toBe(0)
  })

  test('begins slowly when the pause is over, still saying why', async () => {
    const { clock, lanes, state } = open(100)
    await lanes.pause('default', '535 5.7.8 wrong password', NOON + MINUTE)
    clock.now += MINUTE
    expect((await lanes.lease('default', 100)).granted).toBe(1)
    const slowed = { state: 'slowed', reason: '535 5.7.8 wrong password', perSecond: 5 }
    expect(await state()).toMatchObject(slowed)
  })

  test('says since when it is as it is, and when that is expected to change by itself', async () => {
    const { clock, lanes, state } = open(100)
    await lanes.slowDown('default', '421 slow down')
    clock.now += 2 * SECOND
    await lanes.slowDown('default', '421 slower')
    expect(await state()).toMatchObject({ state: 'slowed', since: NOON, nextChangeAt: NOON + 7 * SECOND })
    clock.now += 5 * SECOND
    await lanes.speedUp('default')
    expect(await state()).toMatchObject({ since: NOON, nextChangeAt: NOON + 8 * SECOND })

    const pausedAt = (clock.now = NOON + MINUTE)
    await lanes.pause('default', 'wrong password', NOON + 2 * MINUTE)
    clock.now += SECOND
    await lanes.pause('default', 'wrong password', NOON + 3 * MINUTE)
    await lanes.slowDown('default', '421 under way')
    expect(await state()).toMatchObject({ since: pausedAt, nextChangeAt: NOON + 3 * MINUTE })
    const over = (clock.now = NOON + 3 * MINUTE)
    expect(await state()).toMatchObject({ state: 'slowed', since: over, nextChangeAt: over })
  })

  test('a pause that only a person ends is expected to last', async () => {
    const { clock, lanes, state } = open(100)
    await lanes.pause('default', 'wrong password', NOON + 10 * 365 * DAY)
    expect(await state()).toMatchObject({ state: 'paused', since: NOON, nextChangeAt: null })
    clock.now += MINUTE
    await lanes.resume('default')
    expect(await state()).toEqual({ ...OPEN, since: NOON + MINUTE, perSecond: 100 })
    clock.now += MINUTE
    await lanes.resume('default') // it is open already
    expect(await state()).toMatchObject({ since: NOON + MINUTE })
  })

  test('keeps the longer of two pauses', async () => {
    const { clock, lanes } = open(100)
    await lanes.pause('default', 'long', NOON + 10 * MINUTE)
    await lanes.pause('default', 'short', NOON + MINUTE)
    clock.now += 5 * MINUTE
    expect((await lanes.lease('default', 1)).granted).toBe(0)
  })

  test('is open again at once when it is resumed, which whoever waits finds out within a second', async () => {
    const { lanes, state } = open(100)
    await lanes.pause('default', 'wrong password', NOON + MINUTE)
    expect(await lanes.lease('default', 1)).toEqual({ granted: 0, retryAfterMs: SECOND })
    await lanes.resume('default')
    expect((await lanes.lease('default', 1)).granted).toBe(1)
    expect(await state()).toMatchObject({ state: 'open', reason: null, perSecond: 100 })
  })

  test('does not make a lane wait for a pace that it no longer has', async () => {
    const { clock, lanes } = open(1)
    for (let times = 0; times < 6; times++, clock.now += SECOND) await lanes.slowDown('default', '421 later')
    clock.now += MINUTE
    expect((await lanes.lease('default', 1)).granted).toBe(1) // the next one would be due in 20 s
    await lanes.resume('default')
    const { granted, retryAfterMs } = await lanes.lease('default', 1)
    expect(granted === 1 || retryAfterMs <= SECOND).toBe(true)
    clock.now += SECOND
    expect((await lanes.lease('default', 1)).granted).toBe(1)
  })

  test('several workers weigh refusals together', async () => {
    const { clock, lanes } = open()
    const other = lab().shared ? lab().open().lanes : lanes
    const nothing = { count: 0, domains: [], agoMs: 0, begunAgoMs: 0 }
    const refusal = (subscriber: string) => ({ answer: '550 no', subscriber, domain: null })
    const first = await lanes.weigh('naver', nothing, refusal('one'))
    expect(first.verdict).toBe('open')
    expect((await other.weigh('naver', nothing, refusal('two'))).verdict).toBe('open')
    expect((await lanes.weigh('naver', nothing, refusal('three'))).verdict).toBe('sender')
    // Asked again, the first one is known to be about us, too, whatever was taken since; on another lane it is not.
    await other.weigh('naver', { count: 1, domains: [], agoMs: 0, begunAgoMs: 0 })
    clock.now += SECOND
    const again = await other.weigh('naver', nothing, { ...refusal('one'), at: first.at })
    expect(again).toEqual({ verdict: 'sender', at: first.at })
    expect((await other.weigh('default', nothing, refusal('four'))).verdict).toBe('open')
  })

  test('refusals that are told at the same moment are all counted', async () => {
    const { lanes } = open()
    const tell = (subscriber: string) =>
      lanes.weigh(
        'naver',
        { count: 0, domains: [], agoMs: 0, begunAgoMs: 0 },
        { answer: '550 no', subscriber, domain: null },
      )
    const verdicts = (await Promise.all(['a', 'b', 'c', 'd', 'e'].map(tell))).map(({ verdict }) => verdict)
    expect(verdicts.filter((verdict) => verdict === 'sender').length).toBe(3)
  })
}

/** On a store that several processes share. */
export function promisesOfSharedPace(lab: () => SendLab): void {
  test('counts all workers together', async () => {
    const clock = { now: NOON }
    const configs = [{ name: 'default', domains: [], connections: 4, perSecond: 100 }]
    const workers = [1, 2].map(() => lab().open({ configs, now: () => clock.now }))
    let granted = 0
    for (let ms = 0; ms < 2_000; ms += 10) {
      for (const { lanes } of workers) granted += (await lanes.lease('default', 100)).granted
      clock.now += 10
    }
    expect(granted).toBeGreaterThan(180)
    expect(granted).toBeLessThanOrEqual(210)
  })
}
