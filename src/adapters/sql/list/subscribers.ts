// The mailing list in SQL, put together; and how subscribers are removed from it.
import { and, asc, desc, eq, gt, inArray, isNull, lte, or, type SQL } from '../driver/drizzle.ts'
import type { SubscriberStore } from '../../../core/list/ports.ts'
import { emailKey } from '../../../core/address.ts'
import { whyUnmailable } from '../../../core/list/membership.ts'
import { createErasedKeys } from '../../../core/list/subscriber.ts'
import { isActive, strongest } from '../../../core/list/suppression.ts'
import { breath } from '../../../core/pause.ts'
import { rowsFor, type Sql } from '../driver/dialect.ts'
import { hidden } from '../driver/hidden.ts'
import { portions } from '../driver/portions.ts'
import { createFind } from './find.ts'
import { createImport } from './import.ts'
import { comings, leavings } from './membership.ts'
import { ending, endingOf, endingUpTo } from './starts.ts'
import { createSuppressions, selectSuppression, type ListOptions } from './suppressions.ts'
import { removing } from './totals.ts'

/** Rows that are removed in one statement when all are. */
const REMOVED_AT_ONCE = 5_000

export function createSubscribers(sql: Sql, options: ListOptions): SubscriberStore {
  const { find, count, one } = createFind(sql, options.now ?? Date.now)
  return {
    ...comings(sql, options, one),
    ...leavings(sql, options),
    ...removals(sql, options),
    find,
    count,
    get: (id) => one(eq(sql.tables.subscribers.id, id)),
    import: createImport(sql, options.secret),
    unmailable: unmailable(sql),
  }
}

function removals(sql: Sql, options: ListOptions): Pick<SubscriberStore, 'remove' | 'removeAll' | 'erase'> {
  const { db } = sql
  const { subscribers, suppressions, liftings } = sql.tables
  const erasedKey = createErasedKeys(options.secret)
  const ids = () => db.select({ id: subscribers.id }).from(subscribers)
  const { putAll } = createSuppressions(sql, options)

  /**
   * Before their rows go, which alone know it of those who left by the API or a file: no import brings them back. What holds
   * already does so, too, and stays: a wish in the place of a bounce could be taken back.
   */
  async function rememberLeavers(whom: SQL): Promise<void> {
    const { email, emailKey: key, updatedAt: since, subscribed, waiting } = subscribers
    const { emailKey: held, until } = suppressions
    const holds = and(eq(held, key), or(isNull(until), gt(until, (options.now ?? Date.now)())))
    const left = and(whom, eq(hidden(subscribed), 0), eq(waiting, 0), isNull(held))
    const rows = await sql.read(
      db.select({ email, since }).from(subscribers).leftJoin(suppressions, holds).where(left),
    )
    const wish = { reason: 'unsubscribe', source: 'api', until: null } as const
    for (const some of portions(rows)) await putAll(some.map((row) => ({ ...row, ...wish })))
  }

  return {
    async remove(id) {
      await rememberLeavers(eq(subscribers.id, id))
      const [, ...removed] = await sql.atomically([
        ending(sql, [id]),
        ...removing(sql, eq(subscribers.id, id)),
      ])
      return removed.some((count) => count > 0)
    },

    // In steps: one statement for a million rows would hold up everybody else for as long as it takes.
    async removeAll() {
      const [newest] = await sql.read(ids().orderBy(desc(subscribers.id)).limit(1))
      const last = newest?.id ?? ''
      for (let end = ''; end < last; await breath()) {
        const step = ids().orderBy(asc(subscribers.id)).limit(1)
        const [row] = await sql.read(step.offset(REMOVED_AT_ONCE - 1))
        end = row && row.id < last ? row.id : last
        await rememberLeavers(lte(subscribers.id, end))
        await sql.atomically([endingUpTo(sql, end), ...removing(sql, lte(subscribers.id, end))])
      }
    },

    async erase(email, now) {
      const key = emailKey(email)
      const person = eq(subscribers.emailKey, key)
      await rememberLeavers(person)
      const mine = inArray(suppressions.emailKey, [key, erasedKey(key)])
      const held = await sql.read(db.select(selectSuppression(sql)).from(suppressions).where(mine))
      const kept = strongest(held.filter((suppression) => isActive(suppression, now)))
      const hashed = kept && { ...kept, emailKey: erasedKey(key), email: null }
      const keep = hashed ? [rowsFor(suppressions, [hashed])] : []
      await sql.atomically([
        endingOf(sql, ids().where(person)),
        ...removing(sql, person),
        db.delete(suppressions).where(mine),
        db.delete(liftings).where(eq(liftings.emailKey, key)),
        ...keep,
      ])
    },
  }
}

function unmailable(sql: Sql): SubscriberStore['unmailable'] {
  const { db } = sql
  const { subscribers, suppressions } = sql.tables
  return async (ids, now) => {
    const { reason, until } = suppressions
    const rows = await sql.read(
      db
        .select({ id: subscribers.id, subscribed: subscribers.subscribed, reason, until })
        .from(subscribers)
        .leftJoin(suppressions, eq(suppressions.emailKey, subscribers.emailKey))
        .where(inArray(subscribers.id, [...ids])),
    )
    const found = new Map(rows.map((row) => [row.id, row]))
    const verdicts = ids.map((id) => [id, whyUnmailable(found.get(id), now)] as const)
    return new Map(verdicts.flatMap(([id, why]) => (why ? [[id, why] as const] : [])))
  }
}
