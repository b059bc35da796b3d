// The ids that the feed has seen. In one large index each new one would change a page of its own: so the newest are in
// memory, as in their blocks, and many at a time are written as a run, in their order. A run's filter tells of nearly every
// id that the run does not have it.
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
/** Written at once, in about 10 ms. */
export const RUN_IDS = 16_384
const DAY_MS = 86_400_000
/** Besides today: whenever an id was seen, it is known for 48 hours at least. */
const DAYS_KEPT = 2

type WholeRun = { readonly run: number; readonly day: number; readonly filter: Uint8Array }
type Run = Omit<WholeRun, 'filter'> & { readonly filterBytes: number }
/** The id of an event, and when it was received. */
export type Seen = { readonly id: Buffer; readonly at: number }

const dayOf = (at: number): number => Math.floor(at / DAY_MS)
const textOf = (id: Buffer): string => id.toString('latin1')

/** `after` tells what the blocks have after a seq. */
export function openSeen(db: DatabaseSync, after: (seq: number) => Iterable<Seen>, now: number) {
  const writeRun = prepareRun(db)
  const takeRun = prepareTake(db)
  const select = db.prepare('SELECT 1 FROM known WHERE run = ? AND id = ?')
  const forgetSome = prepareForget(db)
  const filters = createFilters()
  /** The newest first. */
  let runs: readonly Run[] = []
  let noted = Number(db.prepare('SELECT seq FROM noted').get()?.seq)
  let day = dayOf(now)
  const memory = new Set<string>()
  for (const { id, at } of after(noted)) if (dayOf(at) >= day - DAYS_KEPT) memory.add(textOf(id))

  function add({ run, day, filter }: WholeRun): void {
    filters.add(run, filter)
    runs = [{ run, day, filterBytes: filter.length }, ...runs]
  }

  function write(head: number): void {
    if (memory.size === 0) return
    let ids: readonly Buffer[] = Array.from(memory, (text) => Buffer.from(text, 'latin1'))
    let older = runs
    const written = transaction(db, () => {
      for (; older[0] && isJoined(older[0], day, ids.length); older = older.slice(1))
        ids = ids.concat(takeRun(older[0].run))
      return writeRun(ids, day, head)
    })
    for (const joined of runs.slice(0, runs.length - older.length)) filters.remove(joined.run)
    runs = older
    add(written)
    memory.clear()
    noted = head
  }

  for (const each of db.prepare('SELECT * FROM runs ORDER BY run').iterate() as Iterable<WholeRun>) add(each)

  const isInRun = (id: Buffer): boolean => filters.runsOf(id).some((run) => select.get(run, id) !== undefined)

  return {
    /** Remembers nothing before `add` is called: what one commit stores is known from then on. */
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
    /** Before an append at this time: what is much, or of an earlier day, becomes a run. `head`: the newest event. */
    makeRoom(at: number, head: number): void {
      if (memory.size >= RUN_IDS || dayOf(at) > day) write(head)
      day = Math.max(day, dayOf(at))
    },
    /** Before events up to a seq leave their blocks. */
    outlive(seq: number, head: number): void {
      if (seq > noted) write(head)
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
    close: write,
  }
}

/**
 * Where events are let go of soon, few ids are written at a time: those of a day are then joined with as few or fewer, so that
 * there are never many runs to ask.
 */
const isJoined = (newest: Run, day: number, count: number): boolean =>
  newest.day === day && count < RUN_IDS && newest.filterBytes <= bytesFor(count)

/** Takes the ids of a run out of the file. */
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

/** In their order, they fill one page after the other. `head`: they are those of all events up to there. */
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

/** The run that is gone, if one is. */
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

/** By their first bytes, which is order enough; ids are hashes. */
function* inOrder(ids: readonly Buffer[]): Generator<Buffer> {
  const places = Float64Array.from(ids, (id, n) => id.readUIntBE(0, 4) * ids.length + n).sort()
  for (const place of places) yield ids[place % ids.length] as Buffer
}
