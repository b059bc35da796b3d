// Finds events that the archive has already. The feed drops what comes twice within two days; what comes again later, or after
// the feed was lost, is looked up here. Within one run, the database's own key refuses the second one.
import { and, eq, inArray } from '../driver/drizzle.ts'
import type { ArchiveRow } from '../../../core/events/ports.ts'
import { portions, type Sql } from '../driver/dialect.ts'
import { nextTo, allRuns, runsSince } from './runs.ts'

const HOUR_MS = 3_600_000
/** How long the feed surely remembers an id. */
const KNOWN_MS = 48 * HOUR_MS
/** How far the clocks of the hub and of the provider may differ. */
const APART_MS = HOUR_MS

const idOf = ({ event }: ArchiveRow): string => event.id.toString('latin1')

/** Drops events that are archived, in whichever run, and repeated ones within the batch: the first one stays. */
export async function withoutDuplicates(
  sql: Sql,
  rows: readonly ArchiveRow[],
): Promise<readonly ArchiveRow[]> {
  const distinct = new Map(rows.toReversed().map((row) => [idOf(row), row]))
  const archived = await archivedOf(sql, rows, await allRuns(sql))
  return rows.filter((row) => distinct.get(idOf(row)) === row && !archived.has(idOf(row)))
}

/** Drops the archived ones among the events that may have come first when the feed did not know them. Cheap for new events. */
export async function withoutLateDuplicates(
  sql: Sql,
  rows: readonly ArchiveRow[],
): Promise<readonly ArchiveRow[]> {
  const doubted = rows.filter((row) => copySince(row) !== undefined)
  if (doubted.length === 0) return rows
  const since = Math.min(...doubted.map((row) => copySince(row) ?? 0))
  const last = await lastRunBeyondFeed(sql, doubted)
  if (last === undefined) return rows
  const runs = (await runsSince(sql, since)).filter((run) => run <= last)
  const archived = await archivedOf(sql, doubted, runs)
  return archived.size === 0 ? rows : rows.filter((row) => !archived.has(idOf(row)))
}

/** The last run with events that the feed may not know: all runs once it has forgotten ids, else those of its earlier lives. */
async function lastRunBeyondFeed(sql: Sql, rows: readonly ArchiveRow[]): Promise<number | undefined> {
  const epoch = Math.max(...rows.map(({ event }) => event.cursor.epoch))
  const hasForgotten = rows.some(({ event }) => event.receivedAt - KNOWN_MS >= event.cursor.epoch)
  return hasForgotten ? Infinity : (await nextTo(sql, { below: { epoch, seq: 0 } }))?.run
}

/** When a first copy unknown to the feed may have come at the earliest (not before the event happened); undefined: it cannot have. */
function copySince({ event: { cursor, receivedAt }, facts: { at } }: ArchiveRow): number | undefined {
  if (at === null || at > receivedAt + APART_MS) return 0
  const known = Math.max(cursor.epoch, receivedAt - KNOWN_MS)
  return at - APART_MS < known ? at - APART_MS : undefined
}

/** The ids found in these runs. Safe outside a transaction: whoever archives one of them meanwhile also moves the position. */
async function archivedOf({ db, tables, read }: Sql, rows: readonly ArchiveRow[], runs: readonly number[]) {
  const { id, run } = tables.events
  const archived = new Set<string>()
  for (const one of runs)
    for (const some of portions(rows.map(({ event }) => event.id))) {
      const here = and(eq(run, one), inArray(id, some))
      const found = await read(db.select({ id }).from(tables.events).where(here))
      for (const row of found) archived.add(row.id.toString('latin1'))
    }
  return archived
}
