// What an event means for further mail to its address: stop it, allow it again, or nothing.
//
// Events come late and out of order, so what counts is when they happened: a bounce from before the address was allowed
// again no longer matters, even if it arrives afterwards, and of two changes of Mandrill's list the later one holds.
import type { FeedEvent, Kind } from '../events/event.ts'
import type { EventFacts, Reason } from '../events/facts.ts'
import type { Suppression, SuppressionReason } from '../list/ports.ts'
import { emailKey, emailProblem } from '../addresses/address.ts'
import { LIFTABLE, MANDRILL, MIRROR, replaces } from '../list/suppression.ts'

export const SOFT_BOUNCE_WINDOW_MS = 30 * 86_400_000

/** Kinds whose meaning depends on earlier events about the address (JUDGED), and the kinds of those (REMEMBERED). */
export const JUDGED: readonly Kind[] = ['bounced', 'soft_bounced', 'rejected', 'suppressed']
export const REMEMBERED: readonly Kind[] = [
  'soft_bounced',
  'delivered',
  'opened',
  'clicked',
  'suppressed',
  'unsuppressed',
]
/** The only kinds that can change a suppression. Most events are of other kinds. */
const DECISIVE: ReadonlySet<Kind> = new Set([...JUDGED, 'complained', 'unsubscribed', 'unsuppressed'])
/** Kinds that matter however long ago they happened. */
export const NEVER_FORGOTTEN: readonly Kind[] = ['suppressed', 'unsuppressed']

export type JudgedEvent = {
  readonly event: Pick<FeedEvent, 'kind' | 'receivedAt'>
  readonly facts: EventFacts
}

/** What the events about an address have said so far: when each last happened. */
export type AddressState = {
  /** The newest ones, newest first. */
  readonly softBounces: readonly number[]
  /** A mail got through. */
  readonly delivered: number
  /** The address was allowed again, by Mandrill's operator or here by hand. */
  readonly lifted: number
  /** The provider put it on its list. */
  readonly listed: number
}
export const NOTHING_KNOWN: AddressState = {
  softBounces: [],
  delivered: -Infinity,
  lifted: -Infinity,
  listed: -Infinity,
}

export const instantOf = ({ event, facts }: JudgedEvent): number => facts.at ?? event.receivedAt

/** The state after one more event. `most`: as many soft bounces as suppress are kept; older ones decide nothing. */
export function withEvent(state: AddressState, kind: Kind, at: number, most: number): AddressState {
  if (kind === 'soft_bounced') {
    const softBounces = [...state.softBounces, at].sort((a, b) => b - a).slice(0, most)
    return { ...state, softBounces }
  }
  if (kind === 'unsuppressed') return { ...state, lifted: Math.max(state.lifted, at) }
  if (kind === 'suppressed') return { ...state, listed: Math.max(state.listed, at) }
  if (!REMEMBERED.includes(kind)) return state
  return { ...state, delivered: Math.max(state.delivered, at) }
}

/** `put: null` lifts whatever may be lifted. */
type Verdict = { readonly email: string; readonly put: Suppression | null }

/** `state` includes this event. */
export function judge(row: JudgedEvent, state: AddressState, softBounces: number): Verdict | undefined {
  const { email } = row.facts
  if (!DECISIVE.has(row.event.kind) || email === null || emailProblem(email) !== undefined) return undefined
  if (row.event.kind === 'unsuppressed') return { email, put: null }
  const put = suppressionBy(row, email, state, softBounces)
  return put && (!isLiftable(put) || state.lifted <= instantOf(row)) ? { email, put } : undefined
}

/** After a lifting: the verdicts on earlier events that happened later than the lifting, and so still hold. */
export function judgeAgain(
  earlier: readonly JudgedEvent[],
  state: AddressState,
  softBounces: number,
): readonly Verdict[] {
  return earlier
    .filter((row) => instantOf(row) > state.lifted)
    .sort((a, b) => instantOf(a) - instantOf(b))
    .flatMap((row) => judge(row, state, softBounces) ?? [])
}

function suppressionBy(row: JudgedEvent, email: string, state: AddressState, softBounces: number) {
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
      return countSoftBounces(state) >= softBounces ? put('bounce') : undefined
    case 'rejected': {
      const reason = REFUSED_FOR_GOOD[row.facts.reason ?? 'other']
      return reason && put(reason)
    }
    case 'suppressed': {
      const entry = fromProvidersList(row, email)
      return isLiftable(entry) && state.listed > instantOf(row) ? undefined : entry
    }
    default:
      return undefined
  }
}

/** Soft bounces since a mail got through, within the window that ends with the last of them. */
function countSoftBounces({ softBounces, delivered, lifted }: AddressState): number {
  const from = Math.max(delivered, lifted, Math.max(...softBounces) - SOFT_BOUNCE_WINDOW_MS)
  return softBounces.filter((at) => at > from).length
}

/** By the reason of an entry of the provider's list. */
const LISTED: Partial<Readonly<Record<Reason, SuppressionReason>>> = {
  bounce: 'bounce',
  soft_bounce: 'bounce',
  complaint: 'complaint',
  unsubscribe: 'unsubscribe',
}

/**
 * By the reason of a refusal, where it is about the subscriber. The others are about a mailbox that is full for a while
 * (soft_bounce), or about the sender (invalid_sender, unsigned, rule, test_limit). A refusal without a known reason
 * suppresses nobody: Mandrill will refuse the next mail as well, and reports its list by events of its own.
 */
const REFUSED_FOR_GOOD: Partial<Readonly<Record<Reason, SuppressionReason>>> = {
  bounce: 'reject',
  manual: 'reject',
  invalid_address: 'reject',
  complaint: 'complaint',
  unsubscribe: 'unsubscribe',
}

function fromProvidersList({ event, facts }: JudgedEvent, email: string): Suppression {
  const reason = LISTED[facts.reason ?? 'other'] ?? 'reject'
  const since = event.receivedAt
  const ends = facts.ends === 0 ? since : facts.ends
  const until = LIFTABLE.includes(reason) ? ends : null
  return { email, reason, source: MIRROR, since, until }
}

/** All verdicts on one address taken together: a lifting, then a suppression, either of which may be missing. */
export type Decision = {
  readonly email: string
  readonly lifted: boolean
  readonly put: Suppression | null
  /** The subscriber wants no more mail, and is taken off the list. */
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

const stronger = (current: Suppression | null, next: Suppression) =>
  current && !replaces(next, current) ? current : next
const isLiftable = ({ reason }: Suppression) => LIFTABLE.includes(reason)
