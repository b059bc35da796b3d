// The archive's runs: so many events that came one after the other. Indexes of what has no order (ids, messages, addresses,
// their domains) begin with the run. So what is written changes the few pages of the newest run, however large the archive
// is, and not a page of its own for each event; who asks looks into each run, which takes some microseconds.
import { asc, desc, eq, inArray, sql as words, type SQL } from '../driver/drizzle.ts'
import type { Cursor } from '../../../core/events/cursor.ts'
import type { ArchiveRow } from '../../../core/events/ports.ts'
import type { Sql } from '../driver/dialect.ts'
import { stretches, type Bounds } from './places.ts'
import { boundsOf } from './spans.ts'

const RUN_EVENTS = 65_536
/** Of all that was archived before there were runs, and by processes of such a version. */
const UNSORTED = 0

/** All runs: the oldest and the newest one. */
async function ends({ db, tables: { events }, read }: Sql) {
  const end = (which: 'min' | 'max') =>
    words<number | null>`(SELECT ${words.raw(which)}(${events.run}) FROM ${events})`
  const [row] = await read(
    db.select({ oldest: end('min'), newest: end('max') }).from(words`(SELECT 1) AS one`),
  )
  return { oldest: row?.oldest ?? 1, newest: row?.newest ?? UNSORTED }
}

/** The event next to this place. */
export async function nextTo({ db, tables: { events }, read }: Sql, bounds: Bounds) {
  const { epoch, seq, run } = events
  const direction = bounds.below ? desc : asc
  const inCursorOrder = stretches(events, bounds)
  for (const stretch of bounds.below ? inCursorOrder.toReversed() : inCursorOrder) {
    const some = db.select({ seq, run }).from(events).where(stretch)
    const [row] = await read(some.orderBy(direction(epoch), direction(seq)).limit(1))
    if (row) return row
  }
  return undefined
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(to - from + 1, 0) }, (_, n) => from + n)

export async function runsOf(sql: Sql): Promise<readonly number[]> {
  const { oldest, newest } = await ends(sql)
  return range(oldest, newest)
}

/** Those that may have an event that was received then or later. */
export async function runsSince(sql: Sql, since: number): Promise<readonly number[]> {
  const [all, bounds] = await Promise.all([runsOf(sql), boundsOf(sql, { since })])
  const first = bounds && (await nextTo(sql, { above: bounds.above }))
  return first ? all.filter((run) => run === UNSORTED || run >= first.run) : []
}

/** Each event's run. A later event's is never an earlier one. */
export async function runsFor(
  sql: Sql,
  rows: readonly ArchiveRow[],
): Promise<ReadonlyMap<ArchiveRow, number>> {
  const [first] = rows
  const before = first && (await nextTo(sql, { below: first.event.cursor }))
  let { run, seq } = before?.run ? before : { run: (await ends(sql)).newest, seq: Number.NaN }
  return new Map(
    rows.map((row) => {
      const { cursor } = row.event
      if (partOf(cursor) !== partOf({ seq })) run += 1
      seq = cursor.seq
      return [row, run]
    }),
  )
}

const partOf = ({ seq }: Pick<Cursor, 'seq'>): number => Math.floor(seq / RUN_EVENTS)

/** In any of these runs: those that are in cursor order, and the one that is for itself. */
export function inRuns({ tables: { events } }: Sql, runs: readonly number[]): SQL[] {
  const sorted = runs.filter((run) => run !== UNSORTED)
  return [
    ...(runs.includes(UNSORTED) ? [eq(events.run, UNSORTED)] : []),
    ...(sorted.length > 0 ? [inArray(events.run, sorted)] : []),
  ]
}
