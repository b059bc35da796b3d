// The loop as simply as it can be said: from all events that have come, in their order, to what must be known then.
import type { Delivery } from '../../../src/core/campaigns/ports.ts'
import type { SuppressionReason } from '../../../src/core/list/ports.ts'
import type { Payload } from './loop-lab.ts'

export type Told = {
  readonly payload: Payload
  /** What the payload is made from. */
  readonly subscriber: number
  readonly event: string
  readonly at: number
  readonly link: string
  readonly robot: boolean
  readonly named: boolean
  /** Opens and clicks of before, as the event lists them: kind, second and link. */
  readonly listed: readonly { readonly event: string; readonly at: number; readonly link: string }[]
  /** The second of the delivery, as the event's log of answers tells it. */
  readonly answered: number | null
  /** Seconds until an entry of Mandrill's list ends; null: never. */
  readonly expires: number | null
}

type Known = Readonly<Record<string, boolean>>
type Held = { reason: SuppressionReason; until: number | null }

const LISTS = ['blacklist', 'whitelist']
const LINKS = 2

/** What must be true of a subscriber. */
export function knownOf(subscriber: number, all: readonly Told[]): Known | undefined {
  const own = all.filter((told) => told.subscriber === subscriber && !LISTS.includes(told.event))
  const from = own.findIndex(({ named }) => named)
  const heard = from < 0 ? [] : own.slice(from)
  if (heard.length === 0) return undefined
  const has = (event: string) => heard.some((told) => told.event === event)
  const seconds = [
    ...heard.filter(({ event }) => event === 'delivered').map(({ at }) => at),
    ...heard.flatMap(({ answered }) => answered ?? []),
  ]
  const delivered = seconds.length > 0 ? Math.min(...seconds) : null
  const [opens, clicks] = (['open', 'click'] as const).map((event) => {
    const direct = heard.filter((told) => told.event === event)
    const lists = heard.flatMap(({ listed }) => listed).filter((entry) => entry.event === event)
    const near = ({ at, link }: { at: number; link: string }) =>
      direct.some((told) => told.link === link && Math.abs(told.at - at) <= 2)
    return [...direct, ...lists.filter((entry) => !near(entry)).map((entry) => ({ ...entry, robot: false }))]
  })
  const early = heard
    .flatMap(({ event, at, link, listed }) => [{ event, at, link }, ...listed])
    .filter(({ event, at }) => event === 'click' && delivered !== null && at <= delivered + 5)
  const scanned = new Set(early.map(({ link }) => link)).size >= LINKS
  const isScan = ({ at }: { at: number }) => scanned && delivered !== null && at <= delivered + 5
  const clicked = (clicks ?? []).some((click) => !click.robot && !isScan(click))
  return {
    delivered: delivered !== null || (opens?.length ?? 0) > 0 || (clicks?.length ?? 0) > 0,
    opened: clicked || (opens ?? []).some(({ robot }) => !robot),
    clicked,
    bounced: has('hard_bounce'),
    softBounced: has('soft_bounce'),
    complained: has('spam'),
    unsubscribed: has('unsub'),
    rejected: has('reject'),
    robotOpened: (opens ?? []).some(({ robot }) => robot),
    robotClicked: (clicks ?? []).some((click) => click.robot || isScan(click)),
  }
}

const WINDOW = 30 * 86_400

/**
 * What must hold for a subscriber's address. But for soft bounces it follows from what has happened when, in whatever order it
 * is told; of what happened in one second the order decides in which it was told.
 */
export function heldOf(
  subscriber: number,
  all: readonly Told[],
  noon: number,
  limit: number,
): Held | undefined {
  const own = all.filter((told) => told.subscriber === subscriber)
  const has = (event: string) => own.some((told) => told.event === event)
  if (has('spam')) return { reason: 'complaint', until: null }
  if (has('unsub')) return { reason: 'unsubscribe', until: null }
  const lifted = latest(own, 'whitelist')
  const lastLifting = own.findLastIndex(({ event }) => event === 'whitelist')
  const counts = ({ at }: Told, n: number) => at > lifted || (at === lifted && n > lastLifting)
  const happened = (event: string) => own.some((told, n) => told.event === event && counts(told, n))
  if (happened('hard_bounce') || softBounced(own, limit)) return { reason: 'bounce', until: null }
  const listed = latest(own, 'blacklist')
  const entry = own.findLastIndex(({ event, at }) => event === 'blacklist' && at === listed)
  const told = own[entry]
  // Of a refusal the entry that it is for tells more, where there is one.
  if (!told || !counts(told, entry)) return happened('reject') ? { reason: 'bounce', until: null } : undefined
  return { reason: 'bounce', until: told.expires === null ? null : noon + told.expires * 1000 }
}

/** These go by what is known when one of them, or a lifting, is told: a mail that got through may be told later. */
function softBounced(own: readonly Told[], limit: number): boolean {
  let held = false
  for (const [n, { event, at }] of own.entries()) {
    const known = own.slice(0, n + 1)
    const lifted = latest(known, 'whitelist')
    const softs = known.filter((told) => told.event === 'soft_bounce')
    const through = latest(known, 'delivered', 'open', 'click')
    const from = Math.max(through, lifted, latest(softs, 'soft_bounce') - WINDOW)
    const enough = softs.filter((told) => told.at > from).length >= limit
    if (event === 'soft_bounce' && at >= lifted) held ||= enough
    if (event === 'whitelist') held &&= enough && softs.some((told) => told.at > lifted)
  }
  return held
}

const latest = (all: readonly Told[], ...events: string[]): number =>
  Math.max(-Infinity, ...all.filter(({ event }) => events.includes(event)).map(({ at }) => at))

/** How many subscribers each is true of. */
export function countAll(deliveries: readonly Delivery[], all: readonly Told[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const n of deliveries.keys())
    for (const [fact, isTrue] of Object.entries(knownOf(n, all) ?? {}))
      counts[fact] = (counts[fact] ?? 0) + (isTrue ? 1 : 0)
  return counts
}
