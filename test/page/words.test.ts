// Ages, steps, shares that do not lie, rates and the words of the connection.
import { expect, test } from 'vitest'
import { detailsOf, rowOf } from '../../public/page/events/facts.js'
import { createRates, roundTop } from '../../public/page/events/counts/rates.js'
import { stateWords } from '../../public/page/events/feed/state-words.js'
import { storyOf } from '../../public/page/events/message/story.js'
import {
  age,
  ago,
  bytes,
  counted,
  plain,
  plainJson,
  share,
  shortDay,
  spanWords,
  step,
  titleOf,
  within,
} from '../../public/page/ground/words.js'

const NOW = Date.parse('2030-05-06T12:00:30Z')
const S = 1000
const MIN = 60 * S
const H = 60 * MIN
const D = 24 * H

test('a day is told where it is not today, its year where that is another', () => {
  const at = (...when: [year: number, month: number, day: number]) => new Date(...when, 14, 2).getTime()
  const now = at(2030, 4, 6)
  expect([now, at(2030, 4, 5), at(2029, 4, 6), at(2031, 0, 1)].map((time) => shortDay(time, now))).toEqual([
    '',
    '5 May, ',
    '6 May 2029, ',
    '1 Jan 2031, ',
  ])
  expect(spanWords(at(2029, 4, 6), at(2030, 4, 6), now)).toBe('6 May 2029, 14:02–6 May, 14:02')
})

test.each([
  [0, 'now'],
  [-5 * S, 'now'],
  [12 * S, '12 s'],
  [5 * MIN, '5 min'],
  [3 * H, '3 h'],
  [4 * D, '4 d'],
  [30 * D - 1, '29 d'],
  [30 * D, '6 Apr 2030'],
  [400 * D, '1 Apr 2029'],
])('an age of %i ms is %s', (passed, words) => {
  expect(age(NOW - passed, NOW)).toBe(words)
})

test('an age in a sentence', () => {
  expect([ago(NOW, NOW), ago(NOW - 3 * S, NOW), ago(NOW - 61 * S, NOW), ago(NOW - 400 * D, NOW)]).toEqual([
    'just now',
    '3 seconds ago',
    '1 minute ago',
    '1 Apr 2029',
  ])
})

test.each([
  [0, 'in 1 second'],
  [1_400, 'in 1 second'],
  [80 * S, 'in 80 seconds'],
  [90 * S, 'in 2 minutes'],
  [36 * 60 * 60 * S, 'in 2 days'],
])('what comes in %i ms: %s', (ms, words) => expect(within(ms)).toBe(words))

test.each([
  [0, 0, '–'],
  [0, 10, '0\u00a0%'],
  [1, 100_000, '<\u00a00.1\u00a0%'],
  [25, 1000, '2.5\u00a0%'],
  [999, 1000, '99\u00a0%'],
  [1000, 1000, '100\u00a0%'],
])('%i of %i: %s', (part, of, words) => expect(share(part, of)).toBe(words))

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
  const rates = createRates(MIN)
  const steps: { at: string; counts: Record<string, number> }[] = [
    { at: '2030-05-06T11:59:00Z', counts: { sent: 30, bounced: 10 } },
    { at: '2030-05-06T12:00:00Z', counts: { sent: 5 } },
  ]
  const bars = () => rates.bars(rates.startOf(NOW) - MIN, rates.startOf(NOW) + MIN)
  rates.load({ steps }, NOW - 60 * MIN)
  rates.add('opened', NOW)
  const [before, current] = bars()
  expect([before?.total, current?.total, current?.kinds]).toEqual([40, 6, { sent: 5, opened: 1 }])
  // Half of this minute has passed: half of the one before counts.
  expect(rates.recent(NOW)).toBe(26)
  // A minute that the server no longer tells of had no events.
  rates.load({ steps: [] }, NOW)
  expect(bars().map((bar) => bar.total)).toEqual([40, 0])
  rates.forget(rates.startOf(NOW))
  expect(bars().map((bar) => bar.total)).toEqual([0, 0])
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
  expect(stateWords({ ...beginning, polls: false, problem: 'The database cannot be reached' }).word).toBe(
    'The database cannot be reached: trying again',
  )
  expect(stateWords({ ...beginning, polls: true }).word).toBe(
    'Your proxy does not pass WebSockets: asking every 5 s instead',
  )
  const away = { behind: null, paused: false, isStoreAway: true }
  for (const connection of [{ state: 'live' }, { state: 'catching_up', cursor: '1-1' }] as const)
    expect(stateWords({ ...away, connection, polls: false }).word).toBe('Waiting for the event store')
  expect(stateWords({ ...away, connection: beginning.connection, polls: true }).word).toBe(
    'Waiting for the event store',
  )
  const refusal = 'Events are refused: Redis is full'
  const full = { ...away, isStoreAway: false, polls: false, refusal }
  expect(stateWords({ ...full, connection: { state: 'live' } }).word).toBe(refusal)
  expect(stateWords({ ...full, connection: { state: 'waiting', attempt: 3, retryInMs: 100 } }).word).toBe(
    'Reconnecting, nothing lost',
  )
  expect(of({ state: 'closed', code: 4400, reason: 'after: this is not a cursor' })).toBe(
    'Stopped: after: this is not a cursor',
  )
})

const told = { provider: 'mandrill', at: null, recipient: null, message_id: null, subject: null }
const event = (facts: object, seq = 1) =>
  rowOf({ ...told, cursor: `1-${seq}`, kind: 'opened', ...facts }, NOW)

test('a row has what an event tells, and nothing where it does not', () => {
  const facts = { at: '2030-01-01T00:00:00.000Z', recipient: 'ada@example.com', tags: ['a'], robot: true }
  expect(event(facts)).toMatchObject({
    email: 'ada@example.com',
    occurredAt: 1_893_456_000_000,
    tags: ['a'],
    robot: true,
  })
  expect(event({})).toMatchObject({ email: null, occurredAt: null, tags: [], campaignId: null, robot: null })
})

test('details say why, what and where', () => {
  expect(detailsOf(event({ reason: 'mailbox_full', answer: 'smtp;552 full' }))).toEqual([
    'mailbox full',
    'smtp;552 full',
  ])
  expect(detailsOf(event({ url: 'https://example.com/a' }))).toEqual(['https://example.com/a'])
  expect(detailsOf(event({ reason: 'other', answer: '554 no' }))).toEqual(['554 no'])
  expect(detailsOf(event({ reason: 'other' }))).toEqual(['other'])
  expect(detailsOf(event({}))).toEqual([])
})

test('what was repeated is told once: how often, first and last', () => {
  const at = (minute: number) => `2030-01-01T00:0${minute}:00.000Z`
  const story = storyOf([
    event({ at: at(3) }, 1),
    event({ at: at(1) }, 2),
    event({ at: at(2), robot: true }, 3),
    event({ at: at(0), kind: 'sent' }, 4),
  ])
  const minutes = (time: number) => new Date(time).getUTCMinutes()
  expect(
    story
      .filter(({ implied }) => !implied)
      .map(({ row, times, first, last }) => [row.kind, row.robot, times, minutes(first), minutes(last)]),
  ).toEqual([
    ['sent', null, 1, 0, 0],
    ['opened', null, 2, 1, 3],
    ['opened', true, 1, 2, 2],
  ])
})

test('what lost webhooks would have told is told as implied; a robot implies no delivery', () => {
  const told = (...kinds: [kind: string, robot?: boolean][]) =>
    storyOf(
      kinds.map(([kind, robot], n) => event({ kind, robot, at: `2030-01-01T00:00:0${n}.000Z` }, n)),
    ).map(({ row, implied }) => (implied ? `(${implied})` : row.kind))
  expect(told(['opened'])).toEqual(['(sent)', '(delivered)', 'opened'])
  expect(told(['sent'], ['clicked'])).toEqual(['sent', '(delivered)', 'clicked'])
  expect(told(['clicked', true], ['bounced'])).toEqual(['(sent)', 'clicked', 'bounced'])
  expect(told(['rejected'])).toEqual(['rejected'])
  expect(told(['sent'], ['delivered'], ['opened'])).toEqual(['sent', 'delivered', 'opened'])
})

test('what happened within one second is told as a mail lives', () => {
  const kinds = ['clicked', 'complained', 'delivered', 'opened', 'deferred', 'sent']
  const story = storyOf(kinds.map((kind, n) => event({ kind, at: '2030-01-01T00:00:00.000Z' }, n)))
  const expected = ['sent', 'deferred', 'delivered', 'opened', 'clicked', 'complained']
  expect(story.map(({ row }) => row.kind)).toEqual(expected)
})

test('sizes are told in the unit that fits', () => {
  expect([0, 999, 1500, 20_000_000, 2_147_483_648].map(bytes)).toEqual([
    '0 B',
    '999 B',
    '1.5 kB',
    '20 MB',
    '2.1 GB',
  ])
})

const TURNING = '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029'

test('text that would pose as another shows what it is', () => {
  expect(plain('invoice\u202Egnp.exe')).toBe('invoice⟨202e⟩gnp.exe')
  expect(plain('a\r\n\tb\0c')).toBe('a b⟨0000⟩c')
  for (const mark of TURNING) expect(plain(`a${mark}b`)).toMatch(/^a⟨[0-9a-f]{4}⟩b$/)
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
