// Searching the archive: pages in cursor order that stay fast whichever filters are given.
//
// A page is found in two steps. First its places, from the index of one filter, which alone gives them in
// order; the other filters are looked up for each. Then the rows of those places that fit. Which filter leads is
// decided by a count that gives up early, not by the databases' statistics: SQLite has none, and a wrong
// guess reads the whole table.
import {
  and,
  asc,
  desc,
  eq,
  exists,
  getTableColumns,
  gt,
  inArray,
  lt,
  or,
  sql as words,
  type SQL,
} from '../driver/drizzle.ts'
import { compareCursors, formatCursor, type Cursor } from '../../../core/events/cursor.ts'
import type { ArchivedEvent, EventArchive, EventQuery } from '../../../core/events/ports.ts'
import { isWanted, LIST_KINDS } from '../../../core/events/filter.ts'
import { factsOfOlder } from '../../../core/events/providers/providers.ts'
import type { Place, Sql } from '../driver/dialect.ts'
import { KEY_LENGTH, keyOf } from '../driver/keys.ts'
import { fromParts } from '../driver/texts.ts'

/** A filter that leads no page is not worth counting further. */
const COUNT_LIMIT = 10_000
/** Of a page's data: one event may be as large as a webhook's body, and a page is a thousand of them. */
const PAGE_BYTES = 8 * 1024 * 1024
/** Few: where the texts are long, MySQL has to read them to tell. SQLite does not. */
const SIZES_AT_ONCE = 100
/** At least, where texts have to be read to tell: one by one would take too many questions. */
const LOOKED_THROUGH = 200

type Table = Sql['tables']['events'] | Sql['tables']['eventTags']

type Condition = {
  /** The table whose index leads, with one condition for each value: the index is in order within each. */
  readonly table: Table
  readonly leads: readonly SQL[]
  /** The same as a condition on events, worded so that no index is tempting. */
  readonly check: SQL
}

export function createSearch(sql: Sql): EventArchive['find'] {
  const { db } = sql
  const { events, eventTexts } = sql.tables

  async function countOf({ table, leads }: Condition, query: EventQuery): Promise<number> {
    const ranges = leads.flatMap((lead) => stretches(table, query).map((stretch) => and(lead, stretch)))
    const counts = ranges.map(async (range) => {
      const some = db.select({ seq: table.seq }).from(table).where(range).limit(COUNT_LIMIT).as('some')
      const [row] = await sql.read(db.select({ count: words`count(*)`.mapWith(Number) }).from(some))
      return row?.count ?? 0
    })
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
  }

  async function selective(conditions: readonly Condition[], query: EventQuery) {
    if (conditions.length < 2) return conditions[0]
    const counts = await Promise.all(conditions.map((condition) => countOf(condition, query)))
    return conditions[counts.indexOf(Math.min(...counts))]
  }

  /** A condition on events, for a select that reads from another table. */
  function onEvents(table: Table, checks: readonly SQL[]): SQL | undefined {
    if (table === events || checks.length === 0) return and(...checks)
    const same = and(eq(events.epoch, table.epoch), eq(events.seq, table.seq), ...checks)
    return exists(db.select({ seq: events.seq }).from(events).where(same))
  }

  async function placesOf(table: Table, condition: SQL | undefined, query: EventQuery): Promise<Cursor[]> {
    const direction = query.after ? asc : desc
    const found: Cursor[] = []
    for (const stretch of stretches(table, query)) {
      const select = db
        .select({ epoch: table.epoch, seq: table.seq })
        .from(table)
        .where(and(condition, stretch))
        .orderBy(direction(table.epoch), direction(table.seq))
        .limit(query.limit - found.length)
      found.push(...(await sql.read(select)))
      if (found.length === query.limit) break
    }
    return found
  }

  async function places(query: EventQuery): Promise<Cursor[]> {
    const conditions = conditionsOf(sql, query)
    const leader = await selective(conditions, query)
    const { table, leads } = leader ?? { table: events, leads: [undefined] }
    const checks = conditions.filter((condition) => condition !== leader).map(({ check }) => check)
    const pages = leads.map((lead) => placesOf(table, and(lead, onEvents(table, checks)), query))
    return (await Promise.all(pages)).flat().sort(inOrder(query)).slice(0, query.limit)
  }

  async function sizesAt(places: readonly Cursor[]): Promise<ReadonlyMap<string, number>> {
    const { epoch, seq, text } = eventTexts
    const bytes = words`sum(octet_length(${text}))`.mapWith(Number)
    const rows = await sql.read(
      db
        .select({ epoch, seq, bytes })
        .from(eventTexts)
        .where(inPlaces(eventTexts, places))
        .groupBy(epoch, seq),
    )
    return new Map(rows.map((row) => [formatCursor(row), row.bytes]))
  }

  /** The first of these places whose events fit into a page, and one at least. */
  async function fitting(places: readonly Cursor[]): Promise<readonly Cursor[]> {
    if (places.length < 2) return places
    let bytes = 0
    for (let start = 0; start < places.length; start += SIZES_AT_ONCE) {
      const some = places.slice(start, start + SIZES_AT_ONCE)
      const sizes = await sizesAt(some)
      const end = some.findIndex((place) => (bytes += sizes.get(formatCursor(place)) ?? 0) > PAGE_BYTES)
      if (end >= 0) return places.slice(0, Math.max(start + end, 1))
    }
    return places
  }

  async function eventsAt(places: readonly Cursor[]): Promise<ArchivedEvent[]> {
    const { epoch, seq, kind, receivedAt } = events
    const [rows, parts] = await Promise.all([
      sql.read(db.select({ epoch, seq, kind, receivedAt }).from(events).where(inPlaces(events, places))),
      sql.read(db.select(getTableColumns(eventTexts)).from(eventTexts).where(inPlaces(eventTexts, places))),
    ])
    const texts = Map.groupBy(parts, formatCursor)
    return rows.map(({ kind, receivedAt, ...cursor }) => {
      const parts = texts.get(formatCursor(cursor)) ?? []
      const data = fromParts(parts)
      const { facts = null, more = null } = parts.find(({ part }) => part === 0) ?? {}
      const told = facts === null ? factsOfOlder(kind, data) : { facts, more }
      return { cursor, kind, receivedAt, data, ...told }
    })
  }

  async function page(query: EventQuery): Promise<ArchivedEvent[]> {
    const found: ArchivedEvent[] = []
    for (const chunk of chunks(await fitting(await places(query)))) found.push(...(await eventsAt(chunk)))
    const order = inOrder(query)
    return found.sort((a, b) => order(a.cursor, b.cursor))
  }

  /** Of which list an event is stands in its facts only: all of these kinds are looked through, page by page. */
  async function findInLists(query: EventQuery): Promise<ArchivedEvent[]> {
    const found: ArchivedEvent[] = []
    const kinds = [...(query.kinds ?? []), ...LIST_KINDS]
    let from: EventQuery = { ...query, kinds, limit: Math.max(query.limit, LOOKED_THROUGH) }
    let bytes = 0
    for (;;) {
      const read = await page(from)
      const last = read.at(-1)
      if (!last) return found
      for (const event of read) {
        if (!isWanted(event, query)) continue
        bytes += Buffer.byteLength(event.data)
        if (found.length > 0 && bytes > PAGE_BYTES) return found
        found.push(event)
        if (found.length === query.limit) return found
      }
      from = { ...from, [query.after ? 'after' : 'before']: last.cursor }
    }
  }

  return (query) => (query.kinds && query.lists ? findInLists(query) : page(query))
}

function inOrder({ after }: EventQuery): (a: Cursor, b: Cursor) => number {
  return after ? compareCursors : (a, b) => compareCursors(b, a)
}

/**
 * What is asked for, as stretches that each are one range of an index, the nearest first. As one condition it
 * would be a comparison of pairs: MySQL finds no range in that, and MariaDB not always one in the same
 * written with OR.
 */
function stretches({ epoch, seq }: Place, { before, after }: EventQuery): (SQL | undefined)[] {
  const from = after ?? before
  if (!from) return [undefined]
  const beyond = after ? gt : lt
  const until =
    after && before && or(lt(epoch, before.epoch), and(eq(epoch, before.epoch), lt(seq, before.seq)))
  const sameEpoch = and(eq(epoch, from.epoch), beyond(seq, from.seq), until)
  return [sameEpoch, and(beyond(epoch, from.epoch), until)]
}

/** A statement takes a limited number of values. */
export function chunks(places: readonly Cursor[]): Cursor[][] {
  const count = Math.ceil(places.length / 1_000)
  return Array.from({ length: count }, (_, n) => places.slice(n * 1_000, (n + 1) * 1_000))
}

/** Rows at certain places: by epoch, because neither database uses an index well for a list of pairs. */
export function inPlaces(table: Place, places: readonly Cursor[]): SQL | undefined {
  const epochs = Map.groupBy(places, ({ epoch }) => epoch)
  return or(
    ...[...epochs].map(([epoch, within]) =>
      and(
        eq(table.epoch, epoch),
        inArray(
          table.seq,
          within.map(({ seq }) => seq),
        ),
      ),
    ),
  )
}

/** The one that tends to select the fewest comes first. */
function conditionsOf({ db, tables }: Sql, query: EventQuery): Condition[] {
  const { events, eventTags } = tables
  const conditions: Condition[] = []
  const { kinds, email, messageId, campaignId, tag } = query
  const columns = [
    [events.messageId, messageId, KEY_LENGTH.messageId],
    [events.email, email, KEY_LENGTH.email],
    [events.campaignId, campaignId, KEY_LENGTH.campaignId],
  ] as const
  for (const [column, text, length] of columns) {
    if (text === undefined) continue
    const key = keyOf(text, length)
    conditions.push({ table: events, leads: [eq(column, key)], check: eq(hidden(column), key) })
  }
  if (tag !== undefined) {
    const lead = eq(eventTags.tag, keyOf(tag, KEY_LENGTH.tag))
    const same = and(eq(eventTags.epoch, events.epoch), eq(eventTags.seq, events.seq), lead)
    const check = exists(db.select({ seq: eventTags.seq }).from(eventTags).where(same))
    conditions.push({ table: eventTags, leads: [lead], check })
  }
  if (kinds) {
    const distinct = [...new Set(kinds)]
    const leads = distinct.map((kind) => eq(events.kind, kind))
    const check = distinct.length === 0 ? words`1 = 0` : inArray(hidden(events.kind), distinct)
    conditions.push({ table: events, leads, check })
  }
  return conditions
}

/** A column that no index is used for: another one leads, and this one's would only disturb it. */
export function hidden(column: unknown): SQL {
  return words`coalesce(${column}, '')`
}
