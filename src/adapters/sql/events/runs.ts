// The archive's runs: stretches of 65,536 consecutive events. Indexes of random values (ids, messages, addresses, domains) begin
// with the run. So writing touches only the few index pages of the newest run, however large the archive is, instead of one
// random page an event; searching looks into each run, which takes some microseconds.
import { asc, desc, eq, inArray, sql as words, type SQL } from '../driver/drizzle.ts'
import type { Cursor } from '../../../core/events/cursor.ts'
import type { ArchiveRow } from '../../../core/events/ports.ts'
import type { Sql } from '../driver/dialect.ts'
import { stretches, type Bounds } from './places.ts'
import { boundsOf } from './spans.ts'

const RUN_EVENTS = 65_536
/** The run of everything that was archived by versions without runs. */
const UNSORTED = 0

/** The oldest and the newest run. */
async function ends({ db, tables: { events }, read }: Sql) {
  const end = (which: 'min' | 'max') =>
    words<number | null>`(SELECT ${words.raw(which)}(${events.run}) FROM ${events})`
  const both = db.select({ oldest: end('min'), newest: end('max') })
  const [row] = await read(both.from(words`(SELECT 1) AS one`))
  return { oldest: row?.oldest ?? 1, newest: row?.newest ?? UNSORTED }
}

/** The first event above a place, or the last one below it. */
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

export async function allRuns(sql: Sql): Promise<readonly number[]> {
  const { oldest, newest } = await ends(sql)
  return range(oldest, newest)
}

/** The runs that may hold events received at `since` or later. */
export async function runsSince(sql: Sql, since: number): Promise<readonly number[]> {
  const [all, bounds] = await Promise.all([allRuns(sql), boundsOf(sql, { since })])
  const first = bounds && (await nextTo(sql, { above: bounds.above }))
  return first ? all.filter((run) => run === UNSORTED || run >= first.run) : []
}

/** Chooses the run of each new event. Runs never decrease in cursor order. */
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

/** Runs end where the sequence reaches a multiple of RUN_EVENTS. */
const partOf = ({ seq }: Pick<Cursor, 'seq'>): number => Math.floor(seq / RUN_EVENTS)

/** Conditions that together select these runs. UNSORTED stands apart: its events overlap all others in cursor order. */
export function inRuns({ tables: { events } }: Sql, runs: readonly number[]): SQL[] {
  const sorted = runs.filter((run) => run !== UNSORTED)
  return [
    ...(runs.includes(UNSORTED) ? [eq(events.run, UNSORTED)] : []),
    ...(sorted.length > 0 ? [inArray(events.run, sorted)] : []),
  ]
}
