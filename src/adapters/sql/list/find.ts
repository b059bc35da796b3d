// Reads the list: keyset pages in order of ids, with the suppression of each address.
import { and, count, eq, inArray, not, ORDERS, sql as words, type SQL } from '../driver/drizzle.ts'
import type { Subscriber, SubscriberQuery } from '../../../core/list/ports.ts'
import type { Order } from '../../../core/ports.ts'
import { emailKey } from '../../../core/addresses/address.ts'
import { isFound, soughtBy } from '../../../core/list/search.ts'
import { isActive } from '../../../core/list/suppression.ts'
import { breath } from '../../../core/pause.ts'
import { portions, type Sql } from '../driver/dialect.ts'
import { suppressedOnList } from './suppressed.ts'
import { createSearchIndex, toBytes, toId } from './search-index.ts'
import { isSuppressed, selectSuppression } from './suppressions.ts'
import { countListed } from './totals.ts'

/**
 * No index lists who is not suppressed, or has the many who match a short search term in order of ids. They are searched in slices
 * of the list, one statement each, so that no statement takes long: SQLite has one thread for all reading.
 */
const SLICE = 2_000
const STEP = 1_000

type Asked = Omit<SubscriberQuery, 'limit' | 'after' | 'order'>
type Filter = Omit<Asked, 'q'> & { readonly sought?: string | undefined }

/** Where reading begins, and in which direction. */
type Way = { readonly after: string; readonly order: Order }
/** Before all ids, and after all. */
const STARTS = { asc: '', desc: '~' }
const FROM_START: Way = { after: STARTS.asc, order: 'asc' }

const filterOf = ({ q, ...others }: Asked): Filter => ({
  ...others,
  sought: q === undefined ? undefined : soughtBy(q),
})

/** Whether a filter asks for something that is in no index of the list. */
const looksThrough = ({ email, sought, suppressed, mailable }: Filter): boolean =>
  email === undefined && [sought, suppressed, mailable].some((each) => each !== undefined)

export function createFind(sql: Sql, now: () => number) {
  const { db } = sql
  const { subscribers, suppressions } = sql.tables
  const index = createSearchIndex(sql)
  const isOwn = eq(suppressions.emailKey, subscribers.emailKey)

  const isBeyond = ({ after, order }: Way) => ORDERS[order].beyond(subscribers.id, after)
  const sorted = (order: Order) => ORDERS[order].sorted(subscribers.id)

  async function rows(where: SQL | undefined, limit: number, order: Order = 'asc'): Promise<Subscriber[]> {
    const { id, email, name, subscribed, createdAt, updatedAt } = subscribers
    const { reason, source, since, until } = selectSuppression(sql)
    const known = { id, email, name, subscribed, createdAt, updatedAt, reason, source, since, until }
    const all = db.select(known).from(subscribers).leftJoin(suppressions, isOwn).where(where)
    const found = await sql.read(all.orderBy(sorted(order)).limit(limit))
    const at = now()
    return found.map((row) => toSubscriber(row, at))
  }

  async function countOf(where: SQL | undefined): Promise<number> {
    const [row] = await sql.read(db.select({ count: count() }).from(subscribers).where(where))
    return row?.count ?? 0
  }

  /** How many of those who match are suppressed, by whether they are subscribed. Starts from the suppressions, which are fewer. */
  async function countSuppressed(sought: string | undefined): Promise<ReadonlyMap<boolean, number>> {
    const { subscribed, subscriber, emailKey: key } = suppressions
    const found = sought === undefined ? undefined : index.finds(sought, { id: subscriber, key })
    const counts = db.select({ subscribed, count: count() }).from(suppressions)
    const rows = await sql.read(counts.where(and(suppressedOnList(sql, now()), found)).groupBy(subscribed))
    return new Map(rows.map((row) => [row.subscribed === 1, row.count]))
  }

  /** How many match, or are on the list at all. */
  const countAll = (sought?: string) => (sought === undefined ? countListed(sql) : index.count(sought))

  /** How many of them have left. Starts from those who have left. */
  async function countLeft(sought: string | undefined): Promise<number> {
    const found = conditionOf({ sought })
    if (!found) return countListed(sql, false)
    let count = 0
    for await (const { hits } of slices(found, FROM_START, true)) count += hits
    return count
  }

  /** Counts by the four combinations of subscribed and suppressed, as the filter asks. */
  async function countByStatus({ suppressed, mailable, sought, ...filter }: Filter): Promise<number> {
    const isAsked = suppressed !== undefined || mailable !== undefined
    const counts = isAsked ? await countSuppressed(sought) : new Map<boolean, number>()
    const left = await countLeft(sought)
    const all = filter.subscribed === false ? left : await countAll(sought)
    let count = 0
    for (const subscribed of [true, false]) {
      if (filter.subscribed === !subscribed) continue
      const fits = (areThey: boolean) =>
        (suppressed ?? areThey) === areThey &&
        (mailable === undefined || mailable === (subscribed && !areThey))
      const theirs = counts.get(subscribed) ?? 0
      if (fits(true)) count += theirs
      if (fits(false)) count += (subscribed ? all - left : left) - theirs
    }
    return count
  }

  /** The ids of suppressed subscribers after a place, in order. */
  async function suppressedAfter({ after, order }: Way, limit: number): Promise<string[]> {
    const { subscriber } = suppressions
    const beyond = after === STARTS[order] ? undefined : ORDERS[order].beyond(subscriber, toBytes(after))
    const id = words<string>`lower(hex(${subscriber}))`
    const those = db.select({ id }).from(suppressions).where(and(suppressedOnList(sql, now()), beyond)) // prettier-ignore
    const found = await sql.read(those.orderBy(ORDERS[order].sorted(subscriber)).limit(limit))
    return found.map((row) => toId(row.id))
  }

  /** The same for those who have left. */
  async function leftAfter(way: Way, limit: number): Promise<string[]> {
    const gone = and(conditionOf({ subscribed: false }), isBeyond(way))
    const left = db.select({ id: subscribers.id }).from(subscribers).where(gone)
    return (await sql.read(left.orderBy(sorted(way.order)).limit(limit))).map((row) => row.id)
  }

  /** Those who are suppressed or have left: there is an index for each, in order of ids. */
  async function* suppressedOrLeft(filter: Filter, { after, order }: Way, limit: number) {
    const kinds = [
      ...(filter.suppressed === false ? [] : [suppressedAfter]),
      ...(filter.suppressed || filter.subscribed ? [] : [leftAfter]),
    ]
    for (let from: Way = { after, order }; ; await breath()) {
      const found = await Promise.all(kinds.map((beyond) => beyond(from, limit)))
      const ids = inOrder([...new Set(found.flat())], order)
      // If one index was not read as far as the other, ids beyond that are left to the next step.
      const [end] = inOrder(found.flatMap((some) => (some.length < limit ? [] : some.slice(-1))), order) // prettier-ignore
      const step = end === undefined ? ids : ids.slice(0, ids.indexOf(end) + 1)
      yield rows(and(inArray(subscribers.id, step), conditionOf(filter)), step.length, order)
      if (end === undefined) return
      from = { after: end, order }
    }
  }

  function conditionOf({ email, subscribed, sought, suppressed, mailable }: Filter): SQL | undefined {
    const isMailable = words`(${subscribers.subscribed} = 1 AND NOT ${isSuppressed(sql, now())})`
    return and(
      suppressed === undefined
        ? undefined
        : suppressed
          ? isSuppressed(sql, now())
          : not(isSuppressed(sql, now())),
      mailable === undefined ? undefined : mailable ? isMailable : not(isMailable),
      email === undefined ? undefined : eq(subscribers.emailKey, emailKey(email)),
      subscribed === undefined ? undefined : eq(subscribers.subscribed, subscribed ? 1 : 0),
      sought === undefined ? undefined : index.finds(sought),
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

  /** Goes through all, or all who have left, in slices: how many of each match, and where it lies. */
  async function* slices(condition: SQL, { after, order }: Way, left: boolean) {
    for (let from: Way = { after, order }; ;) {
      const looked = db
        .select({ id: subscribers.id, hit: words<number>`(${condition})`.as('hit') })
        .from(subscribers)
        .where(and(isBeyond(from), left ? eq(subscribers.subscribed, 0) : undefined))
        .orderBy(sorted(order))
        .limit(SLICE)
        .as('looked')
      const hits = words`coalesce(sum(${looked.hit}), 0)`.mapWith(Number)
      const end = words<string | null>`${order === 'asc' ? words`max` : words`min`}(${looked.id})`
      const [slice] = await sql.read(db.select({ all: count(), hits, end }).from(looked))
      if (!slice || slice.end === null) return
      const upTo = ORDERS[order].upTo(subscribers.id, slice.end)
      yield { hits: slice.hits, range: and(isBeyond(from), upTo) }
      if (slice.all < SLICE) return
      from = { after: slice.end, order }
      await breath()
    }
  }

  /** While the search index is not complete, each subscriber is compared. */
  async function* compared({ sought = '', ...filter }: Filter, { after, order }: Way) {
    for (let from: Way = { after, order }; ; await breath()) {
      const step = await rows(and(pageOf(filter), isBeyond(from)), STEP, order)
      yield step.filter((person) => isFound(person, sought))
      if (step.length < STEP) return
      from = { after: step.at(-1)?.id ?? '', order }
    }
  }

  async function* withIds(ids: readonly string[], condition: SQL | undefined, order: Order) {
    for (const some of portions(ids, STEP))
      yield rows(and(inArray(subscribers.id, some), condition), STEP, order)
  }

  /** The matching subscribers, in steps, if the search term leads to few, or the index is not complete. */
  async function foundBy({ sought, ...others }: Filter, way: Way, limit: number) {
    if (sought === undefined) return undefined
    if (!(await index.areComplete())) return compared({ sought, ...others }, way)
    const found = await index.few(sought)
    if (!found) return undefined
    const ids = idsBeyond(found, way)
    const condition = conditionOf(others)
    return withIds(condition ? ids : ids.slice(0, limit), condition, way.order)
  }

  async function* steps(filter: Filter, way: Way, limit: number): AsyncGenerator<Subscriber[]> {
    const found = await foundBy(filter, way, limit)
    if (found) return yield* found
    const condition = pageOf(filter)
    if (!condition || !looksThrough(filter))
      return yield rows(and(condition, isBeyond(way)), limit, way.order)
    if (filter.suppressed === true || filter.mailable === false)
      return yield* suppressedOrLeft(filter, way, filter.sought === undefined ? Math.min(limit, STEP) : STEP)
    for await (const { hits, range } of slices(condition, way, filter.subscribed === false))
      if (hits > 0) yield rows(and(condition, range), limit, way.order)
  }

  async function countFound(filter: Filter): Promise<number | undefined> {
    const { sought, ...others } = filter
    if (sought === undefined) return undefined
    if (!conditionOf(others) && (await index.areComplete())) return index.count(sought)
    const found = await foundBy(filter, FROM_START, Infinity)
    let count = 0
    for await (const step of found ?? []) count += step.length
    return found && count
  }

  return {
    one: async (where: SQL): Promise<Subscriber | undefined> => (await rows(where, 1))[0],

    async find({ limit, after, order = 'asc', ...asked }: SubscriberQuery): Promise<readonly Subscriber[]> {
      const found: Subscriber[] = []
      for await (const step of steps(filterOf(asked), { after: after ?? STARTS[order], order }, limit)) {
        found.push(...step)
        if (found.length >= limit) break
      }
      return found.slice(0, limit)
    },

    async count(asked: Asked): Promise<number> {
      const filter = filterOf(asked)
      const found = await countFound(filter)
      if (found !== undefined) return found
      return filter.email === undefined ? countByStatus(filter) : countOf(conditionOf(filter))
    },
  }
}

const inOrder = (ids: string[], order: Order): string[] =>
  order === 'asc' ? ids.sort() : ids.sort().reverse()

/** Those of the sorted ids that come after the page's place. */
function idsBeyond(ids: readonly string[], { after, order }: Way): readonly string[] {
  return order === 'asc' ? ids.filter((id) => id > after) : ids.filter((id) => id < after).toReversed()
}

type Row = Pick<Subscriber, 'id' | 'email' | 'name' | 'createdAt' | 'updatedAt'> & { subscribed: number } & {
  [K in 'reason' | 'source' | 'since' | 'until']: NonNullable<Subscriber['suppressed']>[K] | null
}

function toSubscriber({ reason, source, since, until, subscribed, ...row }: Row, now: number): Subscriber {
  const isStill = reason !== null && source !== null && since !== null && isActive({ until }, now)
  return {
    ...row,
    subscribed: subscribed === 1,
    suppressed: isStill ? { email: row.email, reason, source, since, until } : null,
  }
}
