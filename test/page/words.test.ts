// Ages, steps, rates and the words of the connection.
import { expect, test } from 'vitest'
import { detailsOf, marksOf, rowOf } from '../../public/model/facts.js'
import { createRates, roundTop } from '../../public/model/rates.js'
import { stateWords } from '../../public/model/state-words.js'
import { age, ago, counted, plain, plainJson, step, titleOf } from '../../public/model/words.js'

const NOW = Date.parse('2030-05-06T12:00:30Z')
const S = 1000
const MIN = 60 * S
const H = 60 * MIN
const D = 24 * H

test.each([
  [0, 'now'],
  [-5 * S, 'now'],
  [12 * S, '12 s'],
  [5 * MIN, '5 min'],
  [3 * H, '3 h'],
  [4 * D, '4 d'],
  [400 * D, '1 Apr 2029'],
])('an age of %i ms is %s', (passed, words) => {
  expect(age(NOW - passed, NOW)).toBe(words)
})

test('an age in a sentence', () => {
  expect([ago(NOW, NOW), ago(NOW - 3 * S, NOW), ago(NOW - 400 * D, NOW)]).toEqual([
    'just now',
    '3 s ago',
    '1 Apr 2029',
  ])
})

test('the time between two steps of a mail', () => {
  expect([-S, 0, 2 * S, 64 * S, 2 * H, D + 5 * H].map(step)).toEqual([
    'earlier',
    'at once',
    '+2 s',
    '+1 min 4 s',
    '+2 h',
    '+1 d 5 h',
  ])
})

test('one event, two events', () => {
  expect([counted(1, 'event'), counted(3120, 'event'), counted(2, 'new', 'new')]).toEqual([
    '1 event',
    '3,120 events',
    '2 new',
  ])
})

test('rates: the server’s word, then counted on', () => {
  const rates = createRates()
  const minutes: { minute: string; counts: Record<string, number> }[] = [
    { minute: '2030-05-06T11:59:00Z', counts: { sent: 30, bounced: 10 } },
    { minute: '2030-05-06T12:00:00Z', counts: { sent: 5 } },
  ]
  rates.load({ minutes }, NOW - 60 * MIN)
  rates.add('opened', NOW)
  const [before, current] = rates.bars(NOW, 2)
  expect([before?.total, current?.total, current?.kinds]).toEqual([40, 6, { sent: 5, opened: 1 }])
  // Half of this minute has passed: half of the one before counts.
  expect(rates.perMinute(NOW)).toBe(26)
  // A minute that the server no longer tells of had no events.
  rates.load({ minutes: [] }, NOW)
  expect(rates.bars(NOW, 2).map((bar) => bar.total)).toEqual([40, 0])
})

test('the chart’s top is a round number', () => {
  expect([0, 1, 10, 11, 49, 51, 999, 1001].map(roundTop)).toEqual([10, 10, 10, 15, 60, 60, 1000, 1500])
})

test('the connection’s words promise no more than is known', () => {
  const of = (connection: Parameters<typeof stateWords>[0]['connection'], behind: number | null = null) =>
    stateWords({ connection, behind, polls: false, paused: false }).word
  expect(of({ state: 'connecting', attempt: 0 })).toBe('Connecting')
  expect(of({ state: 'catching_up', cursor: '1-1' }, 3120)).toBe('Catching up 3,120')
  expect(of({ state: 'live' })).toBe('Live')
  expect(of({ state: 'waiting', attempt: 3, retryInMs: 100 })).toBe('Reconnecting, nothing lost')
  expect(of({ state: 'connecting', attempt: 3 })).toBe('Reconnecting, nothing lost')
  const beginning = { connection: { state: 'connecting', attempt: 0 }, behind: null, paused: false } as const
  expect(stateWords({ ...beginning, polls: false, unreached: true }).word).toBe(
    'No answer from the hub: trying again',
  )
  expect(stateWords({ ...beginning, polls: true }).word).toBe(
    'Your proxy does not pass WebSockets: asking every 5 s instead',
  )
  expect(of({ state: 'closed', code: 4400, reason: 'after: this is not a cursor' })).toBe(
    'Stopped: after: this is not a cursor',
  )
})

const event = (data: Record<string, unknown>) => rowOf({ cursor: '1-1', kind: 'sent', data }, NOW)

test('facts are read from what real events hold, and hostile or odd ones break nothing', () => {
  const msg = {
    _id: 'm1',
    email: 'ada@example.com',
    subject: 'Hello',
    tags: ['a', 7],
    metadata: { campaign_id: 9 },
  }
  expect(event({ ts: '1893456000', msg })).toMatchObject({
    email: 'ada@example.com',
    subject: 'Hello',
    messageId: 'm1',
    occurredAt: 1_893_456_000_000,
  })
  expect(marksOf({ msg })).toEqual({ tags: ['a'], campaign: '9' })
  for (const odd of [
    {},
    { msg: [] },
    { msg: null, ts: null },
    { msg: { email: {}, subject: [], tags: 'x', metadata: [] } },
  ]) {
    expect(event(odd)).toMatchObject({ email: null, subject: null, messageId: null, occurredAt: null })
    expect(marksOf(odd)).toEqual({ tags: [], campaign: null })
    expect(detailsOf(odd)).toEqual([])
  }
})

test('details say why, what and where', () => {
  expect(detailsOf({ msg: { bounce_description: 'mailbox_full', diag: 'smtp;552 full' } })).toEqual([
    'mailbox full',
    'smtp;552 full',
  ])
  const visit = {
    url: 'https://example.com/a',
    location: { city: 'Seoul', country_short: 'KR' },
    user_agent_parsed: { ua_name: 'Firefox', os_name: 'Linux' },
  }
  expect(detailsOf(visit)).toEqual(['https://example.com/a', 'Seoul, KR · Firefox on Linux'])
})

test('text that would pose as another shows what it is', () => {
  expect(plain('invoice\u202Egnp.exe')).toBe('invoice⟨202e⟩gnp.exe')
  expect(plain('a\r\n\tb\0c')).toBe('a b⟨0000⟩c')
  // Marks that letters and signs are made of stay.
  expect(plain('👩\u200D🚀 안녕 مرحبا')).toBe('👩\u200D🚀 안녕 مرحبا')
  const json = JSON.stringify({ subject: 'x\u202Ey\n' }, null, 2)
  expect(plainJson(json)).toContain('x\\u202ey\\n')
  expect(JSON.parse(plainJson(json))).toEqual({ subject: 'x\u202Ey\n' })
})

test.each([
  ['{{name|friend}}, the garden opens', 'friend, the garden opens'],
  ['For {{ email }} and {{name|}}', 'For … and …'],
  ['{{name|}} \u202e{{', '… ⟨202e⟩{{'],
])('a subject as a title: %s', (subject, title) => expect(titleOf(subject)).toBe(title))
