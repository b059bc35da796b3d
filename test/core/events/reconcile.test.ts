// What follows from Mandrill's count and the hub's.
import { expect, test } from 'vitest'
import { reconcile, type WebhookReport } from '../../../src/core/events/reconcile.ts'
import { MINUTE, NOON } from '../../support/times.ts'

const URL = 'https://hub.example.com/api/hook'
const webhook = (changes: Partial<WebhookReport> = {}): WebhookReport => ({
  id: 1,
  url: URL,
  eventsSent: 100,
  createdAt: NOON,
  lastSentAt: null,
  lastError: null,
  ...changes,
})
const received = { events: 90, quarantined: 6, lag: 4, since: NOON }
const of = (webhooks: readonly WebhookReport[], changes: Partial<typeof received> = {}) => {
  const { verdict, sent, missing } = reconcile(webhooks, [URL], { ...received, ...changes })
  return [verdict, sent, missing]
}

test('complete when as much has arrived, whatever it has become of', () => {
  expect(of([webhook()])).toEqual(['complete', 100, 0])
  expect(of([webhook(), webhook({ url: `${URL}/`, eventsSent: 3 })], { events: 93 })).toEqual([
    'complete',
    103,
    0,
  ])
  expect(of([webhook({ eventsSent: 7 })])).toEqual(['complete', 7, 0])
})

test('missing when less has', () => {
  expect(of([webhook({ eventsSent: 105 })])).toEqual(['missing', 105, 5])
})

test('missing, too, when nothing at all has arrived', () => {
  expect(of([webhook({ eventsSent: 3 })], { events: 0, quarantined: 0, lag: 0 })).toEqual(['missing', 3, 3])
})

test('a webhook is older than the hub beyond what two clocks may differ by', () => {
  const made = (minutes: number) => of([webhook({ eventsSent: 105, createdAt: NOON - minutes * MINUTE })])[0]
  expect([made(5), made(6)]).toEqual(['missing', 'unknown'])
})

test('unknown when the counts have nothing to do with each other', () => {
  expect(of([webhook({ url: 'https://other.example.com' })])).toEqual(['unknown', 0, 0])
  expect(of([webhook({ eventsSent: 999, createdAt: NOON - 86_400_000 })])).toEqual(['unknown', 999, 899])
})
