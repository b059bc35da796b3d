// The ids that the feed has seen, to drop events that come again. In one large index each new id would change a random page. So
// the newest ids are in memory (and in their blocks, should the process die), and are written many at a time as a sorted run. A
// Bloom filter for each run spares nearly every lookup in a run that does not have the id.
import type { DatabaseSync } from 'node:sqlite'
import { toBuffer } from '../../sqlite/bytes.ts'
import { transaction } from '../../sqlite/transaction.ts'
import { bytesFor, createFilter, createFilters } from './filters.ts'

export const SEEN_SCHEMA = `
  CREATE TABLE IF NOT EXISTS runs (run INTEGER PRIMARY KEY, day INTEGER NOT NULL, filter BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS known (run INTEGER, id BLOB, PRIMARY KEY (run, id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS noted (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL);
  INSERT OR IGNORE INTO noted VALUES (1, 0);
`
/** Ids of a full run. Writing it takes about 10 ms. */
export const RUN_IDS = 16_384
const DAY_MS = 86_400_000
/** Besides today, so that an id is known for at least 48 hours after it was seen. */
const DAYS_KEPT = 2

type WholeRun = { readonly run: number; readonly day: number; readonly filter: Uint8Array }
type Run = Omit<WholeRun, 'filter'> & { readonly filterBytes: number }
/** The id of an event, and when it was received. */
export type Seen = { readonly id: Buffer; readonly at: number }

const dayOf = (at: number): number => Math.floor(at / DAY_MS)
const textOf = (id: Buffer): string => id.toString('latin1')

/** `after` gives the ids of the events after a seq, from their blocks: of those that no run has yet. */
export function openSeen(db: DatabaseSync, after: (seq: number) => Iterable<Seen>, now: number) {
  const writeRun = prepareRun(db)
  const takeRun = prepareTake(db)
  const select = db.prepare('SELECT 1 FROM known WHERE run = ? AND id = ?')
  const forgetSome = prepareForget(db)
  const filters = createFilters()
  /** Newest first. */
  let runs: readonly Run[] = []
  let noted = Number(db.prepare('SELECT seq FROM noted').get()?.seq)
  let day = dayOf(now)
  const memory = new Set<string>()
  for (const { id, at } of after(noted)) if (dayOf(at) >= day - DAYS_KEPT) memory.add(textOf(id))

  function add({ run, day, filter }: WholeRun): void {
    filters.add(run, filter)
    runs = [{ run, day, filterBytes: filter.length }, ...runs]
  }

  /** Writes the ids in memory as a run, merged with small runs of the same day. `head`: the newest event. */
  function flush(head: number): void {
    if (memory.size === 0) return
    let ids: readonly Buffer[] = Array.from(memory, (text) => Buffer.from(text, 'latin1'))
    let older = runs
    const written = transaction(db, () => {
      for (; older[0] && isToMerge(older[0], day, ids.length); older = older.slice(1))
        ids = ids.concat(takeRun(older[0].run))
      return writeRun(ids, day, head)
    })
    for (const merged of runs.slice(0, runs.length - older.length)) filters.remove(merged.run)
    runs = older
    add(written)
    memory.clear()
    noted = head
  }

  for (const each of db.prepare('SELECT * FROM runs ORDER BY run').iterate() as Iterable<WholeRun>) add(each)

  const isInRun = (id: Buffer): boolean => filters.runsOf(id).some((run) => select.get(run, id) !== undefined)

  return {
    /** Looks up the ids of one commit. Call `add` once it is committed; without that, its new ids are forgotten. */
    lookUp() {
      const added = new Set<string>()
      return {
        isNew(id: Buffer): boolean {
          const text = textOf(id)
          const isNew = !added.has(text) && !memory.has(text) && !isInRun(id)
          if (isNew) added.add(text)
          return isNew
        },
        add: (): void => added.forEach((text) => memory.add(text)),
      }
    },
    /** Call before an append: flushes if there are many ids, or a new day has begun. */
    beforeAppend(at: number, head: number): void {
      if (memory.size >= RUN_IDS || dayOf(at) > day) flush(head)
      day = Math.max(day, dayOf(at))
    },
    /** Call before events up to a seq are removed from their blocks: flushes their ids. */
    beforeRemoval(seq: number, head: number): void {
      if (seq > noted) flush(head)
    },
    /** Forgets at most `limit` of the ids that were seen more than 48 hours ago. */
    forget(at: number, limit: number): void {
      const oldest = dayOf(at) - DAYS_KEPT
      if (day < oldest) memory.clear()
      const gone = forgetSome(oldest, limit)
      if (gone === undefined) return
      filters.remove(gone)
      runs = runs.filter(({ run }) => run !== gone)
    },
    close: flush,
  }
}

/**
 * If events are dropped soon after they came, few ids are written at a time. New ids are therefore merged with runs of the same day
 * that are not larger, so that there are never many runs to ask.
 */
const isToMerge = (newest: Run, day: number, count: number): boolean =>
  newest.day === day && count < RUN_IDS && newest.filterBytes <= bytesFor(count)

/** Reads the ids of a run, and deletes it. */
function prepareTake(db: DatabaseSync) {
  const select = db.prepare('SELECT id FROM known WHERE run = ?')
  const forget = db.prepare('DELETE FROM known WHERE run = ?')
  const remove = db.prepare('DELETE FROM runs WHERE run = ?')
  return (run: number): Buffer[] => {
    const ids = select.all(run).map(({ id }) => toBuffer(id as Uint8Array))
    forget.run(run)
    remove.run(run)
    return ids
  }
}

/** Writes ids as a run, sorted, so that they fill one page after the other. After it, all ids up to `head` are in runs. */
export function prepareRun(db: DatabaseSync) {
  const insertRun = db.prepare('INSERT INTO runs (day, filter) VALUES (?, ?)')
  const insert = db.prepare('INSERT OR IGNORE INTO known VALUES (?, ?)')
  const note = db.prepare('UPDATE noted SET seq = ?')
  return (ids: readonly Buffer[], day: number, head: number): WholeRun => {
    const filter = createFilter(ids)
    const run = Number(insertRun.run(day, filter).lastInsertRowid)
    for (const id of inOrder(ids)) insert.run(run, id)
    note.run(head)
    return { run, day, filter }
  }
}

/** Deletes up to `limit` ids of the oldest run, if that is before a day; returns the run once it is gone. */
function prepareForget(db: DatabaseSync) {
  const select = db.prepare('SELECT run FROM runs WHERE day < ? ORDER BY run LIMIT 1')
  const forget = db.prepare(
    'DELETE FROM known WHERE (run, id) IN (SELECT run, id FROM known WHERE run = ? ORDER BY id LIMIT ?)',
  )
  const remove = db.prepare('DELETE FROM runs WHERE run = ?')
  return (oldest: number, limit: number): number | undefined => {
    const run = select.get(oldest)?.run
    if (typeof run !== 'number' || Number(forget.run(run, limit).changes) === limit) return undefined
    remove.run(run)
    return run
  }
}

/** Sorts ids by their first four bytes, which is enough because ids are hashes. */
function* inOrder(ids: readonly Buffer[]): Generator<Buffer> {
  const places = Float64Array.from(ids, (id, n) => id.readUIntBE(0, 4) * ids.length + n).sort()
  for (const place of places) yield ids[place % ids.length] as Buffer
}
