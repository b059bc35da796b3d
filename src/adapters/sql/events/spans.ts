// Which places of the archive belong to a stretch of time. Events are searched in cursor order, and the clocks of several
// processes do not always agree with that order: so the first and last place of each minute and of each day are stored.
import { and, between, eq, lt, or } from '../driver/drizzle.ts'
import { compareCursors, type Cursor } from '../../../core/events/cursor.ts'
import type { ArchiveRow } from '../../../core/events/ports.ts'
import { changesFor, newRowsFor, type Sql, type Tables, type Write } from '../driver/dialect.ts'
import type { Bounds } from './places.ts'

export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000

export const startOf = (instant: number, step: number): number => instant - (instant % step)

/** The rows come in cursor order, after everything recorded before: only the last place of a stretch can change. */
export function addSpans({ eventSpans }: Tables, rows: readonly ArchiveRow[]): Write[] {
  if (rows.length === 0) return []
  const spans = [MINUTE_MS, DAY_MS].flatMap((step) => {
    const groups = Map.groupBy(rows, ({ event }) => startOf(event.receivedAt, step))
    return [...groups].flatMap(([start, within]) => {
      const [first, last] = [within[0]?.event.cursor, within.at(-1)?.event.cursor]
      if (!first || !last) return []
      const place = { firstEpoch: first.epoch, firstSeq: first.seq, lastEpoch: last.epoch, lastSeq: last.seq }
      return { step, start, ...place }
    })
  })
  const lasts = spans.map(({ step, start, lastEpoch, lastSeq }) => ({ step, start, lastEpoch, lastSeq }))
  return [newRowsFor(eventSpans, spans), changesFor(eventSpans, ['step', 'start'], lasts)]
}

type Time = { readonly since?: number | undefined; readonly until?: number | undefined }

/** The places around everything that was received in [since, until); undefined if nothing was. */
export async function boundsOf(
  { db, tables: { eventSpans }, read }: Sql,
  { since = 0, until = Number.MAX_SAFE_INTEGER }: Time,
): Promise<Bounds | undefined> {
  const { step, start } = eventSpans
  const firstDay = startOf(since + DAY_MS - 1, DAY_MS)
  const endOfDays = startOf(until, DAY_MS)
  const within = (size: number, from: number, to: number) => and(eq(step, size), between(start, from, to - 1))
  const firstMinute = startOf(since, MINUTE_MS)
  const asked =
    firstDay < endOfDays
      ? or(
          within(MINUTE_MS, firstMinute, firstDay),
          within(DAY_MS, firstDay, endOfDays),
          within(MINUTE_MS, endOfDays, until),
        )
      : within(MINUTE_MS, firstMinute, until)
  const rows = await read(db.select().from(eventSpans).where(asked))
  const firsts = rows.map(({ firstEpoch, firstSeq }) => ({ epoch: firstEpoch, seq: firstSeq }))
  const lasts = rows.map(({ lastEpoch, lastSeq }) => ({ epoch: lastEpoch, seq: lastSeq }))
  const first = firsts.toSorted(compareCursors)[0]
  const last = lasts.toSorted(compareCursors).at(-1)
  return first && last && { above: { ...first, seq: first.seq - 1 }, below: { ...last, seq: last.seq + 1 } }
}

/** The intersection of two ranges. */
export const narrower = (a: Bounds, b: Bounds): Bounds => ({
  above: pick(a.above, b.above, (order) => order > 0),
  below: pick(a.below, b.below, (order) => order < 0),
})

function pick(a: Cursor | undefined, b: Cursor | undefined, isBetter: (order: number) => boolean) {
  return a && b ? (isBetter(compareCursors(a, b)) ? a : b) : (a ?? b)
}

/** Removes the spans before an instant, when their events are deleted. */
export function removeSpans({ db, tables: { eventSpans } }: Sql, before: number): Write {
  const { step, start } = eventSpans
  const old = [MINUTE_MS, DAY_MS].map((size) => and(eq(step, size), lt(start, startOf(before, size))))
  return db.delete(eventSpans).where(or(...old))
}
