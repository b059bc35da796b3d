// Campaigns in words: lanes as sentences, what is known of a delivery.
import { expect, test } from 'vitest'
import {
  deliveryLook,
  doneOf,
  factsOf,
  isKnown,
  laneSentence,
  missingSince,
  newsOf,
  sentOf,
} from '../../public/page/campaigns/words.js'
import { within } from '../../public/page/ground/words.js'

const NOW = Date.parse('2026-05-04T10:00:00Z')
const lane = (more: object) => ({
  name: 'google',
  state: 'open',
  reason: null,
  since: null,
  next_change_at: null,
  per_second: 20,
  queued: 0,
  ...more,
})

test.each([
  [{}, 'Google at full pace, 20/s at most'],
  [{ queued: 1200 }, 'Google at full pace, 20/s at most; 1,200 to go'],
  [
    { state: 'slowed', per_second: 4, reason: '421 4.7.28', next_change_at: '2026-05-04T10:00:20Z' },
    'Google slowed to 4/s: 421 4.7.28; next raise in 20 seconds',
  ],
  [
    { state: 'slowed', per_second: 0.25, next_change_at: '2026-05-04T09:59:00Z' },
    'Google slowed to 0.3/s; next raise after the next accepted mail',
  ],
  [{ state: 'slowed', per_second: 0.1 }, 'Google slowed to 0.1/s'],
  [{ state: 'slowed', per_second: 0.03 }, 'Google slowed to 2/min'],
  [{ state: 'slowed', per_second: 0.001 }, 'Google slowed to 1/min'],
  [
    { name: 'default', state: 'paused', reason: '535 no', next_change_at: null },
    'All other providers paused: 535 no; until you resume it',
  ],
  [{ state: 'paused', next_change_at: '2026-05-04T10:03:00Z' }, 'Google paused; resumes in 3 minutes'],
])('a lane: %o', (more, words) => expect(laneSentence(lane(more), NOW)).toBe(words))

test('webhooks that are ahead of the ledger: never more than all', () => {
  const ahead = { deliveries: { total: 9, sent: 2 }, people: { delivered: 5, opened: 3 } }
  expect(sentOf(ahead)).toBe(5)
  expect(sentOf({ ...ahead, deliveries: { total: 9, sent: 7 } })).toBe(7)
})

test.each([
  [400, 'in 1 second'],
  [80_000, 'in 80 seconds'],
  [20_000, 'in 20 seconds'],
  [180_000, 'in 3 minutes'],
  [7_200_000, 'in 2 hours'],
  [3 * 86_400_000, 'in 3 days'],
])('%i ms: %s', (ms, words) => expect(within(ms)).toBe(words))

test('of people there is what can be told: of mails that were written to files who left', () => {
  expect(factsOf('awaited', {})).toHaveLength(6)
  expect(factsOf('never', { unsubscribed: 1 })).toEqual(['unsubscribed'])
  expect(factsOf('never', {})).toEqual(['unsubscribed'])
})

type Case = {
  sent?: number
  transport?: string
  people?: object
  robots?: object
  silent?: boolean
  finished?: string
}
test.each<[string, Case, string]>([
  ['nothing went out', { sent: 0 }, 'none'],
  ['nothing was heard', {}, 'awaited'],
  ['of people', { people: { delivered: 1 } }, 'heard'],
  ['of robots', { robots: { opened: 1 } }, 'heard'],
  ['somebody used the link of the hub, and no webhook came', { people: { unsubscribed: 1 } }, 'awaited'],
  ['mails were written to files', { transport: 'outbox' }, 'never'],
  ['files, and the link of one was used', { transport: 'outbox', people: { unsubscribed: 1 } }, 'never'],
  ['files, and webhooks told of them', { transport: 'outbox', people: { opened: 1 } }, 'heard'],
  ['webhooks told, and are silent', { people: { opened: 1 }, silent: true }, 'silent'],
  ['webhooks never told, and are silent', { silent: true }, 'awaited'],
  [
    'the last mail went out while they are silent',
    { people: { opened: 1 }, silent: true, finished: '2026-05-04T09:10:00Z' },
    'silent',
  ],
  [
    'less than a day before they fell silent',
    { people: { opened: 1 }, silent: true, finished: '2026-05-03T09:10:00Z' },
    'silent',
  ],
  [
    'all was heard before they fell silent',
    { people: { opened: 1 }, silent: true, finished: '2026-05-03T08:50:00Z' },
    'heard',
  ],
])(
  'news: %s',
  (_, { sent = 5, transport = 'smtp', people = {}, robots = {}, silent = false, finished }: Case, news) => {
    const since = missingSince({ webhooks_silent: silent, last_event_at: '2026-05-04T09:00:00Z' } as never)
    const campaign = { transport, deliveries: { sent }, people, robots, finished_at: finished ?? null }
    expect(newsOf(campaign as never, since)).toBe(news)
  },
)

test('news may be missing from the last webhook on, and from the beginning where there never was one', () => {
  const of = (webhooks_silent: boolean, last_event_at: string | null) =>
    missingSince({ webhooks_silent, last_event_at } as never)
  expect([of(true, '2026-05-04T09:00:00Z'), of(true, null)]).toEqual([Date.parse('2026-05-04T09:00:00Z'), 0])
  expect([of(false, null), missingSince(undefined)]).toEqual([null, null])
})

test('what is not known is no 0: only what was told, or what the hub knows itself', () => {
  const known = (['none', 'heard', 'awaited', 'silent', 'never'] as const).map((news) => [
    isKnown(news, 0, 'opened'),
    isKnown(news, 3, 'opened'),
    isKnown(news, 0, 'unsubscribed'),
  ])
  expect(known).toEqual([
    [false, false, false],
    [true, true, true],
    [false, true, true],
    [false, true, true],
    [false, true, true],
  ])
})

test('a delivery is told by the last that came back, else by what became of the mail', () => {
  const delivery = {
    id: '0-1',
    subscriber_id: null,
    email: 'kim@example.com',
    name: '',
    status: 'sent',
    reason: '250 ok',
    updated_at: '2026-05-04T10:00:00Z',
    due_at: null,
    delivered_at: null,
    opened_at: null,
    clicked_at: null,
    bounced_at: null,
    complained_at: null,
    unsubscribed_at: null,
    bounce_reason: null,
  }
  expect(deliveryLook(delivery)).toMatchObject({ word: 'Sent', why: 'awaiting news' })
  const written = { ...delivery, reason: '250 2.0.0 written to 0-1.eml' }
  expect(deliveryLook(written)).toMatchObject({ word: 'Sent', why: 'written to a file' })
  expect(deliveryLook({ ...delivery, status: 'failed', reason: '550 no' })).toMatchObject({
    word: 'Failed',
    why: '550 no',
  })
  const opened = { ...delivery, delivered_at: '2026-05-04T10:01:00Z', opened_at: '2026-05-04T10:02:00Z' }
  expect(deliveryLook(opened)).toMatchObject({ word: 'Opened', at: '2026-05-04T10:02:00Z', why: '' })
  expect(deliveryLook({ ...opened, complained_at: '2026-05-04T10:03:00Z' }).word).toBe('Complained')
  expect(deliveryLook({ ...delivery, bounce_reason: 'mailbox_full' })).toMatchObject({
    word: 'Sent',
    why: 'mailbox full',
  })
  const bounced = { bounced_at: '2026-05-04T10:01:00Z', bounce_reason: 'no_such_mailbox' }
  expect(deliveryLook({ ...delivery, ...bounced })).toMatchObject({ word: 'Bounced', why: 'no such mailbox' })
})

test('what was cancelled has had no turn: the bar stays where it had come to', () => {
  const deliveries = { total: 10, sent: 3, failed: 1, skipped: 2, cancelled: 4 }
  expect(doneOf({ deliveries })).toBe(6)
})
