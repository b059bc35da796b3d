// The rules of membership: who may come, what coming again does, what leaving does, and who may be mailed.
import { uuidv7 } from '../ids.ts'
import type { Subscriber, Suppression, SuppressionReason, Unmailable } from './ports.ts'
import { blocksSubscribing, isActive } from './suppression.ts'

/** A person on the list, as it is kept. */
export type Row = {
  readonly id: string
  readonly email: string
  readonly emailKey: string
  readonly name: string
  readonly subscribed: number
  readonly subscribedAt: number | null
  /** Since when one has asked to be subscribed without having confirmed it; 0: does not wait. */
  readonly waiting: number
  readonly confirmationSentAt: number | null
  readonly createdAt: number
  readonly updatedAt: number
}

export type Person = { readonly email: string; readonly key: string; readonly name: string }

/** 'in' is on the list; 'waits' is asked to confirm it (double opt-in); 'out' is neither, and nobody has asked. */
type Standing = 'in' | 'waits' | 'out'

export function newRow({ email, key, name }: Person, standing: Standing, now: number): Row {
  return {
    id: uuidv7(now),
    email,
    emailKey: key,
    name,
    subscribed: standing === 'in' ? 1 : 0,
    subscribedAt: standing === 'in' ? now : null,
    waiting: standing === 'waits' ? now : 0,
    confirmationSentAt: null,
    createdAt: now,
    updatedAt: now,
  }
}

/** What holds may be taken back by the person themselves, or nothing does. */
export const mayCome = (held: Pick<Suppression, 'reason'> | undefined): boolean =>
  held === undefined || !blocksSubscribing(held.reason)

/**
 * What changes of one who comes again; undefined: is on the list already. `lifted`: has taken back a wish not to get mail
 * by it, whatever the row said. An empty name leaves the name of before. Who waits already has waited since then: the
 * links of all mails of that time work.
 */
export function comeAgain(
  row: Pick<Row, 'subscribed' | 'waiting'>,
  { email, name }: Person,
  {
    standing,
    lifted,
    now,
  }: { readonly standing: 'in' | 'waits'; readonly lifted: boolean; readonly now: number },
): Partial<Row> | undefined {
  if (row.subscribed === 1 && !lifted) return undefined
  const named = name === '' ? {} : { email, name }
  const change = standing === 'in' ? joined(now) : { waiting: row.waiting || now }
  return { ...named, ...change, updatedAt: now }
}

const joined = (now: number) => ({ subscribed: 1, subscribedAt: now, waiting: 0, confirmationSentAt: null })

/** What confirming comes to, of one who waits since `asked`: a link confirms nothing that was asked later. */
export function confirming(
  row: Pick<Row, 'subscribed' | 'waiting'> | undefined,
  asked: number,
  held: Pick<Suppression, 'reason'> | undefined,
): 'done' | 'already' | 'unknown' {
  if (row?.subscribed === 1) return 'already'
  return row && row.waiting > 0 && row.waiting === asked && mayCome(held) ? 'done' : 'unknown'
}

export const confirmed = (now: number): Partial<Row> => ({ ...joined(now), updatedAt: now })

/** Of one who is on the list, or waits to be. The row stays. */
export const left = (now: number) => ({ subscribed: 0, waiting: 0, updatedAt: now })

/** Gets campaigns, as far as the list says it. */
export const isMailable = ({
  subscribed,
  suppressed,
}: Pick<Subscriber, 'subscribed' | 'suppressed'>): boolean => subscribed && suppressed === null

/** Why somebody gets no mail now; undefined: they may be mailed. `row` is undefined for one who is gone. */
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
