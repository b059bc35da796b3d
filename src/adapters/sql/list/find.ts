// Reading the list: keyset pages in order of ids, with what is known of each address.
import { and, asc, eq, gt, isNull, lte, not, or, sql as words, type SQL } from '../driver/drizzle.ts'
import type { Subscriber, SubscriberQuery } from '../../../core/list/ports.ts'
import { emailKey } from '../../../core/address.ts'
import { foldText } from '../../../core/list/subscriber.ts'
import { isActive } from '../../../core/list/suppression.ts'
import { breath } from '../../../core/pause.ts'
import type { Sql } from '../driver/dialect.ts'
import { selectSuppression } from './suppressions.ts'

/**
 * A part of an address or name is in no index, nor who is suppressed. It is looked for in slices of the list, one statement each: whatever
 * the list's size, no statement takes long. SQLite has one thread for all that is read: others get their turn between.
 */
const SLICE = 10_000

type Filter = Omit<SubscriberQuery, 'limit' | 'after'>

/** Whether a filter asks for what is in no index of the list. */
const looksThrough = ({ email, q, suppressed, mailable }: Filter): boolean =>
  email === undefined && [q, suppressed, mailable].some((each) => each !== undefined)

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

  function isHeld(): SQL {
    const { emailKey: key, until } = suppressions
    const holds = or(isNull(until), gt(until, now()))
    return words`EXISTS (SELECT 1 FROM ${suppressions} WHERE ${key} = ${subscribers.emailKey} AND ${holds})`
  }

  function conditionOf({ email, subscribed, q, suppressed, mailable }: Filter): SQL | undefined {
    const isMailable = words`(${subscribers.subscribed} = 1 AND NOT ${isHeld()})`
    return and(
      suppressed === undefined ? undefined : suppressed ? isHeld() : not(isHeld()),
      mailable === undefined ? undefined : mailable ? isMailable : not(isMailable),
      email === undefined ? undefined : eq(subscribers.emailKey, emailKey(email)),
      subscribed === undefined ? undefined : eq(subscribers.subscribed, subscribed ? 1 : 0),
      q === undefined ? undefined : words`instr(${subscribers.search}, ${foldText(q)}) > 0`,
    )
  }

  /**
   * The same for a page. MariaDB reads the index of `subscribed` from its beginning, not from the page's: for those
   * who are subscribed, mostly nearly all, the list itself is the shorter way.
   */
  function pageOf({ subscribed, ...filter }: Filter): SQL | undefined {
    if (subscribed !== true) return conditionOf({ subscribed, ...filter })
    return and(conditionOf(filter), words`coalesce(${subscribers.subscribed}, 0) = 1`)
  }

  /** Looks through all that come after an id, slice by slice: how many in each match, and where it lies. */
  async function* slices(condition: SQL, after: string) {
    for (let from = after; ;) {
      const looked = db
        .select({ id: subscribers.id, hit: words<number>`(${condition})`.as('hit') })
        .from(subscribers)
        .where(gt(subscribers.id, from))
        .orderBy(asc(subscribers.id))
        .limit(SLICE)
        .as('looked')
      const all = words`count(*)`.mapWith(Number)
      const hits = words`coalesce(sum(${looked.hit}), 0)`.mapWith(Number)
      const end = words<string | null>`max(${looked.id})`
      const [slice] = await sql.read(db.select({ all, hits, end }).from(looked))
      if (!slice || slice.end === null) return
      const range = and(gt(subscribers.id, from), lte(subscribers.id, slice.end))
      yield { hits: slice.hits, range }
      if (slice.all < SLICE) return
      from = slice.end
      await breath()
    }
  }

  return {
    one: async (where: SQL): Promise<Subscriber | undefined> => (await rows(where, 1))[0],

    async find({ limit, after = '', ...filter }: SubscriberQuery): Promise<readonly Subscriber[]> {
      const condition = pageOf(filter)
      if (!condition || !looksThrough(filter)) return rows(and(condition, gt(subscribers.id, after)), limit)
      const found: Subscriber[] = []
      for await (const { hits, range } of slices(condition, after)) {
        if (hits > 0) found.push(...(await rows(and(condition, range), limit - found.length)))
        if (found.length >= limit) break
      }
      return found
    },

    async count(filter: Filter): Promise<number> {
      const condition = conditionOf(filter)
      if (!condition || !looksThrough(filter)) return countOf(condition)
      let count = 0
      for await (const { hits } of slices(condition, '')) count += hits
      return count
    },
  }
}

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
