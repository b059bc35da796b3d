// Deletes events from the archive with all that belongs to them: old ones, and those of a person who is erased.
import { and, asc, eq, lt, sql as words } from '../driver/drizzle.ts'
import { compareCursors, type Cursor } from '../../../core/events/cursor.ts'
import type { EventArchive } from '../../../core/events/ports.ts'
import { again, isFault } from '../driver/again.ts'
import { portions, type Sql, type Write } from '../driver/dialect.ts'
import { KEY_LENGTH, keyOf } from '../driver/keys.ts'
import { takeOutOfBlocks } from './blocks.ts'
import { OF_ALL } from './minute-counts.ts'
import { inPlaces, stretches } from './places.ts'
import { allRuns, inRuns } from './runs.ts'
import { boundsOf, MINUTE_MS, removeSpans, startOf } from './spans.ts'
import { removeWords } from './search/subjects.ts'
import { addToTally } from './tallies.ts'

export function createRemoval(sql: Sql): Pick<EventArchive, 'prune' | 'cursorsOf' | 'erase'> {
  const { db } = sql
  const { events, eventTexts, eventTags, eventCounts } = sql.tables

  /** Deletes events with all that belongs to them. Begins again when another process has changed one of their blocks meanwhile. */
  async function remove(places: readonly Cursor[], besides: readonly Write[] = []): Promise<void> {
    const removal = async () => sql.atomically([...besides, ...(await removals(places))])
    await again(removal, isFault(sql, 'null'))
  }

  async function removals(places: readonly Cursor[]): Promise<Write[]> {
    const writes: Write[] = []
    for (const some of portions(places)) {
      const { epoch, seq, subject, block } = events
      const all = db.select({ epoch, seq, subject, block }).from(events)
      const rows = await sql.read(all.where(inPlaces(events, some)))
      const subjects = [...new Set(rows.flatMap((row) => row.subject ?? []))]
      writes.push(
        ...(await takeOutOfBlocks(sql, rows)),
        ...[eventTags, eventTexts, events].map((table) => db.delete(table).where(inPlaces(table, some))),
        ...(subjects.length > 0 ? [removeWords(sql, subjects)] : []),
      )
    }
    return writes
  }

  /** The places of the oldest events received before an instant, in cursor order. */
  async function oldest(before: number, limit: number): Promise<Cursor[]> {
    const bounds = await boundsOf(sql, { until: before })
    if (!bounds) return []
    const { epoch, seq, receivedAt } = events
    const old: Cursor[] = []
    for (const stretch of stretches(events, bounds)) {
      const isOld = and(stretch, lt(receivedAt, before))
      const some = db.select({ epoch, seq }).from(events).where(isOld)
      old.push(...(await sql.read(some.orderBy(asc(epoch), asc(seq)).limit(limit - old.length))))
      if (old.length === limit) break
    }
    return old
  }

  async function prune(before: number, limit: number): Promise<number> {
    const places = await oldest(before, limit)
    const { field, minute, count } = eventCounts
    const old = lt(minute, startOf(before, MINUTE_MS))
    const ofAll = and(eq(field, OF_ALL.field), old)
    const gone = words`SELECT coalesce(sum(${count}), 0) FROM ${eventCounts} WHERE ${ofAll}`
    const counts = [...addToTally(sql, gone), db.delete(eventCounts).where(old)]
    if (places.length > 0) await remove(places, counts)
    if (places.length < limit) await sql.run(removeSpans(sql, before))
    return places.length
  }

  const cursorsOf: EventArchive['cursorsOf'] = async (email, limit) => {
    const { epoch, seq, run } = events
    const theirs = eq(events.email, keyOf(email, KEY_LENGTH.email))
    const found = inRuns(sql, await allRuns(sql)).map((runs) => {
      const some = db.select({ epoch, seq }).from(events).where(and(runs, theirs))
      return sql.read(some.orderBy(asc(run), asc(epoch), asc(seq)).limit(limit))
    })
    return (await Promise.all(found)).flat().sort(compareCursors).slice(0, limit)
  }

  return {
    prune,
    cursorsOf,
    async erase(places) {
      if (places.length > 0) await remove(places)
    },
  }
}
