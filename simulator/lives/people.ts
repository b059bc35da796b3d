// The books of a campaign: what its subscribers did, counted as people, by a model of its own (docs/tracking.md has the rules).
// From what was sent and told alone: a webhook that was lost, and that no later one makes up for, is in no book.

const PEOPLE = ['delivered', 'opened', 'clicked', 'bounced', 'complained', 'unsubscribed'] as const
export type People = Readonly<Record<(typeof PEOPLE)[number], number>>
type Robots = { readonly opened: number; readonly clicked: number }

export type Visit = {
  readonly ts: number
  /** Of a click. */
  readonly url: string | null
  /** It says that it is a robot. */
  readonly robot: boolean
}

type Reason = 'complaint' | 'unsubscribe' | 'bounce' | 'reject'

/** What was told of one delivery; of all its mails, if it was sent more than once. */
export type Subscriber = {
  readonly email: string
  readonly deliveryId: string
  /** Mails that SMTP took. */
  mails: number
  /** Seconds since 1970: as events tell it. */
  deliveredTs: number | null
  readonly visits: Set<Visit>
  softBounces: number
  readonly told: Set<'hard_bounce' | 'spam' | 'unsub' | 'reject' | 'link'>
}

export type CampaignBook = {
  readonly links: readonly string[]
  readonly subscribers: Map<string, Subscriber>
}

export type PeopleBooks = {
  /** By campaign. */
  readonly campaigns: ReadonlyMap<string, CampaignBook>
  /** Addresses that SMTP refused for good. */
  readonly refused: Set<string>
  campaign(campaignId: string, links: readonly string[]): CampaignBook
}

export function openPeopleBooks(): PeopleBooks {
  const campaigns = new Map<string, CampaignBook>()
  return {
    campaigns,
    refused: new Set(),
    campaign(campaignId, links) {
      const known = campaigns.get(campaignId) ?? { links, subscribers: new Map<string, Subscriber>() }
      campaigns.set(campaignId, known)
      return known
    },
  }
}

/** The subscriber's entry, with one mail more. */
export function enter({ subscribers }: CampaignBook, email: string, deliveryId: string): Subscriber {
  const subscriber = subscribers.get(deliveryId) ?? {
    email,
    deliveryId,
    mails: 0,
    deliveredTs: null,
    visits: new Set<Visit>(),
    softBounces: 0,
    told: new Set<'hard_bounce'>(),
  }
  subscriber.mails += 1
  subscribers.set(deliveryId, subscriber)
  return subscriber
}

type Facts = Readonly<Record<keyof People | 'robotOpened' | 'robotClicked', boolean>>

/** A scanner follows every link, and two at least, within so many seconds of the delivery. */
const SCANNERS_SECONDS = 5

export function factsOf({ deliveredTs, visits, told }: Subscriber, links: number): Facts {
  const all = [...visits]
  const clicks = all.filter(({ url }) => url !== null)
  const early = clicks.filter(({ ts }) => deliveredTs !== null && ts <= deliveredTs + SCANNERS_SECONDS)
  const scanned = new Set(early.map(({ url }) => url)).size >= Math.max(2, links) ? early : []
  const clicked = clicks.some((click) => !click.robot && !scanned.includes(click))
  return {
    // Who clicks has opened; what was opened was delivered, whoever opened it.
    delivered: deliveredTs !== null || all.length > 0,
    opened: clicked || all.some(({ url, robot }) => url === null && !robot),
    clicked,
    bounced: told.has('hard_bounce'),
    complained: told.has('spam'),
    unsubscribed: told.has('unsub') || told.has('link'),
    robotOpened: all.some(({ url, robot }) => url === null && robot),
    robotClicked: clicks.some((click) => click.robot || scanned.includes(click)),
  }
}

export type Counts = { readonly people: People; readonly robots: Robots }

export function countPeople({ subscribers, links }: CampaignBook): Counts {
  const facts = [...subscribers.values()].map((subscriber) => factsOf(subscriber, links.length))
  const count = (fact: keyof Facts) => facts.filter((each) => each[fact]).length
  return {
    people: {
      delivered: count('delivered'),
      opened: count('opened'),
      clicked: count('clicked'),
      bounced: count('bounced'),
      complained: count('complained'),
      unsubscribed: count('unsubscribed'),
    },
    robots: { opened: count('robotOpened'), clicked: count('robotClicked') },
  }
}

/** By address: why it gets no more mail. `softBounces`: so many of them are a bounce. */
export function suppressionsOf(
  { campaigns, refused }: PeopleBooks,
  softBounces: number,
): Map<string, Reason> {
  const reasons = new Map<string, Reason>()
  for (const email of refused) reasons.set(email, 'bounce')
  for (const { subscribers } of campaigns.values())
    for (const subscriber of subscribers.values()) {
      const reason = reasonOf(subscriber, softBounces)
      if (reason) reasons.set(subscriber.email, reason)
    }
  return reasons
}

/** The strongest one: a complaint, then the subscriber's own wish. */
function reasonOf({ told, softBounces }: Subscriber, most: number): Reason | undefined {
  if (told.has('spam')) return 'complaint'
  if (told.has('unsub') || told.has('link')) return 'unsubscribe'
  if (told.has('hard_bounce') || softBounces >= most) return 'bounce'
  return told.has('reject') ? 'reject' : undefined
}
