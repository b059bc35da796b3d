// What the answer to one try means for its delivery.
import { expect, test } from 'vitest'
import type { SendResult } from '../../../src/core/sending/ports.ts'
import { isAboutMailbox, isRateLimit, outcomeOf } from '../../../src/core/sending/verdict.ts'
import { aDelivery } from '../../support/sending/deliveries.ts'
import { NOON } from '../../support/times.ts'

const DELAYS = [60_000, 300_000]

const judge = (result: SendResult, changes?: Parameters<typeof aDelivery>[0]) =>
  outcomeOf(result, aDelivery(changes), DELAYS, NOON)

const deferred = { kind: 'deferred', response: '451 4.3.0 later' } as const

test('a sent mail is sent, with what the server said', () => {
  const outcome = { n: 7, status: 'sent', attempts: 1, dueAt: NOON, reason: '250 ok', at: NOON }
  expect(judge({ kind: 'sent', response: '250 ok' })).toEqual(outcome)
})

test('a refused mail has failed', () => {
  const result = { kind: 'failed', response: '550 no', unknownRecipient: false } as const
  expect(judge(result, { attempts: 1 })).toMatchObject({ status: 'failed', attempts: 2, reason: '550 no' })
})

test.each([
  [0, 60_000],
  [1, 300_000],
])('a deferred mail with %i tries before is tried again after %i ms', (attempts, delay) => {
  const outcome = {
    status: 'deferred',
    attempts: attempts + 1,
    dueAt: NOON + delay,
    reason: deferred.response,
  }
  expect(judge(deferred, { attempts })).toMatchObject(outcome)
})

test('a mail that is deferred when no delay is left has failed', () => {
  const outcome = { status: 'failed', attempts: 3, reason: 'given up after 3 tries: 451 4.3.0 later' }
  expect(judge(deferred, { attempts: 2 })).toMatchObject(outcome)
})

test('delays begin anew when failed mails are tried again', () => {
  const outcome = { status: 'deferred', attempts: 4, dueAt: NOON + 60_000 }
  expect(judge(deferred, { attempts: 3, earlierAttempts: 3 })).toMatchObject(outcome)
})

test('a connection that is lost behind a mail twice in a row ends it; once, and inside a mail, it is tried again', () => {
  const behind = { kind: 'unreachable', response: 'closed', lost: 'in doubt' } as const
  const first = judge(behind)
  expect(first).toMatchObject({ status: 'deferred', attempts: 1, dueAt: NOON + 60_000 })
  const { reason = null } = first ?? {}
  expect(judge(behind, { attempts: 1, reason })).toMatchObject({ status: 'failed', attempts: 2 })
  expect(judge({ ...behind, lost: 'midway' }, { attempts: 1, reason })).toMatchObject({ status: 'deferred' })
})

test.each(['sender_fault', 'unreachable'] as const)(
  'of a mail that ends as %s nothing is recorded',
  (kind) => {
    expect(judge({ kind, response: '535 no' })).toBeUndefined()
  },
)

test.each([
  ['452 4.2.2 mailbox full', true],
  ['450 4.2.1 disabled', true],
  ['452-4.2.2 over quota', true],
  ['421 4.7.0 too fast', false],
  ['451 4.3.0 later', false],
  ['451 4.2.10 later', false],
  ['451 14.2.1 later', false],
  ['451 4.4.2.1 later', false],
  ['451 4.2.1.1 later', false],
])('what is about one mailbox is told by its enhanced code: %s', (response, expected) => {
  expect(isAboutMailbox(response)).toBe(expected)
})

test.each([
  ['421 4.7.0 too fast', true],
  ['450 4.7.28 too much', true],
  ['451 4.3.0 later', false],
  ['451 4.7.281 later', false],
  ['451 queued as 14217', false],
  ['451 mx.421.example later', false],
])('too much mail is told by its code: %s', (response, expected) => {
  expect(isRateLimit(response)).toBe(expected)
})
