// Compares what the hub tells of a campaign with the fake Mandrill's books: every difference is a finding.
import { totalsOf, type Books } from '../../../simulator/webhooks/books.ts'
import {
  factsOf,
  suppressionsOf,
  type Counts,
  type CampaignBook,
  type PeopleBooks,
} from '../../../simulator/lives/people.ts'
import { countKinds, listEvents, sumUp } from '../soak/listing.ts'
import type { Stage } from '../soak/stage.ts'

/** A soft bounce is enough: every subscriber gets only one mail. */
export const SOFT_BOUNCES = 1

/** Of all lanes: as many mails are in doubt when a hub is killed. */
export const CONNECTIONS = 18

export type Expected = Counts & {
  readonly campaign: CampaignBook
  readonly books: PeopleBooks
  readonly sent: Books
}

type Campaign = Counts & { readonly status: string; readonly deliveries: Readonly<Record<string, number>> }
type Delivery = Readonly<Record<'id' | 'email' | 'status', string> & Record<FactColumn, string | null>>
type Suppression = { readonly email: string; readonly reason: string }
type Subscriber = {
  readonly email: string
  readonly subscribed: boolean
  readonly suppressed: { readonly reason: string } | null
}

/** What the hub tells. */
export type Evidence = {
  readonly campaign: Campaign
  readonly deliveries: readonly Delivery[]
  readonly suppressions: readonly Suppression[]
  readonly subscribers: readonly Subscriber[]
  /** Events by kind: as the statistics count them, and as the campaign's history lists them. */
  readonly stats: Readonly<Record<string, number>>
  readonly listed: Readonly<Record<string, number>>
}

export async function collect(stage: Stage, id: string): Promise<Evidence> {
  const [campaign, deliveries, suppressions, subscribers] = await Promise.all([
    stage.get(`/campaigns/${id}`) as Promise<Campaign>,
    pages<Delivery>(stage, `/campaigns/${id}/deliveries`, 'deliveries'),
    pages<Suppression>(stage, '/suppressions', 'suppressions'),
    pages<Subscriber>(stage, '/subscribe', 'subscribers'),
  ])
  const events = await listEvents(stage, `&campaign=${id}`)
  const listed = sumUp(events.map(({ kind }) => [kind, 1]))
  return { campaign, deliveries, suppressions, subscribers, stats: await countKinds(stage), listed }
}

async function pages<T>({ get }: Stage, path: string, name: string): Promise<T[]> {
  const all: T[] = []
  for (let next: string | null = ''; next !== null;) {
    const after: string = next && `&after=${next}`
    const page = (await get(`${path}?limit=1000${after}`)) as Record<string, T[]> & { next: string | null }
    all.push(...(page[name] ?? []))
    next = page.next
  }
  return all
}

type Size = { readonly subscribers: number; readonly kills: number }

export function judge({ subscribers, kills }: Size, expected: Expected, found: Evidence): string[] {
  const { campaign, books, people, robots } = expected
  const known = knownBefore(expected, found)
  const deliveries = {
    total: subscribers,
    queued: 0,
    sent: campaign.subscribers.size,
    deferred: 0,
    failed: books.refused.size - known,
    skipped: known,
    cancelled: 0,
  }
  const words = kindsOf(totalsOf(expected.sent).byWord)
  const reasons = suppressionsOf(books, SOFT_BOUNCES)
  return [
    ...(known > kills * CONNECTIONS
      ? [`${known} unknown addresses were skipped: more than were in doubt`]
      : []),
    ...(expected.sent.exact ? [] : ['the books are full: ask for fewer subscribers']),
    ...differences('deliveries', deliveries, found.campaign.deliveries),
    ...differences('people', people, found.campaign.people),
    ...differences('robots', robots, found.campaign.robots),
    ...differences('GET /api/stats', words, found.stats),
    ...differences('GET /api/events of the campaign', words, found.listed),
    ...differences(
      'suppressions',
      countBy([...reasons.values()]),
      countBy(found.suppressions.map((each) => each.reason)),
    ),
    ...judgeReaders(expected, reasons, found),
    ...judgeDeliveries(expected, found),
  ]
}

/**
 * A hub that is killed when it has suppressed an address that the server does not know, and before it has written down
 * that the mail failed, finds the address suppressed afterwards, and skips it. Either is true.
 */
export function knownBefore({ books }: Expected, { deliveries }: Evidence): number {
  return deliveries.filter(({ email, status }) => status === 'skipped' && books.refused.has(email)).length
}

function differences(
  what: string,
  expected: Readonly<Record<string, number>>,
  found: Readonly<Record<string, number>>,
): string[] {
  const names = new Set([...Object.keys(expected), ...Object.keys(found)])
  return [...names].flatMap((name) => {
    const [right, is] = [expected[name] ?? 0, found[name] ?? 0]
    return right === is ? [] : [`${what}: ${name} is ${is}, should be ${right}`]
  })
}

const countBy = (names: readonly string[]): Record<string, number> => sumUp(names.map((name) => [name, 1]))

const KINDS: Readonly<Record<string, string>> = {
  send: 'sent',
  deferral: 'deferred',
  hard_bounce: 'bounced',
  soft_bounce: 'soft_bounced',
  delivered: 'delivered',
  open: 'opened',
  click: 'clicked',
  spam: 'complained',
  unsub: 'unsubscribed',
  reject: 'rejected',
}

function kindsOf(words: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(words).map(([word, count]) => [KINDS[word] ?? word, count]))
}

/** Who gets no more mail, one by one. */
function judgeReaders(
  { campaign }: Expected,
  reasons: ReadonlyMap<string, string>,
  found: Evidence,
): string[] {
  const left = new Set(
    [...campaign.subscribers.values()]
      .filter(({ told }) => told.has('unsub') || told.has('link'))
      .map(({ email }) => email),
  )
  const told = new Map(found.suppressions.map(({ email, reason }) => [email, reason]))
  const wrong = found.subscribers.flatMap(({ email, subscribed, suppressed }) => {
    const right = reasons.get(email)
    const is = [told.get(email), suppressed?.reason]
    const same = is.every((reason) => reason === right) && subscribed === !left.has(email)
    return same ? [] : [`${email} is ${is.join('/')}, subscribed ${subscribed}, should be ${right}`]
  })
  return few('subscribers', wrong)
}

const COLUMNS = {
  delivered: 'delivered_at',
  opened: 'opened_at',
  clicked: 'clicked_at',
  bounced: 'bounced_at',
  complained: 'complained_at',
  unsubscribed: 'unsubscribed_at',
} as const
type FactColumn = (typeof COLUMNS)[keyof typeof COLUMNS]

/** What is told of each delivery. */
function judgeDeliveries({ campaign, books }: Expected, { deliveries }: Evidence): string[] {
  const { subscribers, links } = campaign
  const wrong = deliveries.flatMap((delivery) => {
    const subscriber = subscribers.get(delivery.id)
    const refused = books.refused.has(delivery.email) && ['failed', 'skipped'].includes(delivery.status)
    if (!subscriber) return refused ? [] : [`${delivery.id} is ${delivery.status}, never taken`]
    const facts = factsOf(subscriber, links.length)
    const names = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]
    const differ = names.filter((name) => (delivery[COLUMNS[name]] !== null) !== facts[name])
    const told = differ.map((name) => `${name} should be ${facts[name]}`)
    const misplaced = subscriber.email === delivery.email ? [] : [`went to ${subscriber.email}`]
    const unsent = delivery.status === 'sent' ? [] : [`is ${delivery.status}, was taken`]
    return [...told, ...misplaced, ...unsent].map((problem) => `${delivery.id} ${problem}`)
  })
  return few('deliveries', wrong)
}

const few = (what: string, wrong: readonly string[]): string[] =>
  wrong.length === 0 ? [] : [`${wrong.length} ${what} are wrong: ${wrong.slice(0, 5).join('; ')}`]
