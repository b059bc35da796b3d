// The judge of the loop must see what it is there to see.
import { expect, test } from 'vitest'
import { openLedger } from '../../../simulator/webhooks/books.ts'
import { countPeople, enter, openPeopleBooks } from '../../../simulator/lives/people.ts'
import { judge, type Evidence, type Expected } from './judge.ts'

const WHEN = '2030-01-31T08:15:00.000Z'
const NEVER = {
  delivered_at: null,
  opened_at: null,
  clicked_at: null,
  bounced_at: null,
  complained_at: null,
  unsubscribed_at: null,
}

/** One subscriber got it, opened it and complained; another one does not exist. */
function books(): Expected {
  const books = openPeopleBooks()
  const campaign = books.campaign('campaign', ['https://news.example'])
  const subscriber = enter(campaign, 'ada@naver.example', '0-0')
  subscriber.deliveredTs = 100
  subscriber.visits.add({ ts: 110, url: null, robot: false })
  subscriber.told.add('spam')
  books.refused.add('nobody@naver.example')
  const ledger = openLedger(100)
  ledger.posted([{ text: '1', word: 'spam' }])
  ledger.accepted([{ text: '1', word: 'spam' }], '')
  return { ...countPeople(campaign), campaign, books, sent: ledger.books }
}

/** The hub's word for all this; each test spoils one thing. */
function evidence(): Evidence {
  const { people, robots } = books()
  const deliveries = { total: 2, queued: 0, sent: 1, deferred: 0, failed: 1, skipped: 0, cancelled: 0 }
  const told = { delivered_at: WHEN, opened_at: WHEN, complained_at: WHEN }
  const [ada, nobody] = ['ada@naver.example', 'nobody@naver.example']
  return {
    campaign: { status: 'finished', deliveries, people, robots },
    deliveries: [
      { id: '0-0', email: ada, status: 'sent', ...NEVER, ...told },
      { id: '0-1', email: nobody, status: 'failed', ...NEVER },
    ],
    suppressions: [
      { email: ada, reason: 'complaint' },
      { email: nobody, reason: 'bounce' },
    ],
    subscribers: [
      { email: ada, subscribed: true, suppressed: { reason: 'complaint' } },
      { email: nobody, subscribed: true, suppressed: { reason: 'bounce' } },
    ],
    stats: { complained: 1 },
    listed: { complained: 1 },
  }
}

const SIZE = { subscribers: 2, kills: 1 }
const found = (spoiled: Partial<Evidence>) => judge(SIZE, books(), { ...evidence(), ...spoiled })
const { campaign, deliveries, suppressions, subscribers } = evidence()

test('a hub that is right has no finding', () => {
  expect(found({})).toEqual([])
})

test.each<[string, Partial<Evidence>, string]>([
  [
    'one person too many',
    { campaign: { ...campaign, people: { ...campaign.people, opened: 2 } } },
    'people: opened is 2, should be 1',
  ],
  [
    'a robot that was a person',
    { campaign: { ...campaign, robots: { opened: 1, clicked: 0 } } },
    'robots: opened is 1, should be 0',
  ],
  [
    'a mail that is queued for ever',
    { campaign: { ...campaign, deliveries: { ...campaign.deliveries, sent: 0, queued: 1 } } },
    'deliveries: sent is 0, should be 1',
  ],
  [
    'a fact at the wrong delivery',
    { deliveries: deliveries.map((each) => ({ ...each, opened_at: null })) },
    '1 deliveries are wrong: 0-0 opened should be true',
  ],
  ['a suppression that is missing', { suppressions: suppressions.slice(1) }, 'complaint is 0, should be 1'],
  [
    'a subscriber who may be mailed again',
    { subscribers: subscribers.map((each) => ({ ...each, suppressed: null })) },
    '2 subscribers are wrong',
  ],
  ['an event that was lost', { stats: {} }, 'GET /api/stats: complained is 0, should be 1'],
  ['an event that is listed twice', { listed: { complained: 2 } }, 'complained is 2, should be 1'],
])('%s is found', (_name, spoiled, finding) => {
  expect(found(spoiled).join('\n')).toContain(finding)
})
