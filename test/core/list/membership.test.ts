// The rules of membership and of suppressions, one by one.
import { expect, test } from 'vitest'
import {
  subscribeAgain,
  confirmed,
  confirming,
  left,
  maySubscribe,
  newRow,
  whyUnmailable,
} from '../../../src/core/list/membership.ts'
import { MANDRILL, MIRROR, replaces } from '../../../src/core/list/suppression.ts'
import type { Suppression } from '../../../src/core/list/ports.ts'
import { HOUR, NOON } from '../../support/times.ts'

const ANN = { email: 'ann@example.com', key: 'ann@example.com', name: 'Ann' }

test('whoever comes is subscribed since then, waits since then, or is neither', () => {
  const NEITHER = { subscribed: 0, subscribedAt: null, waiting: 0, confirmationSentAt: null }
  expect(newRow(ANN, 'in', NOON)).toMatchObject({ ...NEITHER, subscribed: 1, subscribedAt: NOON })
  expect(newRow(ANN, 'waits', NOON)).toMatchObject({ ...NEITHER, waiting: NOON })
  expect(newRow(ANN, 'out', NOON)).toMatchObject(NEITHER)
})

test('only their own wish lets somebody come again', () => {
  const reasons = ['bounce', 'complaint', 'reject', 'manual', 'unsubscribe'] as const
  expect(reasons.filter((reason) => maySubscribe({ reason }))).toEqual(['unsubscribe'])
  expect(maySubscribe(undefined)).toBe(true)
})

test('who comes again joins anew, keeps the name where none is given, and waits since the first time', () => {
  const again = (subscribed: number, waiting: number, more: object = {}, person = ANN) =>
    subscribeAgain({ subscribed, waiting }, person, { membership: 'in', lifted: false, now: NOON, ...more })
  const joined = { subscribed: 1, subscribedAt: NOON, waiting: 0, confirmationSentAt: null, updatedAt: NOON }
  expect(again(1, 0)).toBeUndefined()
  expect(again(1, 0, { lifted: true })).toMatchObject(joined)
  expect(again(0, 0)).toEqual({ email: ANN.email, name: 'Ann', ...joined })
  expect(again(0, 0, {}, { ...ANN, name: '' })).toEqual(joined)
  expect(again(0, 0, { membership: 'waits' })).toMatchObject({ waiting: NOON })
  expect(again(0, NOON - HOUR, { membership: 'waits' })).toMatchObject({ waiting: NOON - HOUR })
})

test('a link confirms what was asked by its mail, of one who waits and may come', () => {
  const waits = { subscribed: 0, waiting: NOON }
  expect(confirming(waits, NOON, undefined)).toBe('done')
  expect(confirming(waits, NOON, { reason: 'unsubscribe' })).toBe('done')
  expect(confirming(waits, NOON, { reason: 'complaint' })).toBe('unknown')
  expect(confirming(waits, NOON - 1, undefined)).toBe('unknown')
  expect(confirming({ subscribed: 0, waiting: 0 }, 0, undefined)).toBe('unknown')
  expect(confirming({ subscribed: 1, waiting: 0 }, NOON, undefined)).toBe('already')
  expect(confirming(undefined, NOON, undefined)).toBe('unknown')
})

test('who has confirmed may be asked anew later; who leaves does not wait, either', () => {
  const joined = { subscribed: 1, subscribedAt: NOON, waiting: 0, confirmationSentAt: null }
  expect(confirmed(NOON)).toEqual({ ...joined, updatedAt: NOON })
  expect(left(NOON)).toEqual({ subscribed: 0, waiting: 0, updatedAt: NOON })
})

test('mail goes to subscribers whom no suppression holds, and the reason is told of all others', () => {
  const why = (subscribed: number, reason: Suppression['reason'] | null, until: number | null = null) =>
    whyUnmailable({ subscribed, reason, until }, NOON)
  expect(why(1, null)).toBeUndefined()
  expect(why(1, 'bounce', NOON)).toBeUndefined()
  expect(why(1, 'bounce', NOON + 1)).toBe('suppressed: bounce')
  expect(why(1, 'complaint')).toBe('suppressed: complaint')
  expect(why(0, null)).toBe('unsubscribed')
  expect(whyUnmailable(undefined, NOON)).toBe('gone')
})

test.each<[what: string, told: Partial<Suppression>, held: Partial<Suppression>, replaces: boolean]>([
  ['what is over gives way to anything', {}, { reason: 'complaint', until: NOON }, true],
  ['a stronger reason', { reason: 'complaint' }, { reason: 'bounce' }, true],
  ['a weaker one', { reason: 'bounce' }, { reason: 'complaint' }, false],
  ['the same for good', {}, {}, false],
  ['a longer one', { until: null }, { until: NOON + HOUR }, true],
  ['one that ends later', { until: NOON + 2 * HOUR }, { until: NOON + HOUR }, true],
  ['one that ends sooner', { until: NOON + HOUR }, { until: NOON + 2 * HOUR }, false],
  ['one that ends, of one for good', { until: NOON + HOUR }, {}, false],
  [
    'Mandrill’s echo of its list',
    { source: MANDRILL, reason: 'reject' },
    { source: MIRROR, reason: 'reject', until: NOON + HOUR },
    false,
  ],
  [
    'its list, of the echo',
    { source: MIRROR, reason: 'reject', until: NOON + HOUR },
    { source: MANDRILL, reason: 'reject' },
    true,
  ],
  [
    'what Mandrill tells of a bounce is no echo',
    { source: MANDRILL, until: null },
    { until: NOON + HOUR },
    true,
  ],
  ['the list’s own change', { source: MIRROR, until: NOON + HOUR }, { source: MIRROR }, true],
  [
    'no change of what is the subscriber’s',
    { source: MIRROR, reason: 'complaint', until: NOON + HOUR },
    { source: MIRROR, reason: 'complaint' },
    false,
  ],
  [
    'nor of what an operator says',
    { source: MIRROR, reason: 'manual', until: NOON + HOUR },
    { source: MIRROR, reason: 'manual' },
    false,
  ],
  ['what the mirror can no longer end', {}, { source: MIRROR }, true],
  ['but not by one that ends', { until: NOON + HOUR }, { source: MIRROR }, false],
])('one takes the place of the other: %s', (_, told, held, is) => {
  const some = { reason: 'bounce', source: 'api', since: NOON, until: null } as const
  expect(replaces({ ...some, ...told }, { ...some, ...held })).toBe(is)
})
