// The archive of events: recorded exactly once behind the feed, and searched by the API.
import { and, asc, eq, lt, sql as words } from '../driver/drizzle.ts'
import { BEGINNING, compareCursors, type Cursor } from '../../../core/events/cursor.ts'
import { HubError } from '../../../core/errors.ts'
import { breath } from '../../../core/pause.ts'
import { linkKey } from '../../../core/events/facts.ts'
import type { ArchiveRow, EventArchive } from '../../../core/events/ports.ts'
import { NEVER_FORGOTTEN } from '../../../core/loop/suppressing.ts'
import { newRowsFor, portions, rowsFor, type Sql, type Tables, type Write } from '../driver/dialect.ts'
import { toBlocks, unpacking } from './blocks.ts'
import { createCounts } from './counts.ts'
import { keeping, keepingThose, OF_ALL } from './kept.ts'
import { inPlaces, stretches } from './places.ts'
import { inRuns, runsFor, runsOf } from './runs.ts'
import { createSearch } from './search.ts'
import { boundsOf, forgetting, MINUTE_MS, spanning, startOf } from './spans.ts'
import { subjectKey, unwording, wording } from './subjects.ts'
import { KEY_LENGTH, keyOf } from '../driver/keys.ts'
import type { PageEffects } from '../loop/loop.ts'
import { readTotal, tallying } from './tallies.ts'
import { withoutOldTwins, withoutTwins } from './twins.ts'
import { toParts } from '../driver/texts.ts'

const POSITION = 'archive'
const TRIES = 10
/** Of those that come late: a second or two of the database's time. */
const COUNTED_AT_ONCE = 100_000
/** More would slow down a whole batch for one event; Mandrill itself takes 100 a mail. */
const TAGS_INDEXED = 200

/** `effects`: what events change besides, in the same transaction. */
export function createEventArchive(sql: Sql, effects?: PageEffects): EventArchive {
  const { db } = sql
  const { events, eventTexts, eventTags, eventCounts, positions } = sql.tables

  const find = createSearch(sql)

  async function position(): Promise<Cursor> {
    const { epoch, seq, countedEpoch, countedSeq } = positions
    const [at] = await sql.read(
      db.select({ epoch, seq, countedEpoch, countedSeq }).from(positions).where(eq(positions.name, POSITION)),
    )
    if (at) {
      const place = { epoch: at.epoch, seq: at.seq }
      const counted = { epoch: at.countedEpoch, seq: at.countedSeq }
      if (compareCursors(counted, place) === 0) return place
      await countLate(counted, await lateStep(counted, place))
      return position()
    }
    // The migrations have put it there. Without it no step would ever move: whoever lost it begins anew.
    const anew = { ...BEGINNING, countedEpoch: BEGINNING.epoch, countedSeq: BEGINNING.seq, byHand: 0 }
    await sql.run(newRowsFor(positions, [{ name: POSITION, ...anew }]))
    return BEGINNING
  }

  const isCounted = ({ epoch, seq }: Cursor) =>
    and(eq(positions.countedEpoch, epoch), eq(positions.countedSeq, seq))

  /** Counts what a process of an older version has archived. Several may find it at once: one of them does it. */
  async function countLate(from: Cursor, to: Cursor): Promise<void> {
    const next = words`CASE WHEN ${isCounted(from)} THEN ${to.epoch} ELSE NULL END`
    const moved = db
      .update(positions)
      .set({ countedEpoch: next, countedSeq: to.seq })
      .where(eq(positions.name, POSITION))
    const late = stretches(events, { above: from, below: { ...to, seq: to.seq + 1 } })
    try {
      await sql.atomically([moved, await keepingThose(sql, late)])
    } catch (error) {
      if (sql.fault(error) !== 'null') throw error
    }
  }

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
   * Moves the position in the transaction that stores its events. Where it is not `from` any more the column
   * would become null, which it refuses, and all is undone. Only epoch carries the guard: MySQL sets columns
   * one after the other, and would compare seq with the new epoch.
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
        lastBrought: last, // undefined: as it was
        ...(byHand > 0 && { byHand: words`${positions.byHand} + ${byHand}` }),
      })
      .where(eq(positions.name, POSITION))
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
    // The hook must not wait for all of it.
    await breath()
    writes.push(rowsFor(sql.tables.events, rows.map(toRow)))
    await breath()
    writes.push(
      rowsFor(sql.tables.eventBlocks, blocks),
      rowsFor(sql.tables.eventTexts, apart.flatMap(toTextRows)),
      ...derived(sql.tables, rows),
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
    const [row] = await sql.read(
      db.select({ first, last, byHand }).from(positions).where(eq(positions.name, POSITION)),
    )
    return row ?? { first: null, last: null, byHand: 0 }
  }

  async function record(from: Cursor, to: Cursor, rows: readonly ArchiveRow[]): Promise<void> {
    const fresh = await withoutOldTwins(sql, rows)
    try {
      await store(from, to, fresh)
    } catch (error) {
      if (sql.fault(error) !== 'duplicate') throw error
      await store(from, to, await withoutTwins(sql, fresh))
    }
  }

  /** Drops the events of certain places, with all that belongs to them. Others may be dropping their neighbours. */
  async function remove(places: readonly Cursor[], besides: readonly Write[] = []): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return void (await sql.atomically([...besides, ...(await removals(places))]))
      } catch (error) {
        if (sql.fault(error) !== 'null' || tries >= TRIES) throw error
      }
    }
  }

  async function removals(places: readonly Cursor[]): Promise<Write[]> {
    const writes: Write[] = []
    for (const some of portions(places)) {
      const { epoch, seq, subject, block } = events
      const rows = await sql.read(
        db.select({ epoch, seq, subject, block }).from(events).where(inPlaces(events, some)),
      )
      const subjects = [...new Set(rows.flatMap((row) => row.subject ?? []))]
      writes.push(
        ...(await unpacking(sql, rows)),
        ...[eventTags, eventTexts, events].map((table) => db.delete(table).where(inPlaces(table, some))),
        ...(subjects.length > 0 ? [unwording(sql, subjects)] : []),
      )
    }
    return writes
  }

  async function oldest(before: number, limit: number): Promise<Cursor[]> {
    const bounds = await boundsOf(sql, { until: before })
    if (!bounds) return []
    const { epoch, seq, receivedAt } = events
    const old: Cursor[] = []
    for (const stretch of stretches(events, bounds)) {
      const some = db
        .select({ epoch, seq })
        .from(events)
        .where(and(stretch, lt(receivedAt, before)))
      old.push(...(await sql.read(some.orderBy(asc(epoch), asc(seq)).limit(limit - old.length))))
      if (old.length === limit) break
    }
    return old
  }

  async function prune(before: number, limit: number): Promise<number> {
    const places = await oldest(before, limit)
    const { field, minute, count } = eventCounts
    const old = lt(minute, startOf(before, MINUTE_MS))
    const counts = [
      ...tallying(
        sql,
        words`SELECT coalesce(sum(${count}), 0) FROM ${eventCounts} WHERE ${and(eq(field, OF_ALL.field), old)}`,
      ),
      db.delete(eventCounts).where(old),
    ]
    if (places.length > 0) await remove(places, counts)
    if (places.length < limit) await sql.run(forgetting(sql, before))
    return places.length
  }

  const cursorsOf: EventArchive['cursorsOf'] = async (email, limit) => {
    const { epoch, seq, run } = events
    const theirs = eq(events.email, keyOf(email, KEY_LENGTH.email))
    const found = inRuns(sql, await runsOf(sql)).map((runs) => {
      const some = db.select({ epoch, seq }).from(events).where(and(runs, theirs))
      return sql.read(some.orderBy(asc(run), asc(epoch), asc(seq)).limit(limit))
    })
    return (await Promise.all(found)).flat().sort(compareCursors).slice(0, limit)
  }

  async function erase(places: readonly Cursor[]): Promise<void> {
    if (places.length > 0) await remove(places)
  }

  return {
    position,
    record,
    prune,
    counts: createCounts(sql, find),
    total: () => readTotal(sql),
    brought,
    cursorsOf,
    erase,
    find,
  }
}

/** What is kept beside the events, to find and count them by. */
function derived(tables: Tables, rows: readonly ArchiveRow[]): Write[] {
  return [
    rowsFor(tables.eventTags, rows.flatMap(toTagRows)),
    keeping(tables, rows),
    wording(tables, rows),
    ...spanning(tables, rows),
  ]
}

type Besides = Pick<Tables['events']['$inferInsert'], 'notOurs' | 'block' | 'run'>

function toEventRow({ event, facts }: ArchiveRow, besides: Besides) {
  const email = facts.email && keyOf(facts.email, KEY_LENGTH.email)
  return {
    epoch: event.cursor.epoch,
    seq: event.cursor.seq,
    id: event.id,
    kind: event.kind,
    receivedAt: event.receivedAt,
    occurredAt: facts.at,
    messageId: facts.messageId && keyOf(facts.messageId, KEY_LENGTH.messageId),
    email,
    campaignId: facts.campaignId && keyOf(facts.campaignId, KEY_LENGTH.campaignId),
    domain: facts.email && domainOf(facts.email),
    subject: facts.subject === null ? null : subjectKey(facts.subject),
    subaccount: facts.subaccount && keyOf(facts.subaccount, KEY_LENGTH.subaccount),
    link: facts.url === null ? null : linkKey(facts.url),
    judging: NEVER_FORGOTTEN.includes(event.kind) ? email : null,
    ...besides,
  }
}

function domainOf(email: string): string | null {
  const whole = email.slice(email.lastIndexOf('@') + 1)
  const isLong = whole.length > KEY_LENGTH.domain
  const domain = isLong ? Array.from(whole).slice(0, KEY_LENGTH.domain).join('') : whole
  return email.includes('@') && domain.isWellFormed() ? domain : null
}

/** Of an event that is no part of a block. The facts stand with the first part. */
function toTextRows({ event: { cursor, data, facts, more } }: ArchiveRow) {
  return toParts(data.toString()).map((part) => ({
    ...cursor,
    ...part,
    ...(part.part === 0 && { facts, more }),
  }))
}

function toTagRows({ event, facts }: ArchiveRow) {
  if (facts.tags.length === 0) return [] // most have none
  const keys = new Set(facts.tags.slice(0, TAGS_INDEXED).map((tag) => keyOf(tag, KEY_LENGTH.tag)))
  return [...keys].map((tag) => ({ tag, ...event.cursor }))
}
