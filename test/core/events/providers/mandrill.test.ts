// What Mandrill's payloads tell, family by family, and what becomes of those that are not as they should be.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KINDS } from '../../../../src/core/events/event.ts'
import { linkKey, NO_FACTS, readFacts, writeFacts } from '../../../../src/core/events/facts.ts'
import { readBatch } from '../../../../src/core/events/intake/batch.ts'
import { mandrill } from '../../../../src/core/events/providers/mandrill/mandrill.ts'

const TS = 1_777_890_030
const AT = '2026-05-04T10:20:30.000Z'
const message = {
  ts: TS - 300,
  _id: '7d1c3f0b9a2e4c5d8e6f',
  state: 'sent',
  subject: 'News in May, Ann',
  email: 'Ann@Example.com',
  sender: 'news@example.com',
  subaccount: 'news',
  tags: ['newsletter', 7, 'may'],
  metadata: { campaign_id: '01a20144-af1d-722a-9d98-6a215e4325f9', delivery_id: '0-17' },
}
const OF_MESSAGE = {
  provider: 'mandrill',
  at: AT,
  recipient: 'Ann@Example.com',
  message_id: '7d1c3f0b9a2e4c5d8e6f',
  subject: 'News in May, Ann',
  sender: 'news@example.com',
  subaccount: 'news',
  tags: ['newsletter', 'may'],
  campaign_id: '01a20144-af1d-722a-9d98-6a215e4325f9',
  delivery_id: '0-17',
}
const OF_LIST = {
  provider: 'mandrill',
  at: AT,
  recipient: 'ann@example.com',
  message_id: null,
  subject: null,
}
const event = (name: string, more: object = {}, msg: object = {}) => ({
  event: name,
  ts: TS,
  _id: message._id,
  ...more,
  msg: { ...message, ...msg },
})
const PIXEL = { user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' }
const url = 'https://example.com/tea'
const smtp_events = [
  { ts: TS - 290, type: 'deferred', diag: '451 later', destination_ip: '203.0.113.2', size: 0 },
  { ts: TS - 280, type: 'sent', diag: '250 OK', destination_ip: '203.0.113.3', size: 24_310 },
]
const delivered = (TS - 280) * 1000

const TABLE: readonly (readonly [name: string, payload: object, facts: object, more: object | null])[] = [
  ['send', event('send'), OF_MESSAGE, null],
  ['delivered', event('delivered', {}, { smtp_events }), { ...OF_MESSAGE, answer: '250 OK', ip: '203.0.113.3', size: 24_310 }, { delivered }],
  ['a mail that was not taken', event('deferral', {}, { smtp_events: smtp_events.slice(0, 1) }), { ...OF_MESSAGE, answer: '451 later', ip: '203.0.113.2' }, null],
  ['deferral', event('deferral', { diag: '451 4.7.1 Greylisted' }), { ...OF_MESSAGE, answer: '451 4.7.1 Greylisted' }, null],
  [
    'hard_bounce',
    event('hard_bounce', {}, { bounce_description: 'bad_mailbox', diag: 'smtp;550 5.1.1' }),
    { ...OF_MESSAGE, reason: 'no_such_mailbox', answer: 'smtp;550 5.1.1' },
    null,
  ],
  ['soft_bounce', event('soft_bounce', {}, { bounce_description: 'general' }), { ...OF_MESSAGE, reason: 'other' }, null],
  ['an open by a person', event('open', PIXEL), { ...OF_MESSAGE, robot: false }, null],
  ['an open somewhere', event('open', { ...PIXEL, ip: '203.0.113.7', location: { city: 'Seoul', country: 'South Korea' } }), { ...OF_MESSAGE, robot: false, ip: '203.0.113.7', location: 'Seoul, South Korea' }, null],
  ['an open in a country', event('open', { ...PIXEL, ip: '203.0.113.7', location: { city: '-', country: 'Japan' } }), { ...OF_MESSAGE, robot: false, ip: '203.0.113.7', location: 'Japan' }, null],
  ['an open nowhere', event('open', { ...PIXEL, ip: null, location: [] }), { ...OF_MESSAGE, robot: false }, null],
  ['an open by a program', event('open', { user_agent: 'Mozilla/5.0' }), { ...OF_MESSAGE, robot: true }, null],
  [
    "an open by what Mandrill takes for a program",
    event('open', { ...PIXEL, user_agent_parsed: { type: 'Robot' } }),
    { ...OF_MESSAGE, robot: true },
    null,
  ],
  [
    'a click, with earlier visits in its lists',
    event('click', { ...PIXEL, url }, {
      opens: [{ ts: TS - 100, ua: 'curl/8' }, { ts: 'never' }, null],
      clicks: [{ ts: TS - 1, url }, { ts: TS - 50, url: 'https://example.com/mugs' }],
      smtp_events,
    }),
    { ...OF_MESSAGE, url, robot: false },
    {
      delivered,
      opens: [[(TS - 100) * 1000, 1]],
      clicks: [[(TS - 50) * 1000, 0, linkKey('https://example.com/mugs')]],
    },
  ],
  ['spam', event('spam'), OF_MESSAGE, null],
  ['unsub', event('unsub'), OF_MESSAGE, null],
  ...[{ reject: 'spam' }, { reject: { reason: 'spam' } }, { reject: null, reject_reason: 'spam' }].map(
    (msg) => ['a reject', event('reject', {}, msg), { ...OF_MESSAGE, reason: 'complaint' }, null] as const,
  ),
  ['a reject of the sender', event('reject', {}, { reject: { reason: 'invalid-sender' } }), { ...OF_MESSAGE, reason: 'invalid_sender' }, null],
  ['a new word', event('vanished', { url, diag: 'x' }, { bounce_description: 'x' }), OF_MESSAGE, null],
  [
    'an inbound mail',
    { event: 'inbound', ts: String(TS), msg: { email: 'office@example.com', from_email: 'ann@example.com', subject: 'Re: News', metadata: [], tags: [] } },
    { provider: 'mandrill', at: AT, recipient: 'office@example.com', message_id: null, subject: 'Re: News', sender: 'ann@example.com' },
    null,
  ],
  [
    'an entry of the deny list',
    { type: 'blacklist', action: 'add', ts: TS, reject: { email: 'ann@example.com', reason: 'hard-bounce', expires_at: '2026-06-01 00:00:00', subaccount: null, sender: { address: 'news@example.com' } } },
    { ...OF_LIST, sender: 'news@example.com', reason: 'bounce' },
    { list: 'blacklist', ends: Date.UTC(2026, 5, 1) },
  ],
  [
    'an entry that has expired',
    { type: 'denylist', action: 'change', ts: TS, reject: { email: 'ann@example.com', reason: 'custom', expired: true, subaccount: 'news' } },
    { ...OF_LIST, subaccount: 'news', reason: 'manual' },
    { list: 'denylist', ends: 0 },
  ],
  ['an entry of the allow list', { type: 'whitelist', action: 'add', ts: TS, entry: { email: 'ann@example.com' } }, OF_LIST, { list: 'whitelist' }],
] // prettier-ignore

test.for(TABLE)('%s', ([, payload, facts, more]) => {
  const { events } = readBatch(Buffer.from(JSON.stringify([payload])))
  expect(JSON.parse(events[0]?.facts ?? '')).toEqual(facts)
  expect(events[0]?.more && JSON.parse(events[0].more)).toEqual(more)
})

test('whatever a payload holds, its facts are read, and small, and come back as they were told', () => {
  const any = fc.anything({ withObjectString: true, maxDepth: 3 })
  const fields = 'ts ip location diag url reject entry type _id user_agent user_agent_parsed'.split(' ')
  const inMessage =
    'email sender subject subaccount tags metadata opens clicks smtp_events _id diag reject from_email'
  const record = (names: readonly string[]) =>
    fc.record(Object.fromEntries(names.map((name) => [name, any])), { requiredKeys: [] })
  const payload = fc.record({
    ...Object.fromEntries(fields.map((name) => [name, any])),
    msg: record(inMessage.split(' ')),
  })
  fc.assert(
    fc.property(payload, fc.constantFrom(...KINDS), (given, kind) => {
      const told = mandrill.factsOf(given, kind)
      const stored = writeFacts('mandrill', told)
      expect(JSON.parse(stored.facts)).toMatchObject({ provider: 'mandrill' })
      expect(writeFacts('mandrill', readFacts(stored))).toEqual(stored)
      expect(readFacts(stored)).toMatchObject(told)
    }),
    { numRuns: 300 },
  )
})

test('an event of megabytes has facts of some thousand characters', () => {
  const long = 'x'.repeat(3_000_000)
  const many = Array.from({ length: 10_000 }, (_, n) => ({ ts: TS + 10 * n, url: long }))
  const payload = {
    ...event('click', { url: long, diag: long, user_agent: long }),
    msg: {
      email: long,
      sender: long,
      subject: long,
      subaccount: long,
      metadata: { campaign_id: long },
      tags: many.map((_visit, n) => `tag ${n}`),
      opens: many,
      clicks: many,
      smtp_events: many,
    },
  }
  const stored = writeFacts('mandrill', mandrill.factsOf(payload, 'clicked'))
  expect(stored.facts.length + (stored.more?.length ?? 0)).toBeLessThan(40_000)
  const told = readFacts(stored)
  expect(told).toMatchObject({
    email: null,
    sender: null,
    campaignId: null,
    subject: `${long.slice(0, 1_000)}…`,
  })
})

test('nothing told is nothing stored but the five that every event has', () => {
  expect(writeFacts('postbird', NO_FACTS)).toEqual({
    facts: '{"provider":"postbird","at":null,"recipient":null,"message_id":null,"subject":null}',
    more: null,
  })
})
