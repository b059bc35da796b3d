// What an event means for further mail to its address: stop it, allow it again, or nothing.
//
// Events come late and out of order. What counts is when they happened: a bounce from before the address was allowed again
// is history, whichever is told first, and of two changes of Mandrill's list the later one holds.
import type { FeedEvent, Kind } from '../events/event.ts'
import type { EventFacts, Reason } from '../events/facts.ts'
import type { Suppression, SuppressionReason } from '../list/ports.ts'
import { emailKey, emailProblem } from '../address.ts'
import { LIFTABLE, MANDRILL, MIRROR, replaces } from '../list/suppression.ts'

export const SOFT_BOUNCE_WINDOW_MS = 30 * 86_400_000

/** Kinds whose meaning depends on what else is known of the address, and what has to be known for it. */
export const JUDGED: readonly Kind[] = ['bounced', 'soft_bounced', 'rejected', 'suppressed']
export const REMEMBERED: readonly Kind[] = [
  'soft_bounced',
  'delivered',
  'opened',
  'clicked',
  'suppressed',
  'unsuppressed',
]
/** All kinds of which anything may follow: most events are of others. */
const TELLING: ReadonlySet<Kind> = new Set([...JUDGED, 'complained', 'unsubscribed', 'unsuppressed'])
/** However long ago it was. */
export const NEVER_FORGOTTEN: readonly Kind[] = ['suppressed', 'unsuppressed']

export type Told = { readonly event: Pick<FeedEvent, 'kind' | 'receivedAt'>; readonly facts: EventFacts }

export type Past = {
  /** The newest ones, newest first. */
  readonly softBounces: readonly number[]
  readonly through: number
  /** The last time that the address was allowed again, by Mandrill's operator or here by hand. */
  readonly lifted: number
  readonly listed: number
}
export const NO_PAST: Past = { softBounces: [], through: -Infinity, lifted: -Infinity, listed: -Infinity }

export const instantOf = ({ event, facts }: Told): number => facts.at ?? event.receivedAt

/** Keeps so many soft bounces as suppress, the newest by when they happened: older ones decide nothing. */
export function remember(past: Past, kind: Kind, at: number, most: number): Past {
  if (kind === 'soft_bounced') {
    const softBounces = [...past.softBounces, at].sort((a, b) => b - a).slice(0, most)
    return { ...past, softBounces }
  }
  if (kind === 'unsuppressed') return { ...past, lifted: Math.max(past.lifted, at) }
  if (kind === 'suppressed') return { ...past, listed: Math.max(past.listed, at) }
  if (!REMEMBERED.includes(kind)) return past
  return { ...past, through: Math.max(past.through, at) }
}

/** `put: null` = whatever may be lifted is lifted. */
type Verdict = { readonly email: string; readonly put: Suppression | null }

/** `past`: what is known of the address, this event included. */
export function judge(row: Told, past: Past, softBounces: number): Verdict | undefined {
  const { email } = row.facts
  if (!TELLING.has(row.event.kind) || email === null || emailProblem(email) !== undefined) return undefined
  if (row.event.kind === 'unsuppressed') return { email, put: null }
  const put = suppressionBy(row, email, past, softBounces)
  return put && (!isLiftable(put) || past.lifted <= instantOf(row)) ? { email, put } : undefined
}

/** After a lifting: what still holds of `before`, since it happened later than that. */
export function judgeAgain(before: readonly Told[], past: Past, softBounces: number): readonly Verdict[] {
  return before
    .filter((row) => instantOf(row) > past.lifted)
    .sort((a, b) => instantOf(a) - instantOf(b))
    .flatMap((row) => judge(row, past, softBounces) ?? [])
}

function suppressionBy(row: Told, email: string, past: Past, softBounces: number): Suppression | undefined {
  const put = (reason: SuppressionReason): Suppression => ({
    email,
    reason,
    source: MANDRILL,
    since: row.event.receivedAt,
    until: null,
  })
  switch (row.event.kind) {
    case 'complained':
      return put('complaint')
    case 'unsubscribed':
      return put('unsubscribe')
    case 'bounced':
      return put('bounce')
    case 'soft_bounced':
      return countSoft(past) >= softBounces ? put('bounce') : undefined
    case 'rejected': {
      const reason = REFUSED_FOR_GOOD[row.facts.reason ?? 'other']
      return reason && put(reason)
    }
    case 'suppressed': {
      const listed = mirror(row, email)
      return isLiftable(listed) && past.listed > instantOf(row) ? undefined : listed
    }
    default:
      return undefined
  }
}

/** Soft bounces within the window before the last of them, since a mail got through. */
function countSoft({ softBounces, through, lifted }: Past): number {
  const from = Math.max(through, lifted, Math.max(...softBounces) - SOFT_BOUNCE_WINDOW_MS)
  return softBounces.filter((at) => at > from).length
}

/** Of the provider's list. */
const LISTED: Partial<Readonly<Record<Reason, SuppressionReason>>> = {
  bounce: 'bounce',
  soft_bounce: 'bounce',
  complaint: 'complaint',
  unsubscribe: 'unsubscribe',
}

/**
 * Why a mail was refused, where that is about its subscriber. The others are a mailbox's that is full for a time
 * (soft_bounce), or the sender's own (invalid_sender, unsigned, rule, test_limit). A reason that is not told, or that
 * nobody knows, suppresses nobody: Mandrill, which refuses, does so again, and tells its list by events of its own.
 */
const REFUSED_FOR_GOOD: Partial<Readonly<Record<Reason, SuppressionReason>>> = {
  bounce: 'reject',
  manual: 'reject',
  invalid_address: 'reject',
  complaint: 'complaint',
  unsubscribe: 'unsubscribe',
}

function mirror({ event, facts }: Told, email: string): Suppression {
  const reason = LISTED[facts.reason ?? 'other'] ?? 'reject'
  const since = event.receivedAt
  const ends = facts.ends === 0 ? since : facts.ends
  const until = LIFTABLE.includes(reason) ? ends : null
  return { email, reason, source: MIRROR, since, until }
}

/** What many verdicts come to for one address: first perhaps a lifting, then perhaps a suppression. */
export type Decision = {
  readonly email: string
  readonly lifted: boolean
  readonly put: Suppression | null
  /** The subscriber does not want mail any more: off the list, too. */
  readonly leaves: boolean
}

export function decide(verdicts: readonly Verdict[]): ReadonlyMap<string, Decision> {
  const decisions = new Map<string, Decision>()
  for (const { email, put } of verdicts) {
    const key = emailKey(email)
    const before = decisions.get(key) ?? { email, lifted: false, put: null, leaves: false }
    const leaves = before.leaves || put?.reason === 'unsubscribe'
    if (put) decisions.set(key, { ...before, leaves, put: stronger(before.put, put) })
    else
      decisions.set(key, {
        ...before,
        lifted: true,
        put: before.put && isLiftable(before.put) ? null : before.put,
      })
  }
  return decisions
}

const stronger = (held: Suppression | null, told: Suppression) =>
  held && !replaces(told, held) ? held : told
const isLiftable = ({ reason }: Suppression) => LIFTABLE.includes(reason)
