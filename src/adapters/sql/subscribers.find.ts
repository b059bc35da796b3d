// Reading the list: keyset pages in order of ids, with what is known of each address.
import { and, asc, eq, gt, lte, sql as words, type SQL } from 'drizzle-orm'
import type { Subscriber, SubscriberQuery } from '../../core/mailing/ports.ts'
import { emailKey, foldText, isActive } from '../../core/mailing/subscriber.ts'
import type { Sql } from './dialect.ts'
import { selectSuppression } from './suppressions.ts'

/**
 * A part of an address or name is in no index. It is looked for in slices of the list, one statement each: whatever
 * the list's size, no statement takes long, and SQLite, which works in this process, holds up nobody else.
 */
const SLICE = 10_000

type Filter = Omit<SubscriberQuery, 'limit' | 'after'>

export function createFind(sql: Sql, now: () => number) {
  const { db } = sql
  const { subscribers, suppressions } = sql.tables

  async function rows(where: SQL | undefined, limit: number): Promise<Subscriber[]> {
    const { id, email, name, subscribed, createdAt, updatedAt } = subscribers
    const { reason, source, since, until } = selectSuppression(sql)
    const found = await sql.read(
      db
        .select({ id, email, name, subscribed, createdAt, updatedAt, reason, source, since, until })
        .from(subscribers)
        .leftJoin(suppressions, eq(suppressions.emailKey, subscribers.emailKey))
        .where(where)
        .orderBy(asc(subscribers.id))
        .limit(limit),
    )
    const at = now()
    return found.map((row) => toSubscriber(row, at))
  }

  async function countOf(where: SQL | undefined): Promise<number> {
    const count = words`count(*)`.mapWith(Number)
    const [row] = await sql.read(db.select({ count }).from(subscribers).where(where))
    return row?.count ?? 0
  }

  function conditionOf({ email, subscribed, q }: Filter): SQL | undefined {
    return and(
      email === undefined ? undefined : eq(subscribers.emailKey, emailKey(email)),
      subscribed === undefined ? undefined : eq(subscribers.subscribed, subscribed ? 1 : 0),
      q === undefined ? undefined : words`instr(${subscribers.search}, ${foldText(q)}) > 0`,
    )
  }

  /** Ranges of ids that hold SLICE rows each, and together all that come after an id. */
  async function* slices(after: string): AsyncGenerator<SQL | undefined> {
    for (let from = after; ;) {
      const beyond = gt(subscribers.id, from)
      const [end] = await sql.read(
        db
          .select({ id: subscribers.id })
          .from(subscribers)
          .where(beyond)
          .orderBy(asc(subscribers.id))
          .limit(1)
          .offset(SLICE - 1),
      )
      yield and(beyond, end && lte(subscribers.id, end.id))
      if (!end) return
      from = end.id
      await breath()
    }
  }

  return {
    one: async (where: SQL): Promise<Subscriber | undefined> => (await rows(where, 1))[0],

    async find({ limit, after = '', ...filter }: SubscriberQuery): Promise<readonly Subscriber[]> {
      const condition = conditionOf(filter)
      if (filter.q === undefined) return rows(and(condition, gt(subscribers.id, after)), limit)
      const found: Subscriber[] = []
      for await (const slice of slices(after)) {
        found.push(...(await rows(and(condition, slice), limit - found.length)))
        if (found.length >= limit) break
      }
      return found
    },

    async count(filter: Filter): Promise<number> {
      const condition = conditionOf(filter)
      if (filter.q === undefined) return countOf(condition)
      let count = 0
      for await (const slice of slices('')) count += await countOf(and(condition, slice))
      return count
    },
  }
}

/** Lets others have their turn. */
export const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

type Row = Pick<Subscriber, 'id' | 'email' | 'name' | 'createdAt' | 'updatedAt'> & { subscribed: number } & {
  [K in 'reason' | 'source' | 'since' | 'until']: NonNullable<Subscriber['suppressed']>[K] | null
}

function toSubscriber({ reason, source, since, until, subscribed, ...row }: Row, now: number): Subscriber {
  const held = reason !== null && source !== null && since !== null && isActive({ until }, now)
  return {
    ...row,
    subscribed: subscribed === 1,
    suppressed: held ? { email: row.email, reason, source, since, until } : null,
  }
}
