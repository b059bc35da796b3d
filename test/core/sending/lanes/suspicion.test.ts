// When refusals are about us, and when they are between one domain and us.
import { expect, test } from 'vitest'
import {
  NO_SUSPICION,
  weigh,
  withSuccesses,
  type Suspicion,
} from '../../../../src/core/sending/lanes/suspicion.ts'
import { MINUTE, NOON, SECOND } from '../../../support/times.ts'

function lane() {
  const state = { now: NOON, suspicion: NO_SUSPICION as Suspicion, subscribers: 0 }
  return {
    state,
    refused(domain: string | null, answer = 'no', subscriber = `subscriber ${(state.subscribers += 1)}`) {
      const { suspicion, verdict } = weigh(state.suspicion, { answer, subscriber, domain }, state.now)
      state.suspicion = suspicion
      return verdict
    },
    ask(domain: string | null, at: number, answer = 'no') {
      return weigh(state.suspicion, { answer, subscriber: 'whoever', domain, at }, state.now).verdict
    },
    took(count: number, ...domains: string[]) {
      state.suspicion = withSuccesses(state.suspicion, { count, domains, agoMs: 0, begunAgoMs: 0 }, state.now)
    },
    /** What was begun some time before. */
    tookLate(begunAgoMs: number, count: number, ...domains: string[]) {
      state.suspicion = withSuccesses(state.suspicion, { count, domains, agoMs: 0, begunAgoMs }, state.now)
    },
    /** As another worker tells it, some time after. */
    hadTaken(agoMs: number, count: number, ...domains: string[]) {
      state.suspicion = withSuccesses(
        state.suspicion,
        { count, domains, agoMs, begunAgoMs: agoMs },
        state.now,
      )
    },
  }
}

test('one subscriber, or two, are open; the third in a row is about us, and so were those before', () => {
  const { refused, ask } = lane()
  expect([refused(null), refused(null), refused(null)]).toEqual(['open', 'open', 'sender'])
  expect(ask(null, NOON)).toBe('sender')
})

test('one subscriber who is tried again and again is one', () => {
  const { refused } = lane()
  expect([1, 2, 3, 4].map(() => refused(null, 'no', 'the same'))).toEqual(['open', 'open', 'open', 'open'])
})

test('a row is broken by a mail that is taken, a share is not', () => {
  const { refused, took } = lane()
  const verdicts = Array.from({ length: 5 }, () => {
    took(1)
    return refused(null)
  })
  expect(verdicts).toEqual(['open', 'open', 'open', 'open', 'sender'])
})

test('mails that were taken before the first refusal are no news, however late they are told', () => {
  const { state, refused, hadTaken, took } = lane()
  expect([refused('a.io'), refused('a.io')]).toEqual(['open', 'open'])
  state.now += SECOND
  hadTaken(2 * SECOND, 9, 'b.io', 'c.io', 'd.io')
  expect(refused('a.io')).toBe('domain') // not the subscriber's
  hadTaken(2 * SECOND, 9, 'b.io', 'c.io', 'd.io')
  expect(refused('b.io')).toBe('sender')
  took(3, 'c.io', 'd.io', 'e.io')
  expect(refused('b.io')).toBe('open')
})

test('mails that were under way at the first refusal do not make it the subscriber’s', () => {
  const { state, refused, tookLate, took, ask } = lane()
  const at = state.now
  expect(refused('a.io')).toBe('open')
  state.now += SECOND
  tookLate(2 * SECOND, 3, 'b.io', 'c.io', 'd.io')
  expect(ask('a.io', at)).toBe('open')
  took(3, 'b.io', 'c.io', 'd.io')
  expect(ask('a.io', at)).toBe('subscriber')
})

test('one in thirty is about subscribers', () => {
  const { refused, took } = lane()
  for (let n = 0; n < 200; n++) {
    took(29)
    expect(refused(null)).toBe('open')
  }
})

test('after the blame one is enough, until a mail is taken', () => {
  const { state, refused, took } = lane()
  for (let n = 0; n < 3; n++) refused(null)
  state.now += 2 * 60 * MINUTE
  expect(refused(null)).toBe('sender')
  took(1)
  state.now += 10 * MINUTE
  expect(refused(null)).toBe('open')
})

test('faults that are worded in many ways are one in the end', () => {
  const { refused } = lane()
  const verdicts = Array.from({ length: 10 }, (_, n) => refused(null, `answer ${n}`))
  expect(verdicts.at(-1)).toBe('sender')
  expect(verdicts.slice(0, -1)).not.toContain('sender')
})

test('several domains of a mixed lane are about us', () => {
  const { refused } = lane()
  expect([refused('a.org'), refused('b.org'), refused('a.org')]).toEqual(['open', 'open', 'sender'])
})

test('one domain is its own matter as soon as others take mails meanwhile', () => {
  const { refused, took } = lane()
  refused('a.org')
  took(1, 'b.org')
  refused('a.org')
  took(2, 'c.org', 'd.org')
  expect([refused('a.org'), refused('a.org'), refused('a.org')]).toEqual([
    'subscriber',
    'subscriber',
    'subscriber',
  ])
})

test('one domain with nobody to compare it with is told as that', () => {
  const { state, refused } = lane()
  expect([refused('a.org'), refused('a.org'), refused('a.org')]).toEqual(['open', 'open', 'domain'])
  state.now += SECOND
  expect(refused('b.org')).toBe('sender')
})

test('what is kept does not grow', () => {
  const { state, refused } = lane()
  for (let n = 0; n < 1_000; n++) refused(`${n % 40}.org`, `answer ${n % 70}`)
  expect(JSON.stringify(state.suspicion).length).toBeLessThan(10_000)
})
