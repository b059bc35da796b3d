// Subscribing and leaving in SQL, by the rules of core/list/membership.ts.
import { and, eq, gt, inArray, isNull, lte, or } from '../driver/drizzle.ts'
import { emailKey } from '../../../core/addresses/address.ts'
import {
  confirmed,
  confirming,
  maySubscribe,
  newRow,
  subscribeAgain,
  type Row,
} from '../../../core/list/membership.ts'
import type { SubscriberStore } from '../../../core/list/ports.ts'
import { createErasedKeys } from '../../../core/list/subscriber.ts'
import { again, isFault } from '../driver/again.ts'
import type { Sql } from '../driver/dialect.ts'
import type { createFind } from './find.ts'
import { forgetting } from './import.ts'
import { reindex, reindexing, indexing } from './search-index.ts'
import { createSuppressions, leaving, type ListOptions } from './suppressions.ts'
import { adding, changing } from './totals.ts'

type One = ReturnType<typeof createFind>['one']
type Comings = 'subscribe' | 'claimConfirmation' | 'releaseConfirmation' | 'confirm'

/** A row has changed between reading and writing: it is read again. */
const CHANGED = new Error('The subscriber has changed since they were read')

export function comings(sql: Sql, { secret }: ListOptions, one: One): Pick<SubscriberStore, Comings> {
  const { db } = sql
  const { subscribers, suppressions } = sql.tables
  const suppressionsOf = createSuppressions(sql, { secret })
  const erasedKey = createErasedKeys(secret)
  const byKey = async (key: string) => (await one(eq(subscribers.emailKey, key))) ?? null

  /** True if the subscriber had not wanted mail, and takes that back by subscribing. */
  async function lift(key: string): Promise<boolean> {
    const theirs = inArray(suppressions.emailKey, [key, erasedKey(key)])
    const wish = and(theirs, eq(suppressions.reason, 'unsubscribe'))
    return (await sql.run(db.delete(suppressions).where(wish))) > 0
  }

  async function rowOf(where: ReturnType<typeof eq>) {
    const { id, emailKey: key, email, subscribed, waiting } = subscribers
    const all = db.select({ id, key, email, subscribed, waiting }).from(subscribers)
    const [row] = await sql.read(all.where(where))
    return row
  }

  /** False if the row has changed since it was read. */
  async function change(
    { id, key, subscribed, waiting }: Pick<Row, 'id' | 'subscribed' | 'waiting'> & { readonly key: string },
    { email, name, ...to }: Partial<Row>,
  ) {
    const isAsRead = and(eq(subscribers.subscribed, subscribed), eq(subscribers.waiting, waiting))
    const isNamed = email !== undefined && name !== undefined
    const changes = isNamed ? { ...to, email, name } : to
    const update = db
      .update(subscribers)
      .set(changes)
      .where(and(eq(subscribers.id, id), isAsRead))
    const writes = [
      ...changing(sql, [key], update, subscribed, to.subscribed ?? subscribed),
      ...(isNamed ? reindexing(sql, [{ id, email, name }]) : []),
    ]
    const [changed = 0] = await again(() => sql.atomically(writes), isFault(sql, 'duplicate'))
    if (changed === 0 && isNamed) await reindex(sql, [id]) // whoever was faster has named them
    return changed > 0
  }

  async function insert(row: Row): Promise<boolean> {
    const hash = [erasedKey(row.emailKey)]
    try {
      const added = [...adding(sql, [row]), indexing(sql, [row])]
      await sql.atomically([...added, forgetting(sql, hash, row.createdAt)])
      return true
    } catch (error) {
      if (sql.fault(error) === 'duplicate') return false
      throw error
    }
  }

  return {
    async subscribe(email, name, now, isConfirmed = true) {
      const key = emailKey(email)
      const membership = isConfirmed ? 'in' : 'waits'
      if (!maySubscribe(await suppressionsOf.get(email, now)))
        return { outcome: 'suppressed', subscriber: await byKey(key) }
      // Before the row: if the process dies in between, nobody is on the list against their wish.
      const lifted = isConfirmed && (await lift(key))
      const person = { email, name, key }
      if (await insert(newRow(person, membership, now)))
        return { outcome: 'created', subscriber: await byKey(key) }
      const coming = async () => {
        const row = await rowOf(eq(subscribers.emailKey, key))
        const changes = row && subscribeAgain(row, person, { membership, lifted, now })
        if (!row || !changes) return 'exists'
        if (!(await change(row, changes))) throw CHANGED
        return 'returned'
      }
      const outcome = await again(coming, (error) => error === CHANGED)
      return { outcome, subscriber: await byKey(key) }
    },

    async claimConfirmation(id, now, everyMs) {
      const { confirmationSentAt, waiting } = subscribers
      const waits = and(eq(subscribers.id, id), gt(waiting, 0))
      const [row] = await sql.read(db.select({ asked: waiting }).from(subscribers).where(waits))
      if (!row) return undefined
      const due = or(isNull(confirmationSentAt), lte(confirmationSentAt, now - everyMs))
      const claim = db.update(subscribers).set({ confirmationSentAt: now })
      const mine = and(eq(subscribers.id, id), eq(waiting, row.asked), due)
      return (await sql.run(claim.where(mine))) > 0 ? row.asked : undefined
    },

    async releaseConfirmation(id) {
      await sql.run(db.update(subscribers).set({ confirmationSentAt: null }).where(eq(subscribers.id, id)))
    },

    async confirm(id, asked, now) {
      const row = await rowOf(eq(subscribers.id, id))
      const suppressed = row && (await suppressionsOf.get(row.email, now))
      const outcome = confirming(row, asked, suppressed)
      if (!row || outcome !== 'done') return outcome
      if (!(await change(row, confirmed(now)))) return 'unknown'
      await lift(row.key)
      return 'done'
    },
  }
}

export function leavings(
  sql: Sql,
  options: ListOptions,
): Pick<SubscriberStore, 'unsubscribe' | 'unsubscribeById'> {
  const { db } = sql
  const { subscribers } = sql.tables
  const suppressions = createSuppressions(sql, options)

  async function leave(email: string, now: number, released: { confirmationSentAt?: null } = {}) {
    const key = emailKey(email)
    const [waited = 0, left = 0] = await sql.atomically(leaving(sql, [key], now, released))
    if (waited + left > 0) return 'done'
    const mine = eq(subscribers.emailKey, key)
    const [row] = await sql.read(db.select({ id: subscribers.id }).from(subscribers).where(mine))
    return row ? 'left' : 'unknown'
  }

  return {
    unsubscribe: (email, now) => leave(email, now, { confirmationSentAt: null }),
    async unsubscribeById(id, now) {
      const emails = db.select({ email: subscribers.email }).from(subscribers)
      const [row] = await sql.read(emails.where(eq(subscribers.id, id)))
      if (!row) return 'unknown'
      const outcome = await leave(row.email, now)
      await suppressions.put({ ...row, reason: 'unsubscribe', source: 'link', since: now, until: null })
      return outcome
    },
  }
}
