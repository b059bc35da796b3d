// What a few letters may mean: which comes first, for Enter takes it, and what is offered besides.
import { expect, test } from 'vitest'
import type { Campaign } from '../../../public/client.d.ts'
import { rowOf } from '../../../public/page/events/facts.js'
import { suggestionsFor } from '../../../public/page/events/filter/suggestions.js'

const NOW = new Date(2030, 4, 6, 12, 0, 30).getTime()
const told = { provider: 'mandrill', at: null, subject: null, cursor: '1-1', kind: 'clicked' }
const row = rowOf(
  { ...told, recipient: 'ada@mail.example', message_id: 'm1', tags: ['sale'], url: 'https://shop.example/a' },
  NOW,
)
const SENT = {
  status: 'finished',
  status_reason: null,
  transport: 'smtp',
  deliveries: { total: 1 },
  people: {},
  robots: {},
  lanes: [],
  send_at: null,
  started_at: null,
  finished_at: null,
} as const
const campaigns: readonly Campaign[] = ['Sale in May', 'Hello {{name|friend}}', 'Two', 'Three', 'Four'].map(
  (subject, n) => ({
    ...SENT,
    id: `c${n}`,
    subject,
    tag: n === 0 ? 'spring' : null,
    created_at: `2030-05-0${n + 1}T12:00:00Z`,
  }),
)
const offered = (typed: string) => suggestionsFor(typed, { rows: [row], campaigns, now: NOW })
const words = (typed: string) => offered(typed).map(({ word, value }) => `${word}: ${value}`)

test.each([
  ['ada', { q: 'ada' }],
  ['14:02', { since: '', until: new Date(2030, 4, 5, 14, 3).toISOString().replace('.000', ''), span: '1h' }],
  ['5 May', { since: '', until: new Date(2030, 4, 6).toISOString().replace('.000', ''), span: '24h' }],
  ['https://x.example', { url: 'https://x.example' }],
  ['m1', { message: 'm1' }],
  ['c3', { campaign: 'c3' }],
])('Enter after %j takes %j', (typed, part) => {
  expect(offered(typed)[0]?.part).toEqual(part)
})

test('before anything is typed: the newest campaigns by their names, and the tags', () => {
  expect(words('')).toEqual([
    'Campaign: Four',
    'Campaign: Three',
    'Campaign: Two',
    'Campaign: Hello friend',
    'Tag: sale',
    'Tag: spring',
  ])
})

test('all that has these letters is offered once, and what may be there though it was not seen', () => {
  expect(words('SALE')).toEqual([
    'Address or words: SALE',
    'Campaign: Sale in May',
    'Tag: sale',
    'Tag: SALE',
    'Message id: SALE',
  ])
  expect(words('sale')).toEqual([
    'Address or words: sale',
    'Campaign: Sale in May',
    'Tag: sale',
    'Message id: sale',
  ])
  expect(words('mail.')).toContain('Recipient: ada@mail.example')
  expect(words('shop')).toContain('Link: https://shop.example/a')
})

test('a word is a tag or an id, several words and a link are none', () => {
  const unseen = (typed: string) => words(typed).filter((each) => /^(Tag|Message)/.test(each))
  expect(unseen('xyz')).toHaveLength(2)
  expect([unseen('x yz'), unseen('https://x.example')]).toEqual([[], []])
})

test('of each kind four are offered, and what is typed has an end', () => {
  const rows = Array.from({ length: 9 }, (_, n) =>
    rowOf({ ...told, recipient: `ada${n}@x.io`, message_id: null }, NOW),
  )
  const found = suggestionsFor('ada', { rows, campaigns, now: NOW })
  expect(found.filter(({ word }) => word === 'Recipient')).toHaveLength(4)
  expect(suggestionsFor('x'.repeat(500), { rows, campaigns, now: NOW })[0]?.value).toHaveLength(200)
})
