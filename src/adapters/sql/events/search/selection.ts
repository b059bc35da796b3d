// Chooses the condition that leads, so that a query is answered without reading through the whole archive.
//
// Counts that stop early decide this, not the databases' statistics: SQLite has none, and a wrong guess reads the whole table.
import { and, count, eq, exists, inArray, ORDERS, type SQL } from '../../driver/drizzle.ts'
import { BEGINNING, compareCursors, type Cursor } from '../../../../core/events/cursor.ts'
import type { EventSelection } from '../../../../core/events/ports.ts'
import type { Order } from '../../../../core/ports.ts'
import type { Sql } from '../../driver/dialect.ts'
import { conditionsOf, inTime, soughtBy, type Condition, type Sought, type Table } from './conditions.ts'
import { neverCame, timeOf } from '../minute-counts.ts'
import { stretches, type Bounds } from '../places.ts'
import { allRuns } from '../runs.ts'
import { boundsOf, narrower } from '../spans.ts'
import { subjectsWith } from './subjects.ts'

/** Beyond this, a page is not found faster by knowing the exact count. */
const COUNT_LIMIT = 10_000
/** For queries that look at everything the leading condition selects, counting further pays. */
export const COUNTED_TO_LEAD = 100_000

/** Ranges of an index, each in cursor order, and the checks on what they hold. */
export type Ranges = Pick<Condition, 'table' | 'leads' | 'order'> & {
  readonly checks: readonly SQL[]
  readonly bounds: Bounds
  /** They hold many events, and the checks may leave none. */
  readonly areLong: boolean
}
/** A part of a range. */
type Slice = {
  /** Each is one range of the index, in the order of the query. */
  readonly stretches: readonly (SQL | undefined)[]
  /** More of the range comes after it. */
  readonly isFull: boolean
}
type Selection =
  | Ranges
  /** All places that may match, in cursor order, and the checks on them. */
  | { readonly places: readonly Cursor[]; readonly checks: readonly SQL[] }

/** `countLimit`: how far conditions are counted to tell which one leads. */
export function createSelecting(sql: Sql, countLimit = COUNT_LIMIT) {
  const { db } = sql
  const { events } = sql.tables

  /** Counts the entries, up to `limit`. */
  async function countOf(table: Table, leads: readonly (SQL | undefined)[], bounds: Bounds, limit: number) {
    const ranges = leads.flatMap((lead) => stretches(table, bounds).map((stretch) => and(lead, stretch)))
    const counts = ranges.map(async (range) => {
      const some = db.select({ seq: table.seq }).from(table).where(range).limit(limit).as('some')
      const [row] = await sql.read(db.select({ count: count() }).from(some))
      return row?.count ?? 0
    })
    const sum = (await Promise.all(counts)).reduce((all, each) => all + each, 0)
    return Math.min(sum, limit)
  }

  /** The place of the last entry of the next slice; undefined if fewer are left. */
  async function nthIn({ table, order }: Ranges, lead: SQL | undefined, bounds: Bounds, way: Order) {
    for (const stretch of ordered(stretches(table, bounds), way)) {
      const some = db.select({ epoch: table.epoch, seq: table.seq }).from(table).where(and(lead, stretch))
      const sorted = some.orderBy(...order.map(ORDERS[way].sorted))
      const [place] = await sql.read(sorted.limit(1).offset(sql.portion - 1))
      if (place) return place
    }
    return undefined
  }

  /** Cuts a range, from either end, into slices that are short work for a database. */
  async function* slicesOf(ranges: Ranges, lead: SQL | undefined, way: Order): AsyncGenerator<Slice> {
    for (let left = ranges.bounds; ;) {
      const end = await nthIn(ranges, lead, left, way)
      const { epoch, seq } = end ?? BEGINNING
      const upTo = way === 'asc' ? { below: { epoch, seq: seq + 1 } } : { above: { epoch, seq: seq - 1 } }
      const within = stretches(ranges.table, end ? { ...left, ...upTo } : left)
      yield { stretches: ordered(within, way), isFull: end !== undefined }
      if (!end) return
      left = way === 'asc' ? { ...left, above: end } : { ...left, below: end }
    }
  }

  /** All places that match a search text; undefined if they are many. */
  async function fewOf({ ways, words: asked }: Sought, { above, below }: Bounds) {
    const { epoch, seq } = events
    const found: Cursor[] = []
    const subjects = asked.length > 0 ? await subjectsWith(sql, asked) : []
    if (!subjects) return undefined
    for (const way of subjects.length > 0 ? [...ways, inArray(events.subject, subjects)] : ways) {
      const some = await sql.read(db.select({ epoch, seq }).from(events).where(way).limit(COUNT_LIMIT))
      if (some.length === COUNT_LIMIT) return undefined
      found.push(...some)
    }
    return found
      .sort(compareCursors)
      .filter((place, n) => n === 0 || compareCursors(place, found[n - 1] ?? place) !== 0)
      .filter((place) => !above || compareCursors(place, above) > 0)
      .filter((place) => !below || compareCursors(place, below) < 0)
  }

  async function leaderOf(conditions: readonly Condition[], bounds: Bounds) {
    const counts = await Promise.all(
      conditions.map(({ table, leads }) => countOf(table, leads, bounds, countLimit)),
    )
    const least = Math.min(...counts)
    return { leader: conditions[counts.indexOf(least)], count: least }
  }

  /**
   * True if a tag, link or subaccount came only at other times than the campaign, which the counts per minute tell: else the whole
   * campaign would be read. Pages are not bounded by that time: MariaDB would then leave the leading index.
   */
  async function neverMeet(query: EventSelection, conditions: readonly Condition[], bounds: Bounds) {
    const { campaignId, subaccount, tag, url } = query
    const told = [campaignId, subaccount].some((each) => each !== undefined)
    const asked = [campaignId, subaccount, tag, url].filter((each) => each !== undefined)
    if (!told || asked.length < 2) return false
    const time = await timeOf(sql, query)
    const theirs = time && (await boundsOf(sql, time))
    if (!theirs) return true
    const within = narrower(bounds, theirs)
    const counts = conditions.map(({ table, leads }) => countOf(table, leads, within, 1))
    return (await Promise.all(counts)).includes(0)
  }

  /** Chooses how to find what a query asks for; undefined if nothing can match. */
  async function select(query: EventSelection, asked: Bounds): Promise<Selection | undefined> {
    if (await neverCame(sql, query)) return undefined
    const isTimed = query.since !== undefined || query.until !== undefined
    const time = isTimed ? await boundsOf(sql, query) : {}
    if (!time) return undefined
    const bounds = narrower(asked, time)
    const isInRuns = [query.email, query.messageId, query.q].some((text) => text !== undefined)
    const runs = isInRuns ? await allRuns(sql) : []
    const conditions = conditionsOf(sql, query, runs)
    if (await neverMeet(query, conditions, bounds)) return undefined
    const sought = query.q === undefined ? undefined : soughtBy(sql, query.q, runs)
    const alone = conditions.length < 2 && !sought
    const { leader, count } = alone ? { leader: conditions[0], count: 0 } : await leaderOf(conditions, bounds)
    const found = sought && (await fewOf(sought, bounds))
    const timed = inTime(sql, query)
    if (found && found.length <= count)
      return { places: found, checks: [...timed, ...conditions.map(({ check }) => check)] }
    const others = conditions.filter((condition) => condition !== leader).map(({ check }) => check)
    const checks = [...timed, ...others, ...(sought ? [sought.check] : [])]
    const { table, leads, order } = leader ?? {
      table: events,
      leads: [undefined],
      order: [events.epoch, events.seq],
    }
    return { table, leads, order, checks, bounds, areLong: count >= COUNT_LIMIT }
  }

  /** The checks on events, for a select that may read from another table. */
  function onEvents(table: Table, checks: readonly SQL[]): SQL | undefined {
    if (table === events || checks.length === 0) return and(...checks)
    const same = and(eq(events.epoch, table.epoch), eq(events.seq, table.seq), ...checks)
    return exists(db.select({ seq: events.seq }).from(events).where(same))
  }

  return { select, slicesOf, onEvents }
}

/** As it is, or reversed. */
export const ordered = <T>(all: readonly T[], way: Order): readonly T[] =>
  way === 'asc' ? all : all.toReversed()
