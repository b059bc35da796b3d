// The books of a mailing: what its readers did, counted as people, by a model of its own (docs/tracking.md has the rules).
// From what was sent and told alone: a webhook that was lost, and that no later one makes up for, is in no book.

export const PEOPLE = ['delivered', 'opened', 'clicked', 'bounced', 'complained', 'unsubscribed'] as const
export type People = Readonly<Record<(typeof PEOPLE)[number], number>>
export type Robots = { readonly opened: number; readonly clicked: number }

export type Visit = {
  readonly ts: number
  /** Of a click. */
  readonly url: string | null
  /** It says that it is a robot. */
  readonly robot: boolean
}

export type Reason = 'complaint' | 'unsubscribe' | 'bounce' | 'reject'

/** What was told of one delivery; of all its mails, if it was sent more than once. */
export type Reader = {
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

export type Mailing = { readonly links: readonly string[]; readonly readers: Map<string, Reader> }

export type PeopleBooks = {
  /** By campaign. */
  readonly mailings: ReadonlyMap<string, Mailing>
  /** Addresses that SMTP refused for good. */
  readonly refused: Set<string>
  mailing(campaignId: string, links: readonly string[]): Mailing
}

export function openPeopleBooks(): PeopleBooks {
  const mailings = new Map<string, Mailing>()
  return {
    mailings,
    refused: new Set(),
    mailing(campaignId, links) {
      const known = mailings.get(campaignId) ?? { links, readers: new Map<string, Reader>() }
      mailings.set(campaignId, known)
      return known
    },
  }
}

/** The reader's entry, with one mail more. */
export function enter({ readers }: Mailing, email: string, deliveryId: string): Reader {
  const reader = readers.get(deliveryId) ?? {
    email,
    deliveryId,
    mails: 0,
    deliveredTs: null,
    visits: new Set<Visit>(),
    softBounces: 0,
    told: new Set<'hard_bounce'>(),
  }
  reader.mails += 1
  readers.set(deliveryId, reader)
  return reader
}

export type Facts = Readonly<Record<keyof People | 'robotOpened' | 'robotClicked', boolean>>

/** A scanner follows every link, and two at least, within so many seconds of the delivery. */
const SCANNERS_SECONDS = 5

export function factsOf({ deliveredTs, visits, told }: Reader, links: number): Facts {
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

export function countPeople({ readers, links }: Mailing): Counts {
  const facts = [...readers.values()].map((reader) => factsOf(reader, links.length))
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
export function suppressionsOf({ mailings, refused }: PeopleBooks, softBounces: number): Map<string, Reason> {
  const reasons = new Map<string, Reason>()
  for (const email of refused) reasons.set(email, 'bounce')
  for (const { readers } of mailings.values())
    for (const reader of readers.values()) {
      const reason = reasonOf(reader, softBounces)
      if (reason) reasons.set(reader.email, reason)
    }
  return reasons
}

/** The strongest one: a complaint, then the reader's own wish. */
function reasonOf({ told, softBounces }: Reader, most: number): Reason | undefined {
  if (told.has('spam')) return 'complaint'
  if (told.has('unsub') || told.has('link')) return 'unsubscribe'
  if (told.has('hard_bounce') || softBounces >= most) return 'bounce'
  return told.has('reject') ? 'reject' : undefined
}
