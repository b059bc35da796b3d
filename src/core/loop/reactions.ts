// The reactions to one mail (delivered, opened, clicked, …), worked out from all events about it.
//
// Events come late, twice and out of order. So what they say is kept as sets and earliest instants (Evidence), and reactions
// are a plain function of it: neither the order of events nor their paging matters. Evidence only grows, and so do reactions,
// with one exception: when clicks turn out to be a scanner's, they move from the subscriber to the robots.
import type { Kind } from '../events/event.ts'
import { linkKey, type Reason, type Visit as Listed } from '../events/facts.ts'
import type { ArchiveRow } from '../events/ports.ts'
import { scannersClicks } from './robots.ts'

/** Each is counted by distinct subscribers. `settled`: it is known what became of the mail. */
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

/** Since when each is true, in milliseconds since 1970; null: it is not. */
export type Reactions = Readonly<Record<Reaction, number | null>>

/** Who made a visit, as bits. LISTED: found in the list that a later event carries, not reported by an event of its own. */
const PERSON = 1
const ROBOT = 2
const LISTED = 4

/** `link` is '' for an open, else the linkKey of the URL. */
type Visit = { readonly at: number; readonly link: string; readonly by: number }

const INSTANTS = ['delivered', 'bounced', 'softBounced', 'complained', 'unsubscribed', 'rejected'] as const
type Instant = (typeof INSTANTS)[number]
type Instants = Readonly<Record<Instant, number | null>>

/** Why a mail did not arrive. Of several events the most final one tells, then the earliest. */
type Bounce = { readonly rank: number; readonly at: number; readonly reason: Reason }

const BOUNCES: readonly Kind[] = ['bounced', 'rejected', 'soft_bounced']

/** What the events about one mail say. */
export type Evidence = Instants & {
  /** The earliest ones, without duplicates. */
  readonly opens: readonly Visit[]
  readonly clicks: readonly Visit[]
  readonly bounce: Bounce | null
}

const instants = (read: (name: Instant) => number | null): Instants =>
  Object.fromEntries(INSTANTS.map((name) => [name, read(name)])) as Instants

export const NO_EVIDENCE: Evidence = { ...instants(() => null), opens: [], clicks: [], bounce: null }

/** Opens, and clicks, that are kept: the earliest ones, since all that is asked is whether there was one. */
const VISITS_KEPT = 50
/** The time of an event and of its entry in a list may differ by a rounded second. */
const SAME_VISIT_MS = 2_000

const INSTANT_OF: Partial<Readonly<Record<Kind, Instant>>> = {
  delivered: 'delivered',
  bounced: 'bounced',
  soft_bounced: 'softBounced',
  complained: 'complained',
  unsubscribed: 'unsubscribed',
  rejected: 'rejected',
}

/** What an event says about its mail. Its lists repeat what earlier events said, in case those were missed. */
export function evidenceIn({ event, facts }: ArchiveRow): Evidence {
  const at = facts.at ?? event.receivedAt
  const instant = INSTANT_OF[event.kind]
  const evidence = { ...NO_EVIDENCE, ...(instant && { [instant]: at }) }
  const by = facts.robot ? ROBOT : PERSON
  const rank = BOUNCES.indexOf(event.kind)
  return {
    ...evidence,
    delivered: earliest(evidence.delivered, facts.delivered),
    opens: visits([...(event.kind === 'opened' ? [{ at, link: '', by }] : []), ...facts.opens.map(fromList)]),
    clicks: visits([
      ...(event.kind === 'clicked' ? [{ at, link: linkKey(facts.url ?? ''), by }] : []),
      ...facts.clicks.map(fromList),
    ]),
    bounce: rank < 0 ? null : { rank, at, reason: facts.reason ?? 'other' },
  }
}

const fromList = ({ at, robot, link }: Listed): Visit => ({ at, link, by: robot ? LISTED | ROBOT : LISTED })

/** Both together, whichever came first, and however often. */
export function merge(a: Evidence, b: Evidence): Evidence {
  return {
    ...instants((name) => earliest(a[name], b[name])),
    opens: visits([...a.opens, ...b.opens]),
    clicks: visits([...a.clicks, ...b.clicks]),
    bounce: telling(a.bounce, b.bounce),
  }
}

function telling(a: Bounce | null, b: Bounce | null): Bounce | null {
  if (!a || !b) return a ?? b
  return (a.rank - b.rank || a.at - b.at || (a.reason < b.reason ? -1 : 1)) <= 0 ? a : b
}

/**
 * A click implies that the mail was opened, and an open that it was delivered. `links`: how many different links the
 * campaign has.
 */
export function reactionsOf(evidence: Evidence, links: number): Reactions {
  const opens = firstVisits(evidence.opens, new Set())
  const scanned = scannersClicks(evidence.clicks, evidence.delivered, links)
  const clicks = firstVisits(evidence.clicks, scanned)
  const visited = [...evidence.opens, ...evidence.clicks].map(({ at }) => at)
  const delivered = visited.reduce<number | null>(earliest, evidence.delivered)
  const { bounced, softBounced, complained, unsubscribed, rejected } = evidence
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

/** The first clicks on each link of the campaign. All links that are not its own count as one, ''. */
export function clicksByLink(
  { clicks, delivered }: Evidence,
  links: ReadonlySet<string>,
): ReadonlyMap<string, FirstVisits> {
  const scanned = scannersClicks(clicks, delivered, links.size)
  const byLink = Map.groupBy(clicks, ({ link }) => (links.has(link) ? link : ''))
  return new Map([...byLink].map(([link, own]) => [link, firstVisits(own, scanned)]))
}

/** When a person, and a robot, came first. */
export type FirstVisits = { readonly person: number | null; readonly robot: number | null }

function firstVisits(
  visits: readonly Visit[],
  scanned: ReadonlySet<{ at: number; link: string }>,
): FirstVisits {
  const reported = visits.filter(({ by }) => (by & (PERSON | ROBOT)) !== 0)
  // A list says little of who it was, so its entry counts only where no event reports the same visit.
  const isReported = (visit: Visit) =>
    reported.some(({ at, link }) => link === visit.link && Math.abs(at - visit.at) <= SAME_VISIT_MS)
  let person: number | null = null
  let robot: number | null = null
  for (const visit of visits) {
    if (visit.by === LISTED && isReported(visit)) continue
    if (scanned.has(visit) || visit.by & ROBOT) robot = earliest(robot, visit.at)
    if (!scanned.has(visit) && (visit.by & PERSON || visit.by === LISTED)) person = earliest(person, visit.at)
  }
  return { person, robot }
}

/** The earliest visits, sorted and without duplicates: equal sets give equal lists, however they were merged. */
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

/** As it is stored: short, since there is one for every subscriber who has opened or clicked. */
export function writeEvidence({ delivered, opens, clicks, bounce }: Evidence): string {
  return JSON.stringify([
    delivered,
    opens.map(({ at, by }) => [at, by]),
    clicks.map(({ at, by, link }) => [at, by, link]),
    ...(bounce ? [[bounce.rank, bounce.at, bounce.reason]] : []),
  ])
}

type Written = [
  delivered: number | null,
  opens: [at: number, by: number][],
  clicks: [at: number, by: number, link: string][],
  bounce?: [rank: number, at: number, reason: Reason],
]

/** Why the mail did not arrive; null: it has, or nothing is known of it. */
export const bounceReasonIn = (text: string): Reason | null => (JSON.parse(text) as Written)[3]?.[2] ?? null

export function readEvidence(text: string, facts: Omit<Instants, 'delivered'>): Evidence {
  const [delivered, opens, clicks, bounce] = JSON.parse(text) as Written
  return {
    ...instants((name) => (name === 'delivered' ? delivered : facts[name])),
    opens: opens.map(([at, by]) => ({ at, by, link: '' })),
    clicks: clicks.map(([at, by, link]) => ({ at, by, link })),
    bounce: bounce ? { rank: bounce[0], at: bounce[1], reason: bounce[2] } : null,
  }
}
