// The rules of suppressions: which of two holds, what a person may take back, and where one is kept.
import type { Suppression, SuppressionReason } from './ports.ts'

/** The subscriber's own wish may be taken back by the subscriber; all else stops a new subscription, too. */
export const blocksSubscribing = (reason: SuppressionReason): boolean => reason !== 'unsubscribe'

export const isActive = ({ until }: Pick<Suppression, 'until'>, now: number): boolean =>
  until === null || until > now

/** How strong a reason is. A weaker one never takes the place of a stronger one that still holds. */
export const STRENGTH: Readonly<Record<SuppressionReason, number>> = {
  complaint: 4,
  manual: 3,
  unsubscribe: 2,
  bounce: 1,
  reject: 1,
}

/** The strongest of what holds. */
export const strongest = <T extends Pick<Suppression, 'reason'>>(held: readonly T[]): T | undefined =>
  held.toSorted((a, b) => STRENGTH[b.reason] - STRENGTH[a.reason])[0]

/** Where a suppression is from: events of mails, or Mandrill's own list. Only what mirrors that list follows its changes. */
export const MANDRILL = 'mandrill'
export const MIRROR = 'mandrill denylist'

/** What Mandrill's operator may lift. A complaint and the subscriber's own wish are the subscriber's. */
export const LIFTABLE: readonly SuppressionReason[] = ['bounce', 'reject']

/**
 * Whether what is told takes the place of what holds: it is over, or weaker, or as strong and shorter, or mirrored, or an
 * echo of Mandrill's list.
 */
export function replaces(
  told: Pick<Suppression, 'reason' | 'source' | 'since' | 'until'>,
  held: Pick<Suppression, 'reason' | 'source' | 'until'>,
): boolean {
  if (held.until !== null && held.until <= told.since) return true
  if (STRENGTH[held.reason] !== STRENGTH[told.reason]) return STRENGTH[held.reason] < STRENGTH[told.reason]
  if (isEcho(told) || isEcho(held)) return !isEcho(told)
  if (told.source === MIRROR && held.source === MIRROR) return LIFTABLE.includes(held.reason)
  if (held.source === MIRROR && told.until === null) return true // from now on the mirror cannot end it
  return held.until !== null && (told.until === null || held.until < told.until)
}

/** A refusal of Mandrill repeats what its list says. What is known of the list itself, its end too, says it better. */
const ECHO = { source: MANDRILL, reason: 'reject' } as const satisfies Partial<Suppression>
const isEcho = ({ source, reason }: Pick<Suppression, 'source' | 'reason'>): boolean =>
  source === ECHO.source && reason === ECHO.reason

/**
 * Where a suppression is kept: `isApart` = only by the hash of the address, of an erased person who is not on the list
 * again. An erased person's address is not stored again by what comes to be known of it later. But who is on the list has
 * it there, and whatever asks whether they may be mailed asks for that.
 */
export const placeOf = (email: string, key: string, hash: string, isApart: boolean) =>
  isApart ? { emailKey: hash, email: null } : { emailKey: key, email }
