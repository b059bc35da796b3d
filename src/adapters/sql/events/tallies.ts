// How many events have ever come, and since when they are counted: compared with Mandrill's own count.
import { eq, sql as words, type SQL } from '../driver/drizzle.ts'
import type { EventArchive } from '../../../core/events/ports.ts'
import type { Sql, Write } from '../driver/dialect.ts'
import { OF_ALL } from './minute-counts.ts'

const EVENTS = 'events'

type Total = Awaited<ReturnType<EventArchive['total']>>

export async function readTotal({ db, tables, read }: Sql): Promise<Total> {
  const { eventCounts, tallies } = tables
  const { field, count } = eventCounts
  const kept = words<number>`(SELECT coalesce(sum(${count}), 0) FROM ${eventCounts} WHERE ${eq(field, OF_ALL.field)})`
  const total = { count: words`${tallies.gone} + ${kept}`.mapWith(Number), since: tallies.since }
  const [row] = await read(db.select(total).from(tallies).where(eq(tallies.name, EVENTS)))
  return row ?? { count: 0, since: Date.now() } // without the row, nothing is known of the past
}

/**
 * Keeps the total right when counted rows are deleted: put these before the deletion in its transaction. `dropping` selects how
 * many will go. The first statement only locks the row, so that of two processes the second counts after the first has deleted.
 */
export function addToTally({ db, tables: { tallies } }: Sql, dropping: SQL): Write[] {
  const { name, gone } = tallies
  const put = (value: SQL) => db.update(tallies).set({ gone: value }).where(eq(name, EVENTS))
  return [put(words`${gone}`), put(words`${gone} + (${dropping})`)]
}
