// The same event once more: the feed minds that for two days, and as long as it lives. What comes again after that, or to a
// feed that began anew, is looked for in the archive. Of two within one run the database itself refuses the later one.
import { and, eq, inArray } from '../driver/drizzle.ts'
import type { ArchiveRow } from '../../../core/events/ports.ts'
import { portions, type Sql } from '../driver/dialect.ts'
import { nextTo, runsOf, runsSince } from './runs.ts'

const HOUR_MS = 3_600_000
const KNOWN_MS = 48 * HOUR_MS
/** So far apart may be what the clocks of the hub and of who tells of an event say. */
const APART_MS = HOUR_MS

const idOf = ({ event }: ArchiveRow): string => event.id.toString('latin1')

/** Without what is archived and what is there twice: each as it came first. */
export async function withoutTwins(sql: Sql, rows: readonly ArchiveRow[]): Promise<readonly ArchiveRow[]> {
  const distinct = new Map(rows.toReversed().map((row) => [idOf(row), row]))
  const archived = await archivedOf(sql, rows, await runsOf(sql))
  return rows.filter((row) => distinct.get(idOf(row)) === row && !archived.has(idOf(row)))
}

/** Without those that the archive may have since before the feed could know them, and has. */
export async function withoutOldTwins(sql: Sql, rows: readonly ArchiveRow[]): Promise<readonly ArchiveRow[]> {
  const doubted = rows.filter((row) => twinSince(row) !== undefined)
  if (doubted.length === 0) return rows
  const since = Math.min(...doubted.map((row) => twinSince(row) ?? 0))
  const last = await lastRunUnknown(sql, doubted)
  if (last === undefined) return rows
  const runs = await runsSince(sql, since)
  const archived = await archivedOf(
    sql,
    doubted,
    runs.filter((run) => run <= last),
  )
  return archived.size === 0 ? rows : rows.filter((row) => !archived.has(idOf(row)))
}

/** The last run that may have what the feed no longer knows: of an earlier life, as long as this one has forgotten nothing. */
async function lastRunUnknown(sql: Sql, rows: readonly ArchiveRow[]): Promise<number | undefined> {
  const epoch = Math.max(...rows.map(({ event }) => event.cursor.epoch))
  const hasForgotten = rows.some(({ event }) => event.receivedAt - KNOWN_MS >= event.cursor.epoch)
  return hasForgotten ? Infinity : (await nextTo(sql, { below: { epoch, seq: 0 } }))?.run
}

/** When a twin that the feed would not know may have come at the earliest, which is not before it happened. */
function twinSince({ event: { cursor, receivedAt }, facts: { at } }: ArchiveRow): number | undefined {
  if (at === null || at > receivedAt + APART_MS) return 0
  const known = Math.max(cursor.epoch, receivedAt - KNOWN_MS)
  return at - APART_MS < known ? at - APART_MS : undefined
}

/** Safe outside a transaction: whoever archives one of them meanwhile moves the position, too. */
async function archivedOf({ db, tables, read }: Sql, rows: readonly ArchiveRow[], runs: readonly number[]) {
  const { id, run } = tables.events
  const archived = new Set<string>()
  for (const one of runs)
    for (const some of portions(rows.map(({ event }) => event.id))) {
      const found = await read(
        db
          .select({ id })
          .from(tables.events)
          .where(and(eq(run, one), inArray(id, some))),
      )
      for (const row of found) archived.add(row.id.toString('latin1'))
    }
  return archived
}
