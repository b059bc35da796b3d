// What came back of one mail: from events to the reactions of its subscriber.
//
// Everything that was heard of a delivery is kept as sets and earliest instants, and the reactions are a plain function of
// them. So they are the same whatever the order events come in, how often, and in which pages. They only grow, but
// for one thing: a visit that turns out to have been a scanner's is taken from the subscriber and given to the robots.
import type { Kind } from '../events/event.ts'
import { linkKey, type Visit as Listed } from '../events/facts.ts'
import type { ArchiveRow } from '../events/ports.ts'
import { scannersClicks } from './robots.ts'

/** Distinct subscribers each is true of; `settled`: what became of the mail is known. */
export const REACTIONS = [
  'settled',
  'delivered',
  'opened',
  'clicked',
  'bounced',
  'softBounced',
  'complained',
  'unsubscribed',
  'rejected',
  'robotOpened',
  'robotClicked',
] as const
export type Reaction = (typeof REACTIONS)[number]

/** Since when each is true; null: it is not. Milliseconds since 1970. */
export type Reactions = Readonly<Record<Reaction, number | null>>

/** Who it was, as bits: told by an event of its own, or only found in the list that a later event carries. */
const PERSON = 1
const ROBOT = 2
const LISTED = 4

/** `link` is '' for an open, else stands for the address. */
type Visit = { readonly at: number; readonly link: string; readonly by: number }

const INSTANTS = ['delivered', 'bounced', 'softBounced', 'complained', 'unsubscribed', 'rejected'] as const
type Instant = (typeof INSTANTS)[number]
type Instants = Readonly<Record<Instant, number | null>>

export type Heard = Instants & {
  /** The earliest ones, each once. */
  readonly opens: readonly Visit[]
  readonly clicks: readonly Visit[]
}

const instants = (read: (name: Instant) => number | null): Instants =>
  Object.fromEntries(INSTANTS.map((name) => [name, read(name)])) as Instants

export const NOTHING_HEARD: Heard = { ...instants(() => null), opens: [], clicks: [] }

/** Of each kind; a subscriber's first visits are among them, and all that is asked is whether there was one. */
const VISITS_KEPT = 50
/** An event and its entry in the list may differ by a rounded second. */
const SAME_VISIT_MS = 2_000

const INSTANT_OF: Partial<Readonly<Record<Kind, Instant>>> = {
  delivered: 'delivered',
  bounced: 'bounced',
  soft_bounced: 'softBounced',
  complained: 'complained',
  unsubscribed: 'unsubscribed',
  rejected: 'rejected',
}

/** What an event tells of its mail; what earlier events would have told, and were missed, is found in its lists. */
export function hear({ event, facts }: ArchiveRow): Heard {
  const at = facts.at ?? event.receivedAt
  const instant = INSTANT_OF[event.kind]
  const heard = { ...NOTHING_HEARD, ...(instant && { [instant]: at }) }
  const by = facts.robot ? ROBOT : PERSON
  return {
    ...heard,
    delivered: earliest(heard.delivered, facts.delivered),
    opens: visits([...(event.kind === 'opened' ? [{ at, link: '', by }] : []), ...facts.opens.map(toListed)]),
    clicks: visits([
      ...(event.kind === 'clicked' ? [{ at, link: linkKey(facts.url ?? ''), by }] : []),
      ...facts.clicks.map(toListed),
    ]),
  }
}

const toListed = ({ at, robot, link }: Listed): Visit => ({ at, link, by: robot ? LISTED | ROBOT : LISTED })

/** Both together: it does not matter which was heard first, nor whether one was heard twice. */
export function join(a: Heard, b: Heard): Heard {
  return {
    ...instants((name) => earliest(a[name], b[name])),
    opens: visits([...a.opens, ...b.opens]),
    clicks: visits([...a.clicks, ...b.clicks]),
  }
}

/**
 * Who clicks has opened, and whatever was opened was delivered: a state implies those before it.
 * `links`: how many different links the campaign has.
 */
export function reactionsOf(heard: Heard, links: number): Reactions {
  const opens = whose(heard.opens, new Set())
  const scanned = scannersClicks(heard.clicks, heard.delivered, links)
  const clicks = whose(heard.clicks, scanned)
  const visited = [...heard.opens, ...heard.clicks].map(({ at }) => at)
  const delivered = visited.reduce<number | null>(earliest, heard.delivered)
  const { bounced, softBounced, complained, unsubscribed, rejected } = heard
  return {
    settled: [bounced, softBounced, complained, rejected].reduce(earliest, delivered),
    delivered,
    opened: earliest(opens.person, clicks.person),
    clicked: clicks.person,
    bounced,
    softBounced,
    complained,
    unsubscribed,
    rejected,
    robotOpened: opens.robot,
    robotClicked: clicks.robot,
  }
}

/**
 * Of each link: when it was first followed by a person, and by a robot. Links that are not among the campaign's own count
 * as one, ''.
 */
export function followed(heard: Heard, links: ReadonlySet<string>): ReadonlyMap<string, ByWhom> {
  const scanned = scannersClicks(heard.clicks, heard.delivered, links.size)
  const byLink = Map.groupBy(heard.clicks, ({ link }) => (links.has(link) ? link : ''))
  return new Map([...byLink].map(([link, clicks]) => [link, whose(clicks, scanned)]))
}

export type ByWhom = { readonly person: number | null; readonly robot: number | null }

/** The first visit of a person, and of a robot. */
function whose(visits: readonly Visit[], scanned: ReadonlySet<{ at: number; link: string }>): ByWhom {
  const told = visits.filter(({ by }) => (by & (PERSON | ROBOT)) !== 0)
  // A list does not say well who it was. Its entry counts where no event tells of the same visit.
  const isTold = (visit: Visit) =>
    told.some(({ at, link }) => link === visit.link && Math.abs(at - visit.at) <= SAME_VISIT_MS)
  let person: number | null = null
  let robot: number | null = null
  for (const visit of visits) {
    if (visit.by === LISTED && isTold(visit)) continue
    if (scanned.has(visit) || visit.by & ROBOT) robot = earliest(robot, visit.at)
    if (!scanned.has(visit) && (visit.by & PERSON || visit.by === LISTED)) person = earliest(person, visit.at)
  }
  return { person, robot }
}

/** Each once, in order, the earliest ones: equal for equal sets, whatever was put together in which order. */
function visits(all: readonly Visit[]): readonly Visit[] {
  if (all.length < 2) return all
  const byVisit = new Map<string, Visit>()
  for (const visit of all) {
    const key = `${visit.at} ${visit.link}`
    byVisit.set(key, { ...visit, by: visit.by | (byVisit.get(key)?.by ?? 0) })
  }
  return [...byVisit.values()].sort((a, b) => a.at - b.at || (a.link < b.link ? -1 : 1)).slice(0, VISITS_KEPT)
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b)
}

/** As it is kept: short, since there is one for every subscriber who has opened or clicked. */
export function writeHeard(heard: Heard): string {
  const { opens, clicks } = heard
  return JSON.stringify([
    heard.delivered,
    opens.map(({ at, by }) => [at, by]),
    clicks.map(({ at, by, link }) => [at, by, link]),
  ])
}

export function readHeard(text: string, facts: Omit<Instants, 'delivered'>): Heard {
  const [delivered, opens, clicks] = JSON.parse(text) as [
    number | null,
    [number, number][],
    [number, number, string][],
  ]
  return {
    ...instants((name) => (name === 'delivered' ? delivered : facts[name])),
    opens: opens.map(([at, by]) => ({ at, by, link: '' })),
    clicks: clicks.map(([at, by, link]) => ({ at, by, link })),
  }
}
