// The rules of suppressions: which of two holds, which may be lifted by whom, and under which key one is stored.
import type { Suppression, SuppressionReason } from './ports.ts'

/** Subscribers may take back their own wish; any other reason also prevents a new subscription. */
export const blocksSubscribing = (reason: SuppressionReason): boolean => reason !== 'unsubscribe'

export const isActive = ({ until }: Pick<Suppression, 'until'>, now: number): boolean =>
  until === null || until > now

/** How strong a reason is. A weaker one never replaces a stronger one that still holds. */
export const STRENGTH: Readonly<Record<SuppressionReason, number>> = {
  complaint: 4,
  manual: 3,
  unsubscribe: 2,
  bounce: 1,
  reject: 1,
}

/** The strongest of several suppressions. */
export const strongest = <T extends Pick<Suppression, 'reason'>>(all: readonly T[]): T | undefined =>
  all.toSorted((a, b) => STRENGTH[b.reason] - STRENGTH[a.reason])[0]

/** Sources of suppressions: Mandrill's events of mails, and its own list. Only those from the list follow its changes. */
export const MANDRILL = 'mandrill'
export const MIRROR = 'mandrill denylist'

/** What Mandrill's operator may lift. A complaint or the subscriber's own wish only the subscriber may take back. */
export const LIFTABLE: readonly SuppressionReason[] = ['bounce', 'reject']

/**
 * Whether a new suppression replaces the one that is there, because that is over, or weaker, or as strong and ends earlier, or
 * mirrors Mandrill's list, or only echoes it.
 */
export function replaces(
  next: Pick<Suppression, 'reason' | 'source' | 'since' | 'until'>,
  current: Pick<Suppression, 'reason' | 'source' | 'until'>,
): boolean {
  if (current.until !== null && current.until <= next.since) return true
  const difference = STRENGTH[next.reason] - STRENGTH[current.reason]
  if (difference !== 0) return difference > 0
  if (isEcho(next) || isEcho(current)) return !isEcho(next)
  if (next.source === MIRROR && current.source === MIRROR) return LIFTABLE.includes(current.reason)
  if (current.source === MIRROR && next.until === null) return true // from now on the mirror cannot end it
  return current.until !== null && (next.until === null || current.until < next.until)
}

/** A refusal by Mandrill echoes its list. An entry of the list itself says more, such as when it ends. */
const ECHO = { source: MANDRILL, reason: 'reject' } as const satisfies Partial<Suppression>
const isEcho = ({ source, reason }: Pick<Suppression, 'source' | 'reason'>): boolean =>
  source === ECHO.source && reason === ECHO.reason

/**
 * The key that a suppression is stored under. `isApart`: only the hash of the address, for an erased person who is not on the
 * list again, since their address must not be stored anew. The address of a subscriber is stored anyway.
 */
export const placeOf = (email: string, key: string, hash: string, isApart: boolean) =>
  isApart ? { emailKey: hash, email: null } : { emailKey: key, email }
