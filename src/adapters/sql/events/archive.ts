// The archive of events: recorded exactly once behind the feed, and searched by the API.
import { and, asc, eq, sql as words } from '../driver/drizzle.ts'
import { BEGINNING, compareCursors, type Cursor } from '../../../core/events/cursor.ts'
import { HubError } from '../../../core/errors.ts'
import { breath } from '../../../core/pause.ts'
import type { ArchiveRow, EventArchive } from '../../../core/events/ports.ts'
import { newRowsFor, rowsFor, type Sql, type Write } from '../driver/dialect.ts'
import { toBlocks } from './blocks.ts'
import { createCounts } from './counts.ts'
import { withoutDuplicates, withoutLateDuplicates } from './duplicates.ts'
import { countArchived } from './minute-counts.ts'
import { stretches } from './places.ts'
import { createRemoval } from './removal.ts'
import { indexWrites, toEventRow, toTextRows } from './rows.ts'
import { runsFor } from './runs.ts'
import { createSearch } from './search/search.ts'
import type { PageEffects } from '../loop/loop.ts'
import { readTotal } from './tallies.ts'

const POSITION = 'archive'
/** Uncounted events that are counted in one transaction: a second or two of the database's time. */
const COUNTED_AT_ONCE = 100_000
/** `effects`: what events change elsewhere, in the same transaction. */
export function createEventArchive(sql: Sql, effects?: PageEffects): EventArchive {
  const { db } = sql
  const { events, positions } = sql.tables

  const own = eq(positions.name, POSITION)
  const find = createSearch(sql)

  async function position(): Promise<Cursor> {
    const { epoch, seq, countedEpoch, countedSeq } = positions
    const both = db.select({ epoch, seq, countedEpoch, countedSeq }).from(positions)
    const [at] = await sql.read(both.where(own))
    if (at) {
      const place = { epoch: at.epoch, seq: at.seq }
      const counted = { epoch: at.countedEpoch, seq: at.countedSeq }
      if (compareCursors(counted, place) === 0) return place
      await countLate(counted, await lateStep(counted, place))
      return position()
    }
    // Migrations insert this row. If it was lost, tracking could never move: start anew.
    const anew = { ...BEGINNING, countedEpoch: BEGINNING.epoch, countedSeq: BEGINNING.seq, byHand: 0 }
    await sql.run(newRowsFor(positions, [{ name: POSITION, ...anew }]))
    return BEGINNING
  }

  const isCounted = ({ epoch, seq }: Cursor) =>
    and(eq(positions.countedEpoch, epoch), eq(positions.countedSeq, seq))

  /** Counts what a process of an older version has archived. Of several processes that try at once, one succeeds. */
  async function countLate(from: Cursor, to: Cursor): Promise<void> {
    const next = words`CASE WHEN ${isCounted(from)} THEN ${to.epoch} ELSE NULL END`
    const moved = db.update(positions).set({ countedEpoch: next, countedSeq: to.seq }).where(own)
    const late = stretches(events, { above: from, below: { ...to, seq: to.seq + 1 } })
    try {
      await sql.atomically([moved, await countArchived(sql, late)])
    } catch (error) {
      if (sql.fault(error) !== 'null') throw error
    }
  }

  /** The end of the next stretch to count. */
  async function lateStep(from: Cursor, to: Cursor): Promise<Cursor> {
    const { epoch, seq } = events
    for (const stretch of stretches(events, { above: from, below: to })) {
      const some = db.select({ epoch, seq }).from(events).where(stretch)
      const [end] = await sql.read(some.orderBy(asc(epoch), asc(seq)).limit(1).offset(COUNTED_AT_ONCE))
      if (end) return end
    }
    return to
  }

  /**
   * Moves the position in the transaction that stores the events. If it is no longer `from`, the column would become null, which
   * it refuses, and everything is rolled back. Only `epoch` carries this guard: MySQL sets columns one after the other, and would
   * compare seq with the new epoch.
   */
  function movePosition(from: Cursor, to: Cursor, rows: readonly ArchiveRow[]): Write {
    const brought = rows.filter(({ facts }) => facts.by === undefined)
    const byHand = rows.filter(({ facts }) => facts.by === 'hand').length
    const [first, last] = [brought[0]?.event.receivedAt, brought.at(-1)?.event.receivedAt]
    const here = and(eq(positions.epoch, from.epoch), eq(positions.seq, from.seq), isCounted(from))
    return db
      .update(positions)
      .set({
        epoch: words`CASE WHEN ${here} THEN ${to.epoch} ELSE NULL END`,
        seq: to.seq,
        countedEpoch: to.epoch,
        countedSeq: to.seq,
        ...(first !== undefined && { firstBrought: words`coalesce(${positions.firstBrought}, ${first})` }),
        lastBrought: last, // undefined: unchanged
        ...(byHand > 0 && { byHand: words`${positions.byHand} + ${byHand}` }),
      })
      .where(own)
  }

  async function store(from: Cursor, to: Cursor, rows: readonly ArchiveRow[]): Promise<void> {
    const [effect, runs] = await Promise.all([effects?.(rows), runsFor(sql, rows)])
    const { blocks, blockOf } = toBlocks(rows)
    const toRow = (row: ArchiveRow) =>
      toEventRow(row, {
        notOurs: effect?.notOurs.has(row) ? 1 : null,
        block: blockOf.get(row) ?? null,
        run: runs.get(row),
      })
    const apart = rows.filter((row) => !blockOf.has(row))
    const writes: Write[] = [movePosition(from, to, rows)]
    // Pauses, because the hook must not wait for all of it.
    await breath()
    writes.push(rowsFor(sql.tables.events, rows.map(toRow)))
    await breath()
    writes.push(
      rowsFor(sql.tables.eventBlocks, blocks),
      rowsFor(sql.tables.eventTexts, apart.flatMap(toTextRows)),
      ...indexWrites(sql.tables, rows),
      ...(effect?.writes ?? []),
    )
    await breath()
    try {
      await sql.atomically(writes)
    } catch (error) {
      if (sql.fault(error) !== 'null') throw error
      throw new HubError('archive.conflict', { cause: error })
    }
    effect?.committed()
  }

  async function brought() {
    const { firstBrought: first, lastBrought: last, byHand } = positions
    const [row] = await sql.read(db.select({ first, last, byHand }).from(positions).where(own))
    return row ?? { first: null, last: null, byHand: 0 }
  }

  async function record(from: Cursor, to: Cursor, rows: readonly ArchiveRow[]): Promise<void> {
    const fresh = await withoutLateDuplicates(sql, rows)
    try {
      await store(from, to, fresh)
    } catch (error) {
      if (sql.fault(error) !== 'duplicate') throw error
      await store(from, to, await withoutDuplicates(sql, fresh))
    }
  }

  return {
    position,
    record,
    brought,
    find,
    counts: createCounts(sql, find),
    total: () => readTotal(sql),
    ...createRemoval(sql),
  }
}
