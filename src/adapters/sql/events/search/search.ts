// Searching the archive: pages in cursor order that stay fast whichever filters are given.
//
// A page is found in two steps. First its places, from the index of the filter that leads, in order, checking the other filters
// on each (see selection.ts). Then the rows of those places, as many as fit.
import { and, hidden, ORDERS, sql as words, type SQL } from '../../driver/drizzle.ts'
import { compareCursors, formatCursor, type Cursor } from '../../../../core/events/cursor.ts'
import type { ArchivedEvent, EventArchive, EventQuery } from '../../../../core/events/ports.ts'
import { isWanted, LIST_KINDS } from '../../../../core/events/filter.ts'
import { factsOfOlder } from '../../../../core/events/providers/providers.ts'
import { portions, type Sql } from '../../driver/dialect.ts'
import { fromParts } from '../../driver/texts.ts'
import { textsIn, type InBlock, type Texts } from '../blocks.ts'
import { inPlaces, stretches } from '../places.ts'
import { COUNTED_TO_LEAD, createSelecting, ordered, type Ranges } from './selection.ts'

/** The data of one page: an event may be as large as a webhook's body, and a page has up to a thousand. */
const PAGE_BYTES = 8 * 1024 * 1024
/** Few, because MySQL has to read long texts to tell their size; SQLite does not. */
const SIZES_AT_ONCE = 100
/** The smallest page to read where only the texts tell what matches: single ones would take too many statements. */
const LOOKED_THROUGH = 200

type Row = InBlock & Pick<ArchivedEvent, 'kind' | 'receivedAt'>
const isApart = ({ block }: Row): boolean => block === null

export function createSearch(sql: Sql): EventArchive['find'] {
  const { db } = sql
  const { events, eventTexts } = sql.tables
  const quick = createSelecting(sql)
  const thorough = createSelecting(sql, COUNTED_TO_LEAD)
  const { slicesOf, onEvents } = quick

  /**
   * The places in one range. Where the checks may leave few of many, the range is read slice by slice. On trial only the first
   * slice is read: undefined if that does not fill the page, and there are more.
   */
  async function placesIn(ranges: Ranges, lead: SQL | undefined, query: EventQuery, isTrial: boolean) {
    const { table, checks, bounds, order, areLong } = ranges
    const way = query.after ? 'asc' : 'desc'
    const whole = { stretches: ordered(stretches(table, bounds), way), isFull: false }
    const where = and(lead, onEvents(table, checks))
    // A slice is short, so sorting it is cheap: an order that no index has makes SQLite use the leading index, not cursor order.
    const sorting = order.map((column) => ORDERS[way].sorted(areLong ? hidden(column) : column))
    const found: Cursor[] = []
    for await (const slice of areLong ? slicesOf(ranges, lead, way) : [whole]) {
      for (const stretch of slice.stretches) {
        const some = db
          .select({ epoch: table.epoch, seq: table.seq })
          .from(table)
          .where(and(where, stretch))
          .orderBy(...sorting)
          .limit(query.limit - found.length)
        found.push(...(await sql.read(some)))
        if (found.length === query.limit) return found
      }
      if (isTrial && slice.isFull) return undefined
    }
    return found
  }

  /** The first of these places, in their order, that pass the checks. */
  async function checked(places: readonly Cursor[], checks: readonly SQL[], { limit }: EventQuery) {
    const { epoch, seq } = events
    const found: Cursor[] = []
    for (const some of portions(places)) {
      const here = and(inPlaces(events, some), ...checks)
      const rows = await sql.read(db.select({ epoch, seq }).from(events).where(here))
      const fit = new Set(rows.map(formatCursor))
      found.push(...some.filter((place) => fit.has(formatCursor(place))))
      if (found.length >= limit) break
    }
    return found.slice(0, limit)
  }

  async function places(query: EventQuery, isTrial = true): Promise<readonly Cursor[]> {
    const { select } = isTrial ? quick : thorough
    const selection = await select(query, { above: query.after, below: query.before })
    if (!selection) return []
    const order = inOrder(query)
    if ('places' in selection) return checked(selection.places.toSorted(order), selection.checks, query)
    const pages = selection.leads.map((lead) => placesIn(selection, lead, query, isTrial))
    const found = await Promise.all(pages)
    const whole = found.filter((page) => page !== undefined)
    return whole.length < found.length ? places(query, false) : whole.flat().sort(order).slice(0, query.limit)
  }

  async function rowsAt(places: readonly Cursor[]): Promise<Row[]> {
    const { epoch, seq, kind, receivedAt, block } = events
    const found: Row[] = []
    for (const some of portions(places)) {
      const rows = db.select({ epoch, seq, kind, receivedAt, block }).from(events)
      found.push(...(await sql.read(rows.where(inPlaces(events, some)))))
    }
    return found
  }

  async function sizesAt(places: readonly Cursor[]): Promise<ReadonlyMap<string, number>> {
    const { epoch, seq, text } = eventTexts
    const bytes = words`sum(octet_length(${text}))`.mapWith(Number)
    const texts = db.select({ epoch, seq, bytes }).from(eventTexts).where(inPlaces(eventTexts, places))
    const rows = await sql.read(texts.groupBy(epoch, seq))
    return new Map(rows.map((row) => [formatCursor(row), row.bytes]))
  }

  /** The first of these events that fit into a page, and always one. Events in blocks are short and always fit. */
  async function firstThatFit(rows: readonly Row[]): Promise<readonly Row[]> {
    const apart = rows.filter(isApart)
    let bytes = 0
    for (const some of portions(apart, SIZES_AT_ONCE)) {
      const sizes = await sizesAt(some)
      const first = some.find((row) => (bytes += sizes.get(formatCursor(row)) ?? 0) > PAGE_BYTES)
      if (first) return rows.slice(0, Math.max(rows.indexOf(first), 1))
    }
    return rows
  }

  async function textsApart(places: readonly Row[]): Promise<ReadonlyMap<string, Texts>> {
    if (places.length === 0) return new Map()
    const parts = await sql.read(db.select().from(eventTexts).where(inPlaces(eventTexts, places)))
    const kinds = new Map(places.map((row) => [formatCursor(row), row.kind]))
    return new Map(
      [...Map.groupBy(parts, formatCursor)].map(([place, parts]) => {
        const data = fromParts(parts)
        const { facts = null, more = null } = parts.find(({ part }) => part === 0) ?? {}
        const told = facts === null ? factsOfOlder(kinds.get(place) ?? 'unknown', data) : { facts, more }
        return [place, { data, ...told }]
      }),
    )
  }

  async function page(query: EventQuery): Promise<ArchivedEvent[]> {
    const order = inOrder(query)
    const found: ArchivedEvent[] = []
    for (const rows of portions(await firstThatFit((await rowsAt(await places(query))).sort(order)))) {
      const [packed, apart] = await Promise.all([textsIn(sql, rows), textsApart(rows.filter(isApart))])
      for (const { kind, receivedAt, epoch, seq } of rows) {
        const cursor = { epoch, seq }
        const texts = packed.get(formatCursor(cursor)) ?? apart.get(formatCursor(cursor))
        if (texts) found.push({ cursor, kind, receivedAt, ...texts }) // no texts: erased just now
      }
    }
    return found
  }

  /** The list of an event stands only in its facts: all events of these kinds are read and checked, page by page. */
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
