// Who comes and who leaves: subscribing, confirming, unsubscribing.
import { and, eq, gt, inArray, isNull, lte, or, sql as words } from '../driver/drizzle.ts'
import type { SubscriberStore } from '../../../core/list/ports.ts'
import { emailKey } from '../../../core/address.ts'
import { blocksSubscribing, createErasedKeys, searchText } from '../../../core/list/subscriber.ts'
import { rowsFor, type Sql } from '../driver/dialect.ts'
import type { createFind } from './find.ts'
import { forgetting, newSubscriber } from './import.ts'
import { createSuppressions, type ListOptions } from './suppressions.ts'

type One = ReturnType<typeof createFind>['one']
type Comings = 'subscribe' | 'claimConfirmation' | 'releaseConfirmation' | 'confirm'

export function comings(sql: Sql, { secret }: ListOptions, one: One): Pick<SubscriberStore, Comings> {
  const { db } = sql
  const { subscribers, suppressions } = sql.tables
  const suppressionsOf = createSuppressions(sql, { secret })
  const erasedKey = createErasedKeys(secret)
  const byKey = async (key: string) => (await one(eq(subscribers.emailKey, key))) ?? null

  /** True when the subscriber had said not to want mail, and takes it back by this. */
  async function lift(key: string): Promise<boolean> {
    const wish = and(
      inArray(suppressions.emailKey, [key, erasedKey(key)]),
      eq(suppressions.reason, 'unsubscribe'),
    )
    return (await sql.run(db.delete(suppressions).where(wish))) > 0
  }

  /** Who waits already has waited since then: the links of all mails of that time work. */
  const sinceFirst = (now: number) =>
    words`CASE WHEN ${subscribers.waiting} > 0 THEN ${subscribers.waiting} ELSE ${now} END`

  async function isBlocked(email: string, now: number): Promise<boolean> {
    const held = await suppressionsOf.get(email, now)
    return held !== undefined && blocksSubscribing(held.reason)
  }

  async function insert(row: ReturnType<typeof newSubscriber>): Promise<boolean> {
    const hash = [erasedKey(row.emailKey)]
    try {
      await sql.atomically([rowsFor(subscribers, [row]), forgetting(sql, hash, row.createdAt)])
      return true
    } catch (error) {
      if (sql.fault(error) === 'duplicate') return false
      throw error
    }
  }

  return {
    async subscribe(email, name, now, confirmed = true) {
      const key = emailKey(email)
      if (await isBlocked(email, now)) return { outcome: 'suppressed', subscriber: await byKey(key) }
      // Before the row: if this process dies between the two, nobody is on the list against their own wish.
      const lifted = confirmed && (await lift(key))
      const row = newSubscriber({ email, name, key }, now, confirmed)
      if (await insert(row)) return { outcome: 'created', subscriber: await byKey(key) }
      const { subscribed, subscribedAt, waiting, confirmationSentAt, updatedAt } = row
      const as = name === '' ? {} : { email, name, search: searchText(email, name) }
      const change = confirmed
        ? { subscribed, subscribedAt, waiting, confirmationSentAt }
        : { waiting: sinceFirst(waiting) }
      const away = and(eq(subscribers.emailKey, key), lifted ? undefined : eq(subscribers.subscribed, 0))
      const back = db
        .update(subscribers)
        .set({ ...as, ...change, updatedAt })
        .where(away)
      const outcome = (await sql.run(back)) > 0 ? 'returned' : 'exists'
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
      const subscriber = await one(eq(subscribers.id, id))
      if (!subscriber) return 'unknown'
      if (subscriber.subscribed) return 'already'
      if (await isBlocked(subscriber.email, now)) return 'unknown'
      const released = { waiting: 0, confirmationSentAt: null }
      const confirmed = { subscribed: 1, subscribedAt: now, ...released, updatedAt: now }
      const waits = and(eq(subscribers.id, id), gt(subscribers.waiting, 0), eq(subscribers.waiting, asked))
      if ((await sql.run(db.update(subscribers).set(confirmed).where(waits))) === 0) return 'unknown'
      await lift(emailKey(subscriber.email))
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
    const mine = eq(subscribers.emailKey, emailKey(email))
    const wants = or(eq(subscribers.subscribed, 1), gt(subscribers.waiting, 0))
    const left = { subscribed: 0, waiting: 0, ...released, updatedAt: now }
    if ((await sql.run(db.update(subscribers).set(left).where(and(mine, wants)))) > 0) return 'done'
    const [row] = await sql.read(db.select({ id: subscribers.id }).from(subscribers).where(mine))
    return row ? 'left' : 'unknown'
  }

  return {
    unsubscribe: (email, now) => leave(email, now, { confirmationSentAt: null }),
    async unsubscribeById(id, now) {
      const [row] = await sql.read(
        db.select({ email: subscribers.email }).from(subscribers).where(eq(subscribers.id, id)),
      )
      if (!row) return 'unknown'
      const outcome = await leave(row.email, now)
      await suppressions.put({ ...row, reason: 'unsubscribe', source: 'link', since: now, until: null })
      return outcome
    },
  }
}
