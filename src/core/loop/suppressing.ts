// What an event means for further mail to its address: stop it, allow it again, or nothing.
//
// Events come late and out of order: a bounce that happened before the address was allowed again is history.
import type { Kind } from '../events/event.ts'
import { asObject, own } from '../events/payload.ts'
import type { ArchiveRow } from '../events/ports.ts'
import type { Suppression, SuppressionReason } from '../list/ports.ts'
import { emailKey, emailProblem, STRENGTH } from '../list/subscriber.ts'

/** Where a suppression is from that mirrors Mandrill's own list: only that one follows its changes. */
export const MIRROR = 'mandrill denylist'
const SOURCE = 'mandrill'

/** What Mandrill's operator may lift. A complaint and the reader's own wish are the reader's. */
export const LIFTABLE: readonly SuppressionReason[] = ['bounce', 'reject']

export const SOFT_BOUNCE_WINDOW_MS = 30 * 86_400_000

/** Kinds whose meaning depends on what else is known of the address, and what has to be known for it. */
export const JUDGED: readonly Kind[] = ['bounced', 'soft_bounced', 'rejected', 'suppressed']
export const REMEMBERED: readonly Kind[] = ['soft_bounced', 'delivered', 'opened', 'clicked', 'unsuppressed']

/** Events of an address, so far. */
export type Past = {
  /** The newest ones, newest first. */
  readonly softBounces: readonly number[]
  /** The last time that a mail got through. */
  readonly through: number
  readonly lifted: number
}
export const NO_PAST: Past = { softBounces: [], through: -Infinity, lifted: -Infinity }

/** Keeps so many soft bounces as suppress, the newest by when they happened: older ones decide nothing. */
export function remember(past: Past, kind: Kind, at: number, most: number): Past {
  if (kind === 'soft_bounced') {
    const softBounces = [...past.softBounces, at].sort((a, b) => b - a).slice(0, most)
    return { ...past, softBounces }
  }
  if (kind === 'unsuppressed') return { ...past, lifted: Math.max(past.lifted, at) }
  if (!REMEMBERED.includes(kind)) return past
  return { ...past, through: Math.max(past.through, at) }
}

/** `put: null` = whatever may be lifted is lifted. */
export type Verdict = { readonly email: string; readonly put: Suppression | null }

/** `past`: what is known of the address, this event included. */
export function judge(row: ArchiveRow, past: Past, softBounces: number): Verdict | undefined {
  const { event, facts } = row
  const { email } = facts
  if (email === null || emailProblem(email) !== undefined) return undefined
  const at = facts.occurredAt ?? event.receivedAt
  const put = (reason: SuppressionReason): Verdict => ({
    email,
    put: { email, reason, source: SOURCE, since: event.receivedAt, until: null },
  })
  if (event.kind === 'complained') return put('complaint')
  if (event.kind === 'unsubscribed') return put('unsubscribe')
  if (event.kind === 'unsuppressed') return { email, put: null }
  if (!JUDGED.includes(event.kind) || past.lifted > at) return undefined
  if (event.kind === 'bounced') return put('bounce')
  if (event.kind === 'soft_bounced') return countSoft(past) >= softBounces ? put('bounce') : undefined
  if (event.kind === 'suppressed') return mirror(row, email)
  const reason = rejectReason(row)
  return reason && put(reason)
}

/** Soft bounces within the window before the last of them, since a mail got through. */
function countSoft({ softBounces, through, lifted }: Past): number {
  const from = Math.max(through, lifted, Math.max(...softBounces) - SOFT_BOUNCE_WINDOW_MS)
  return softBounces.filter((at) => at > from).length
}

/** Mandrill's words, of rejects and of its list. https://mailchimp.com/developer/transactional/docs/reputation-rejections/ */
const REASONS: Readonly<Record<string, SuppressionReason>> = {
  'hard-bounce': 'bounce',
  'soft-bounce': 'bounce',
  spam: 'complaint',
  unsub: 'unsubscribe',
}
/** Reasons to refuse a mail that are the sender's, not the reader's. */
const SENDERS = ['invalid-sender', 'test-mode-limit', 'rule', 'unsigned']

function rejectReason({ facts: { payload } }: ArchiveRow): SuppressionReason | undefined {
  const { reject } = asObject(payload.msg)
  const word = typeof reject === 'string' ? reject : asObject(reject).reason
  if (typeof word !== 'string') return 'reject'
  if (SENDERS.includes(word)) return undefined
  const reason = own(REASONS, word)
  return reason === 'complaint' || reason === 'unsubscribe' ? reason : 'reject'
}

function mirror({ event, facts: { payload } }: ArchiveRow, email: string): Verdict {
  const entry = asObject(payload.reject ?? payload.entry)
  const word = typeof entry.reason === 'string' ? entry.reason : ''
  const reason = own(REASONS, word) ?? 'reject'
  const since = event.receivedAt
  const ends = entry.expired === true ? since : readDate(entry.expires_at)
  const until = LIFTABLE.includes(reason) ? ends : null
  return { email, put: { email, reason, source: MIRROR, since, until } }
}

/** `YYYY-MM-DD HH:MM:SS`, in UTC although it does not say so. */
function readDate(text: unknown): number | null {
  const match = typeof text === 'string' ? /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)/.exec(text) : null
  const ms = match ? Date.parse(`${match[1]}T${match[2]}Z`) : Number.NaN
  return Number.isFinite(ms) ? ms : null
}

/** What many verdicts come to for one address: first perhaps a lifting, then perhaps a suppression. */
export type Decision = {
  readonly email: string
  readonly lifted: boolean
  readonly put: Suppression | null
  /** The reader does not want mail any more: off the list, too. */
  readonly leaves: boolean
}

export function decide(verdicts: readonly Verdict[]): ReadonlyMap<string, Decision> {
  const decisions = new Map<string, Decision>()
  for (const { email, put } of verdicts) {
    const key = emailKey(email)
    const before = decisions.get(key) ?? { email, lifted: false, put: null, leaves: false }
    const leaves = before.leaves || put?.reason === 'unsubscribe'
    if (put) decisions.set(key, { ...before, leaves, put: stronger(before.put, put) })
    else decisions.set(key, { ...before, lifted: true, put: isLiftable(before.put) ? null : before.put })
  }
  return decisions
}

const stronger = (held: Suppression | null, told: Suppression) =>
  held && !replaces(told, held) ? held : told
const isLiftable = (held: Suppression | null) => held !== null && LIFTABLE.includes(held.reason)

/** Whether what is told takes the place of what holds: it is over, or weaker, or as strong and shorter, or mirrored. */
export function replaces(
  told: Pick<Suppression, 'reason' | 'source' | 'since' | 'until'>,
  held: Pick<Suppression, 'reason' | 'source' | 'until'>,
): boolean {
  if (held.until !== null && held.until <= told.since) return true
  if (STRENGTH[held.reason] !== STRENGTH[told.reason]) return STRENGTH[held.reason] < STRENGTH[told.reason]
  if (told.source === MIRROR && held.source === MIRROR) return LIFTABLE.includes(held.reason)
  if (held.source === MIRROR && told.until === null) return true // from now on the mirror cannot end it
  return held.until !== null && (told.until === null || held.until < told.until)
}
