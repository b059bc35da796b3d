// The loop as simply as it can be said: from all events that have come, in their order, to what must be known then.
import type { Delivery } from '../../src/core/mailing/ports.ts'
import type { SuppressionReason } from '../../src/core/list/ports.ts'
import { STRENGTH } from '../../src/core/list/subscriber.ts'
import type { Payload } from './loop-lab.ts'

export type Told = {
  readonly payload: Payload
  /** What the payload is made from. */
  readonly reader: number
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

export type Known = Readonly<Record<string, boolean>>
export type Held = { reason: SuppressionReason; until: number | null; mirror: boolean }

const LISTS = ['blacklist', 'whitelist']
const LINKS = 2

/** What must be true of a reader. */
export function knownOf(reader: number, all: readonly Told[]): Known | undefined {
  const own = all.filter((told) => told.reader === reader && !LISTS.includes(told.event))
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

const REASONS: Readonly<Record<string, SuppressionReason>> = {
  hard_bounce: 'bounce',
  soft_bounce: 'bounce',
  spam: 'complaint',
  unsub: 'unsubscribe',
  reject: 'reject',
  blacklist: 'bounce',
}
const WINDOW = 30 * 86_400

/** What must hold for a reader's address, event by event. */
export function heldOf(reader: number, all: readonly Told[], noon: number, limit: number): Held | undefined {
  let held: Held | undefined
  const own = all.filter((told) => told.reader === reader)
  for (const [n, { event, at, expires }] of own.entries()) {
    const before = own.slice(0, n + 1)
    const latest = (...events: string[]) =>
      Math.max(-Infinity, ...before.filter((told) => events.includes(told.event)).map((told) => told.at))
    if (event === 'whitelist') {
      if (held?.reason === 'bounce' || held?.reason === 'reject') held = undefined
      continue
    }
    const reason = REASONS[event]
    if (!reason) continue
    if (!['spam', 'unsub'].includes(event) && latest('whitelist') > at) continue
    if (event === 'soft_bounce') {
      const from = Math.max(
        latest('delivered', 'open', 'click'),
        latest('whitelist'),
        latest('soft_bounce') - WINDOW,
      )
      if (before.filter((told) => told.event === 'soft_bounce' && told.at > from).length < limit) continue
    }
    const mirror = event === 'blacklist'
    const until = mirror && expires !== null ? noon + expires * 1000 : null
    const told = { reason, until, mirror }
    if (!held || wins(told, held)) held = told
  }
  return held
}

function wins(told: Held, held: Held): boolean {
  if (STRENGTH[told.reason] !== STRENGTH[held.reason]) return STRENGTH[told.reason] > STRENGTH[held.reason]
  if (held.mirror) return told.mirror || told.until === null
  return held.until !== null
}

/** How many readers each is true of. */
export function countAll(deliveries: readonly Delivery[], all: readonly Told[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const n of deliveries.keys())
    for (const [fact, isTrue] of Object.entries(knownOf(n, all) ?? {}))
      counts[fact] = (counts[fact] ?? 0) + (isTrue ? 1 : 0)
  return counts
}
