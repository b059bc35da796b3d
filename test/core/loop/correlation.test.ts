// Which delivery an event is about, where its metadata is not what the hub has given, or it names no address.
import { expect, test } from 'vitest'
import { NO_FACTS, readFacts, writeFacts } from '../../../src/core/events/facts.ts'
import { addressed, namedDelivery } from '../../../src/core/loop/correlation.ts'
import { makeRow } from '../../support/database/sql-lab.ts'

const CAMPAIGN = '01900000-0000-7000-8000-00000000000a'

test.each([
  [CAMPAIGN, '3-17', { campaignId: CAMPAIGN, chunk: 3, n: 17 }],
  ['spring', '3-17', undefined],
  [CAMPAIGN, '3', undefined],
  [CAMPAIGN, '3-17-1', undefined],
  [CAMPAIGN, '0-1234567890', undefined],
  [CAMPAIGN, null, undefined],
  [null, '3-17', undefined],
])('%s and %s are a delivery of the hub, or none', (campaignId, deliveryId, key) => {
  const facts = readFacts(writeFacts('postbird', { ...NO_FACTS, campaignId, deliveryId }))
  expect(namedDelivery(facts)).toEqual(key)
})

test('an event without an address gets the one that its mail went to, and compares like any other', () => {
  const about = { email: 'Ann@Example.com' }
  expect(addressed(makeRow(1), about).facts).toMatchObject({
    recipient: 'Ann@Example.com',
    email: 'ann@example.com',
  })
  const named = makeRow(1, { email: 'bob@example.com' })
  expect(addressed(named, about)).toBe(named)
  expect(addressed(named, undefined)).toBe(named)
})
