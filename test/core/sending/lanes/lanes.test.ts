// Lanes: which one an address falls into, and the arithmetic of their pace.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createLaneControl,
  NEW_LANE,
  type LaneMemory,
  type LaneStore,
} from '../../../../src/core/sending/lanes/control.ts'
import {
  allowance,
  createLaneOf,
  FULL_PACE,
  pause,
  slowDown,
  spaced,
  speedUp,
  toState,
} from '../../../../src/core/sending/lanes/lanes.ts'
import { HOUR, MINUTE, NOON } from '../../../support/times.ts'

const config = (name: string, ...domains: string[]) => ({ name, domains, connections: 4, perSecond: 20 })

describe('an address', () => {
  const laneOf = createLaneOf([
    config('naver', 'naver.com'),
    config('google', 'gmail.com', 'xn--950bt9s8xi.xn--3e0b707e'),
    config('default'),
  ])

  test.each([
    ['hong@네이버.한국', 'google'],
    ['hong@XN--950BT9S8XI.xn--3e0b707e', 'google'],
    ['hong@naver.com', 'naver'],
    ['Hong@NAVER.com', 'naver'],
    ['a.b@gmail.com', 'google'],
    ['"a@gmail.com"@example.com', 'default'],
    ['hong@mail.naver.com', 'default'],
    ['hong@naver.com.example.org', 'default'],
    ['no address', 'default'],
  ])('%s goes out on %s', (email, lane) => expect(laneOf(email)).toBe(lane))
})

describe('the pace', () => {
  test('is never above what is configured, nor below its floor, whatever happens', () => {
    const happenings = fc.array(fc.tuple(fc.constantFrom('sent', 'deferred', 'pause'), fc.nat(5_000)))
    fc.assert(
      fc.property(happenings, (all) => {
        let pace = FULL_PACE
        let now = NOON
        for (const [what, ms] of all) {
          now += ms
          if (what === 'sent') pace = speedUp(pace, now)
          else if (what === 'deferred') pace = slowDown(pace, '421', now)
          else pace = pause(pace, '535', now + 1_000, now)
          expect(pace.share).toBeGreaterThanOrEqual(0.05)
          expect(pace.share).toBeLessThanOrEqual(1)
        }
      }),
    )
  })

  test('gives no more in any second than a tenth above the rate, whenever and however much is asked', () => {
    const asks = fc.array(fc.tuple(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 1, max: 200 })), {
      minLength: 50,
    })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), asks, (rate, all) => {
        let [nextAt, now] = [0, NOON]
        const granted: { at: number; count: number }[] = []
        for (const [ms, count] of all) {
          now += ms
          const lease = spaced(nextAt, rate, count, now)
          nextAt = lease.nextAt
          granted.push({ at: now, count: lease.granted })
        }
        for (const { at } of granted) {
          const second = granted.filter((each) => each.at >= at && each.at < at + 1_000)
          const sum = second.reduce((all, { count }) => all + count, 0)
          expect(sum).toBeLessThanOrEqual(Math.ceil(rate * 1.1))
        }
      }),
    )
  })

  test('goes at every pace, at any instant of these years: whoever comes when told to gets a mail', () => {
    const instant = fc.double({ min: NOON, max: NOON * 1.5, noNaN: true })
    const steps = fc.array(fc.double({ min: 0, max: 0.9, noNaN: true }), { minLength: 20, maxLength: 20 })
    const rate = fc.oneof(
      fc.integer({ min: 1, max: 3_000 }),
      fc.double({ min: 0.05, max: 3_000, noNaN: true }),
    )
    fc.assert(
      fc.property(instant, rate, fc.integer({ min: 1, max: 20 }), steps, (start, whole, twentieths, late) => {
        const perSecond = (whole * twentieths) / 20
        let [nextAt, now] = [0, start]
        for (const ms of late) {
          let lease = spaced(nextAt, perSecond, 1_000, now)
          expect(lease.granted).toBeGreaterThan(0)
          while (lease.granted > 0) lease = spaced(lease.nextAt, perSecond, 1, now)
          nextAt = lease.nextAt
          now += lease.retryAfterMs + ms
        }
      }),
      { numRuns: 2_000 },
    )
  })

  test('keeps a reason of any length short', () => {
    expect(slowDown(FULL_PACE, 'x'.repeat(5_000), NOON).reason?.length).toBe(300)
  })
})

test('a paused lane tells what paused it, whatever mails that were under way are told', () => {
  const paused = pause(FULL_PACE, '535 5.7.8 no longer', NOON + 60_000, NOON)
  const told = slowDown(paused, '421 4.7.0 slower', NOON + 2_000)
  expect(toState(config('default'), told, NOON + 3_000)).toMatchObject({
    state: 'paused',
    reason: '535 5.7.8 no longer',
    nextChangeAt: NOON + 60_000,
  })
})

test('places are all given, and no place twice', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 20 }),
      fc.nat(),
      (places, owners, at) => {
        const names = Array.from({ length: owners }, (_, n) => `owner ${String(n).padStart(2, '0')}`)
        const sum = names.reduce((all, name) => all + allowance(places, names, name, at), 0)
        expect(sum).toBe(places)
      },
    ),
  )
})

test('a pause is as long as it was meant to be, also where the store has another clock than the caller', async () => {
  const [here, there] = [NOON, NOON + HOUR]
  const kept: { -readonly [K in keyof LaneMemory]: LaneMemory[K] } = { ...NEW_LANE }
  const store: LaneStore = {
    change: async (_lane, what, rule) => void (kept[what] = rule(kept[what], there)),
    pace: async () => ({ value: kept.pace, at: there }),
    lease: async () => ({ granted: 0, retryAfterMs: 0 }),
    connect: async () => ({ granted: false, release: async () => {} }),
  }
  const lanes = createLaneControl(
    [{ name: 'default', domains: [], connections: 1, perSecond: 1 }],
    store,
    () => here,
  )
  await lanes.pause('default', 'wrong password', here + MINUTE)
  expect(await lanes.states()).toMatchObject([
    { state: 'paused', since: there, nextChangeAt: there + MINUTE },
  ])
})
