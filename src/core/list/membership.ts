// The rules of membership: who may subscribe, what subscribing again and leaving change, and who may be mailed.
import { uuidv7 } from '../ids.ts'
import type { Subscriber, Suppression, SuppressionReason, Unmailable } from './ports.ts'
import { blocksSubscribing, isActive } from './suppression.ts'

/** A subscriber as stored. */
export type Row = {
  readonly id: string
  readonly email: string
  readonly emailKey: string
  readonly name: string
  readonly subscribed: number
  readonly subscribedAt: number | null
  /** Since when a request to subscribe waits to be confirmed; 0: there is none. */
  readonly waiting: number
  readonly confirmationSentAt: number | null
  readonly createdAt: number
  readonly updatedAt: number
}

export type Person = { readonly email: string; readonly key: string; readonly name: string }

/** 'in': subscribed. 'waits': asked to confirm (double opt-in). 'out': neither. */
type Membership = 'in' | 'waits' | 'out'

export function newRow({ email, key, name }: Person, membership: Membership, now: number): Row {
  return {
    id: uuidv7(now),
    email,
    emailKey: key,
    name,
    subscribed: membership === 'in' ? 1 : 0,
    subscribedAt: membership === 'in' ? now : null,
    waiting: membership === 'waits' ? now : 0,
    confirmationSentAt: null,
    createdAt: now,
    updatedAt: now,
  }
}

/** Nothing is suppressed, or only by the person's own wish, which they may take back. */
export const maySubscribe = (suppression: Pick<Suppression, 'reason'> | undefined): boolean =>
  suppression === undefined || !blocksSubscribing(suppression.reason)

/**
 * The changes when somebody subscribes again; undefined: they are subscribed already. `lifted`: by subscribing they took back
 * their wish to get no mail, whatever the row says. An empty name keeps the old one. Who waits already goes on waiting from
 * then, so that the links in earlier mails work.
 */
export function subscribeAgain(
  row: Pick<Row, 'subscribed' | 'waiting'>,
  { email, name }: Person,
  {
    membership,
    lifted,
    now,
  }: { readonly membership: 'in' | 'waits'; readonly lifted: boolean; readonly now: number },
): Partial<Row> | undefined {
  if (row.subscribed === 1 && !lifted) return undefined
  const named = name === '' ? {} : { email, name }
  const change = membership === 'in' ? joined(now) : { waiting: row.waiting || now }
  return { ...named, ...change, updatedAt: now }
}

const joined = (now: number) => ({ subscribed: 1, subscribedAt: now, waiting: 0, confirmationSentAt: null })

/** The outcome of confirming a request of `asked`: a link confirms no later request. */
export function confirming(
  row: Pick<Row, 'subscribed' | 'waiting'> | undefined,
  asked: number,
  suppression: Pick<Suppression, 'reason'> | undefined,
): 'done' | 'already' | 'unknown' {
  if (row?.subscribed === 1) return 'already'
  return row && row.waiting > 0 && row.waiting === asked && maySubscribe(suppression) ? 'done' : 'unknown'
}

export const confirmed = (now: number): Partial<Row> => ({ ...joined(now), updatedAt: now })

/** The changes when somebody leaves. The row stays. */
export const left = (now: number) => ({ subscribed: 0, waiting: 0, updatedAt: now })

/** Gets campaigns, as far as the list is concerned. */
export const isMailable = ({
  subscribed,
  suppressed,
}: Pick<Subscriber, 'subscribed' | 'suppressed'>): boolean => subscribed && suppressed === null

/** Why somebody may not be mailed now; undefined: they may. `row` is undefined for somebody who was removed. */
export function whyUnmailable(
  row:
    | {
        readonly subscribed: number
        readonly reason: SuppressionReason | null
        readonly until: number | null
      }
    | undefined,
  now: number,
): Unmailable | undefined {
  if (!row) return 'gone'
  if (row.subscribed !== 1) return 'unsubscribed'
  return row.reason !== null && isActive(row, now) ? `suppressed: ${row.reason}` : undefined
}
