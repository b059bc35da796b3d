// The SQLite file of the embedded feed: its tables, and every statement that runs on them.
import { DatabaseSync } from 'node:sqlite'
import { compareCursors, type Cursor } from '../../../core/events/cursor.ts'
import type { FeedEvent, Kind, NewEvent } from '../../../core/events/event.ts'
import type { StoredFacts } from '../../../core/events/facts.ts'
import { cursorAt, locate, type Life } from '../../../core/events/span.ts'
import type { FeedPage } from '../../../core/events/ports.ts'
import { factsOfOlder } from '../../../core/events/providers/providers.ts'
import { lockBeside } from '../../sqlite/lock.ts'
import { transaction } from '../../sqlite/transaction.ts'
import { toBuffer } from '../../sqlite/bytes.ts'
import { claimVersion } from '../../sqlite/version.ts'

// `seen` remembers ids by day and longer than the events: what is too old lies together at one end of it.
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, at INTEGER NOT NULL,
    kind TEXT NOT NULL, id BLOB NOT NULL, data BLOB NOT NULL, facts TEXT, more TEXT);
  CREATE TABLE IF NOT EXISTS seen (day INTEGER, id BLOB, PRIMARY KEY (day, id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS lives (epoch INTEGER PRIMARY KEY, base INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    floor INTEGER NOT NULL, head INTEGER NOT NULL, bytes INTEGER NOT NULL);
  INSERT OR IGNORE INTO state VALUES (1, 0, 0, 0);
  CREATE TABLE IF NOT EXISTS taken (
    one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL, seq INTEGER NOT NULL);
  INSERT OR IGNORE INTO taken VALUES (1, 0, 0);
`
/** Of the tables above: a change that an older hub could not live with makes it one more. */
const VERSION = 2
const DAY_MS = 86_400_000
const PAGE_BYTES = 4 * 1024 * 1024
/** What an event takes beside its texts: its other columns, and its id in `seen`. */
const ROW_BYTES = 100
const SIZE = 'length(data) + coalesce(octet_length(facts), 0) + coalesce(octet_length(more), 0)'
const LIVES_KEPT = 10_000

type Batch = readonly NewEvent[]
type Row = { seq: number; epoch: number; at: number; kind: Kind; id: Uint8Array; data: Uint8Array } & {
  [K in keyof StoredFacts]: string | null
}

/** The seq before the first event that is kept, that of the newest, and the running sum of what they take. */
export type State = { readonly floor: number; readonly head: number; readonly bytes: number }
export type Bounds = { readonly retention: number; readonly maxBytes: number }
export type Store = ReturnType<typeof openStore>

/** Opens the file and begins a new life of the feed: nobody can tell whether its tail is the one it had. */
export function openStore(file: string, at: number) {
  const lock = lockBeside(file)
  const db = new DatabaseSync(file, { timeout: 2_000 })
  claimVersion(db, file, VERSION)
  db.exec(SCHEMA)
  addFacts(db)
  db.exec('PRAGMA secure_delete = ON') // what is erased or trimmed is overwritten with zeroes
  let state = transaction(db, () => beginLife(db, at))
  let lives = readLives(db)
  const head = () => cursorAt(state.head, { lives, ...state })
  const write = prepareWrite(db)
  const drop = prepareDrop(db)
  const select = preparePage(db)
  const find = prepareSearch(db)
  const erase = prepareErase(db)
  const taken = prepareTaken(db)

  return {
    state: () => state,
    lives: () => lives,
    /** Begins another life, later than this place, unless the feed reaches it. */
    outlive(known: Cursor): readonly Life[] {
      if (compareCursors(known, head()) <= 0) return lives
      state = transaction(db, () => beginLife(db, known.epoch + 1))
      return (lives = readLives(db))
    },
    /** Stores batches in one commit; answers the seq of each event, 0 for a duplicate. */
    append(batches: readonly Batch[], at: number): { seqs: number[][]; state: State } {
      const written = transaction(db, () => write(state, batches, head().epoch, at))
      state = written.state
      return written
    },
    taken: taken.read,
    noteTaken: taken.note,
    /** Lets go of at most `limit` of the oldest events that are beyond the bounds and not after `last`. */
    trim(last: number, bounds: Bounds, limit: number): State {
      return (state = transaction(db, () => drop(state, last, bounds, limit)))
    },
    read(after: Cursor, limit: number): FeedPage {
      const span = { lives, ...state }
      const { seq, gap } = locate(after, span)
      const events = select(seq, limit)
      const next = events.at(-1)?.cursor ?? gap?.to ?? head()
      return { events, gap, next, head: head() }
    },
    search(after: Cursor, limit: number, names: readonly string[]): Pick<FeedPage, 'events' | 'next'> {
      const { seq } = locate(after, { lives, ...state })
      const to = Math.min(seq + limit, state.head)
      return {
        events: find(seq, to, names),
        next: to < state.head ? cursorAt(to, { lives, ...state }) : head(),
      }
    },
    erase(seqs: readonly number[]): State {
      return (state = transaction(db, () => erase(state, seqs)))
    },
    forget: prepareForget(db),
    close() {
      db.close()
      lock.release()
    },
  }
}

/** Events of version 1 have none: they are read from their data, each time. */
function addFacts(db: DatabaseSync): void {
  const columns = db.prepare('PRAGMA table_info(events)').all()
  if (columns.some(({ name }) => name === 'facts')) return
  for (const column of ['facts', 'more']) db.exec(`ALTER TABLE events ADD COLUMN ${column} TEXT`)
}

function beginLife(db: DatabaseSync, at: number): State {
  const state = db.prepare('SELECT floor, head, bytes FROM state').get() as State
  db.prepare('INSERT INTO lives SELECT max(?, coalesce(max(epoch) + 1, 0)), ? FROM lives').run(at, state.head)
  const forget = 'DELETE FROM lives WHERE epoch NOT IN (SELECT epoch FROM lives ORDER BY epoch DESC LIMIT ?)'
  db.prepare(forget).run(LIVES_KEPT)
  return state
}

const readLives = (db: DatabaseSync) =>
  db.prepare('SELECT epoch, base FROM lives ORDER BY epoch').all() as Life[]

function prepareWrite(db: DatabaseSync) {
  const isSeen = prepareSeen(db)
  const insertEvent = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  const updateState = db.prepare('UPDATE state SET head = ?, bytes = ?')
  return (
    state: State,
    batches: readonly Batch[],
    epoch: number,
    at: number,
  ): { seqs: number[][]; state: State } => {
    const see = isSeen(at)
    let { head, bytes } = state
    const store = ({ id, kind, data, facts, more }: NewEvent): number => {
      if (see(id)) return 0
      insertEvent.run((head += 1), epoch, at, kind, id, data, facts, more)
      bytes += data.length + Buffer.byteLength(facts) + (more?.length ?? 0) + ROW_BYTES
      return head
    }
    const seqs = batches.map((batch) => batch.map(store))
    updateState.run(head, bytes)
    return { seqs, state: { ...state, head, bytes } }
  }
}

/** Remembers an id as seen today; tells whether it was seen before. */
function prepareSeen(db: DatabaseSync) {
  const anyOf = db.prepare('SELECT 1 FROM seen WHERE day = ? LIMIT 1')
  const select = db.prepare('SELECT 1 FROM seen WHERE day = ? AND id = ?')
  const insert = db.prepare('INSERT OR IGNORE INTO seen VALUES (?, ?)')
  return (at: number) => {
    const day = Math.floor(at / DAY_MS)
    // One day ahead as well: the clock may have been set back over midnight.
    const others = [day - 1, day - 2, day + 1].filter((other) => anyOf.get(other))
    return (id: Uint8Array): boolean =>
      others.some((other) => select.get(other, id)) || insert.run(day, id).changes === 0
  }
}

function prepareDrop(db: DatabaseSync) {
  const selectSizes = db.prepare(
    `SELECT seq, ${SIZE} AS size FROM events WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?`,
  )
  const deleteEvents = db.prepare('DELETE FROM events WHERE seq <= ?')
  const updateState = db.prepare('UPDATE state SET floor = ?, bytes = ?')
  return (state: State, last: number, { retention, maxBytes }: Bounds, limit: number): State => {
    let { floor, bytes } = state
    for (const row of selectSizes.iterate(floor + 1, last, limit) as Iterable<{
      seq: number
      size: number
    }>) {
      if (state.head - floor <= retention && bytes <= maxBytes) break
      floor = row.seq
      bytes -= row.size + ROW_BYTES
    }
    if (floor > state.floor) {
      deleteEvents.run(floor)
      updateState.run(floor, bytes)
    }
    return { ...state, floor, bytes }
  }
}

function prepareTaken(db: DatabaseSync) {
  const select = db.prepare('SELECT epoch, seq FROM taken')
  const update = db.prepare('UPDATE taken SET epoch = ?, seq = ?')
  const read = () => select.get() as Cursor
  return {
    read: (): Cursor => ({ ...read() }),
    /** A commit only where there is news. */
    note(cursor: Cursor): void {
      if (compareCursors(cursor, read()) !== 0) update.run(cursor.epoch, cursor.seq)
    },
  }
}

/** Places stay as they are: only the running sum of bytes changes. */
function prepareErase(db: DatabaseSync) {
  const sizeOf = db.prepare(`SELECT ${SIZE} AS size FROM events WHERE seq = ?`)
  const remove = db.prepare('DELETE FROM events WHERE seq = ?')
  const updateState = db.prepare('UPDATE state SET bytes = ?')
  return (state: State, seqs: readonly number[]): State => {
    let { bytes } = state
    for (const seq of seqs) {
      const row = sizeOf.get(seq) as { size: number } | undefined
      if (row && remove.run(seq).changes > 0) bytes -= row.size + ROW_BYTES
    }
    updateState.run(bytes)
    return { ...state, bytes }
  }
}

function preparePage(db: DatabaseSync) {
  const selectEvents = db.prepare('SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?')
  /** The events after a seq: at most `limit`, and about 4 MiB of data. */
  return (seq: number, limit: number): FeedEvent[] => {
    const events: FeedEvent[] = []
    let bytes = 0
    for (const row of selectEvents.iterate(seq, limit) as Iterable<Row>) {
      events.push(toEvent(row))
      bytes += row.data.length
      if (bytes >= PAGE_BYTES) break
    }
    return events
  }
}

/** Addresses that are not plain ASCII may be spelt in several ways: whoever asks compares them. */
function prepareSearch(db: DatabaseSync) {
  const select = db.prepare(`
    WITH names AS MATERIALIZED (SELECT value FROM json_each(?))
    SELECT * FROM events WHERE seq > ? AND seq <= ? AND (
      facts IS NULL
      OR lower(facts ->> 'recipient') IN names
      OR (facts ->> 'recipient') GLOB '*[^ -~]*'
      OR ((facts ->> 'recipient') IS NULL AND (facts ->> 'message_id') IN names)
      OR (kind = 'inbound' AND (lower(facts ->> 'sender') IN names OR (facts ->> 'sender') GLOB '*[^ -~]*')))
    ORDER BY seq`)
  return (from: number, to: number, names: readonly string[]): FeedEvent[] =>
    (select.all(JSON.stringify(names), from, to) as Row[]).map(toEvent)
}

function prepareForget(db: DatabaseSync) {
  const forget = db.prepare(
    `DELETE FROM seen WHERE (day, id) IN (
       SELECT day, id FROM seen WHERE day < ? ORDER BY day, id LIMIT ?)`,
  )
  /** Forgets at most `limit` of the ids that were seen more than 48 hours ago. */
  return (at: number, limit: number): void => {
    forget.run(Math.floor(at / DAY_MS) - 2, limit)
  }
}

function toEvent({ seq, epoch, at, kind, id, data: bytes, facts, more }: Row): FeedEvent {
  const data = toBuffer(bytes)
  const told = facts === null ? factsOfOlder(kind, data.toString()) : { facts, more }
  return { cursor: { epoch, seq }, receivedAt: at, kind, id: toBuffer(id), data, ...told }
}
