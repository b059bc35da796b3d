// The mailing list in SQL: puts its parts together, and removes subscribers.
import { and, asc, desc, eq, hidden, inArray, lte, not, type SQL } from '../driver/drizzle.ts'
import type { SubscriberStore } from '../../../core/list/ports.ts'
import { emailKey } from '../../../core/addresses/address.ts'
import { whyUnmailable } from '../../../core/list/membership.ts'
import { createErasedKeys } from '../../../core/list/subscriber.ts'
import { isActive, strongest } from '../../../core/list/suppression.ts'
import { breath } from '../../../core/pause.ts'
import { again } from '../driver/again.ts'
import { portions, rowsFor, type Sql, type Write } from '../driver/dialect.ts'
import { createFind } from './find.ts'
import { createImport } from './import.ts'
import { comings, leavings } from './membership.ts'
import { unindexing, unindexingOf, unindexingUpTo, toBytes } from './search-index.ts'
import { createSuppressions, isSuppressed, selectSuppression, type ListOptions } from './suppressions.ts'
import { removing } from './totals.ts'

/** Rows per statement when the whole list is removed. */
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
  const { now = Date.now, secret } = options
  const erasedKey = createErasedKeys(secret)
  const ids = () => db.select({ id: subscribers.id }).from(subscribers)
  const { putAll } = createSuppressions(sql, options)

  const { subscribed, waiting } = subscribers
  /** Who has left, by their row. */
  const left = and(eq(hidden(subscribed), 0), eq(waiting, 0))
  /** What holds already keeps them out, too, and stays: a wish in the place of a bounce could be taken back. */
  const isForgotten = () => and(left, not(isSuppressed(sql, now())))

  /** Before their rows go, which alone know it of those who left by the API or a file: no import brings them back. */
  async function rememberLeavers(whom: SQL): Promise<void> {
    const forgotten = and(whom, isForgotten())
    const rows = await sql.read(db.select({ email: subscribers.email }).from(subscribers).where(forgotten))
    // Since now, and not since they left: what was in force meanwhile, and is over, gives way whatever it was.
    const wish = { reason: 'unsubscribe', source: 'api', since: now(), until: null } as const
    for (const some of portions(rows)) await putAll(some.map((row) => ({ ...row, ...wish })))
  }

  /** Whoever leaves before the transaction has their row makes it fail, as does who erases them as well. Then all is read again. */
  function removeRemembering(whom: SQL, writes: () => Promise<readonly Write[]>) {
    const removal = async () => {
      await rememberLeavers(whom)
      return sql.atomically(await writes())
    }
    return again(removal, (error) => sql.fault(error) !== undefined)
  }
  const removingHeld = (whom: SQL, noted: SQL) => removing(sql, whom, noted, isForgotten())

  return {
    async remove(id) {
      const mine = eq(subscribers.id, id)
      const noted = eq(suppressions.subscriber, toBytes(id))
      const removal = async () => [unindexing(sql, [id]), ...removingHeld(mine, noted)]
      const [, ...removed] = await removeRemembering(mine, removal)
      return removed.some((count) => count > 0)
    },

    // In steps: one statement for a million rows would block everybody else.
    async removeAll() {
      const [newest] = await sql.read(ids().orderBy(desc(subscribers.id)).limit(1))
      const last = newest?.id ?? ''
      for (let end = ''; end < last; await breath()) {
        const step = ids().orderBy(asc(subscribers.id)).limit(1)
        const [row] = await sql.read(step.offset(REMOVED_AT_ONCE - 1))
        end = row && row.id < last ? row.id : last
        const these = lte(subscribers.id, end)
        const noted = lte(suppressions.subscriber, toBytes(end))
        await removeRemembering(these, async () => [unindexingUpTo(sql, end), ...removingHeld(these, noted)])
      }
    },

    async erase(email, at) {
      const own = emailKey(email)
      const person = eq(subscribers.emailKey, own)
      const mine = inArray(suppressions.emailKey, [own, erasedKey(own)])
      await removeRemembering(person, async () => {
        const all = await sql.read(db.select(selectSuppression(sql)).from(suppressions).where(mine))
        const kept = strongest(all.filter((suppression) => isActive(suppression, at)))
        const hashed = kept && { ...kept, emailKey: erasedKey(own), email: null }
        return [
          unindexingOf(sql, ids().where(person)),
          // What is suppressed since it was read goes with the rest.
          ...removing(sql, person, mine, hashed ? undefined : left),
          db.delete(suppressions).where(mine),
          db.delete(liftings).where(eq(liftings.emailKey, own)),
          ...(hashed ? [rowsFor(suppressions, [hashed])] : []),
        ]
      })
    },
  }
}

function unmailable(sql: Sql): SubscriberStore['unmailable'] {
  const { db } = sql
  const { subscribers, suppressions } = sql.tables
  return async (ids, now) => {
    const { reason, until } = suppressions
    const { id, subscribed } = subscribers
    const all = db.select({ id, subscribed, reason, until }).from(subscribers)
    const known = all.leftJoin(suppressions, eq(suppressions.emailKey, subscribers.emailKey))
    const rows = await sql.read(known.where(inArray(id, [...ids])))
    const found = new Map(rows.map((row) => [row.id, row]))
    const verdicts = ids.map((id) => [id, whyUnmailable(found.get(id), now)] as const)
    return new Map(verdicts.flatMap(([id, why]) => (why ? [[id, why] as const] : [])))
  }
}
