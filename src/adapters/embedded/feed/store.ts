// The SQLite file of the embedded feed: its tables, and every statement that runs on them.
import type { DatabaseSync } from 'node:sqlite'
import { compareCursors, type Cursor } from '../../../core/events/cursor.ts'
import type { PackedEvents } from '../../../core/events/event.ts'
import { cursorAt, locate, type Life } from '../../../core/events/span.ts'
import { headsIn } from '../../../core/events/packed/packing.ts'
import { numbered, unpackEvents, type PieceEvent } from '../../../core/events/packed/pieces.ts'
import type { FeedPage } from '../../../core/events/ports.ts'
import type { StoredPiece } from '../../../core/events/packed/tail.ts'
import { openExclusive } from '../../sqlite/exclusive.ts'
import { rememberPlace } from '../../sqlite/place.ts'
import { transaction } from '../../sqlite/transaction.ts'
import { expanded, toBuffer } from '../../sqlite/bytes.ts'
import { eventsIn, idOf, seqIn, sizeOf, sizeOfAll, toData, type Block } from './blocks.ts'
import { prepareNames, type Names } from './names.ts'
import { convertRows, convertSeen } from './older.ts'
import { createSearch } from './search.ts'
import { openSeen, SEEN_SCHEMA, type Seen } from './seen.ts'

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS blocks (
    first INTEGER PRIMARY KEY, last INTEGER NOT NULL, epoch INTEGER NOT NULL, size INTEGER NOT NULL, data BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS lives (epoch INTEGER PRIMARY KEY, base INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    floor INTEGER NOT NULL, head INTEGER NOT NULL, bytes INTEGER NOT NULL);
  INSERT OR IGNORE INTO state VALUES (1, 0, 0, 0);
  CREATE TABLE IF NOT EXISTS taken (
    one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL, seq INTEGER NOT NULL);
  INSERT OR IGNORE INTO taken VALUES (1, 0, 0);
  ${SEEN_SCHEMA}`
/** The version of the tables above: raise it for a change that an older hub could not work with. */
const VERSION = 4
const PAGE_BYTES = 4 * 1024 * 1024
const LIVES_KEPT = 10_000

/** The seq before the oldest event that is stored, that of the newest, and the sum of the blocks' sizes. */
export type State = { readonly floor: number; readonly head: number; readonly bytes: number }
/** For each piece appended: the seq of each of its events (0 for a duplicate), and what was stored of it, if anything. */
type Written = {
  readonly pieces: readonly { readonly seqs: readonly number[]; readonly stored: PackedEvents | undefined }[]
  readonly state: State
}
type PackedPage = Omit<FeedPage, 'events'> & {
  readonly stored: readonly StoredPiece[]
  readonly from: number
}
export type Bounds = { readonly retention: number; readonly maxBytes: number }
export type Store = ReturnType<typeof openStore>

/** Opens the file and begins a new life of the feed, because the file may be a copy that lacks the newest events. */
export function openStore(file: string, at: number) {
  const { db, close } = openExclusive(file, VERSION, SCHEMA)
  const checkPlace = rememberPlace(file)
  const blocks = prepareBlocks(db)
  convertRows(db, blocks.add)
  convertSeen(db)
  db.exec('PRAGMA secure_delete = ON') // what is erased or trimmed is overwritten with zeroes
  let state = transaction(db, () => beginLife(db, at))
  const seen = openSeen(db, blocks.idsAfter, at)
  let lives = readLives(db)
  const head = () => cursorAt(state.head, { lives, ...state })
  const names = prepareNames(db)
  const write = prepareWrite(db, blocks, names)
  const drop = prepareDrop(db, blocks, names)
  const erase = prepareErase(db, blocks, names)
  const search = createSearch(blocks.after, names)
  const taken = prepareTaken(db)

  return {
    state: () => state,
    lives: () => lives,
    /** Begins a life after that of a cursor, unless the feed reaches the cursor. */
    outlive(known: Cursor): readonly Life[] {
      if (compareCursors(known, head()) <= 0) return lives
      state = transaction(db, () => beginLife(db, known.epoch + 1))
      return (lives = readLives(db))
    },
    /** Stores pieces of packEvents in one commit. */
    append(packed: readonly Uint8Array[], at: number): Written {
      checkPlace()
      seen.beforeAppend(at, state.head)
      const { isNew, add } = seen.lookUp()
      const written = transaction(db, () => write(state, packed, head().epoch, isNew))
      state = written.state
      add()
      return written
    },
    taken: taken.read,
    setTaken: taken.set,
    /** Drops about `limit` of the oldest events, as long as the feed is beyond its bounds, but none after `last`. */
    trim(last: number, bounds: Bounds, limit: number): State {
      if (!isOver(state, bounds)) return state
      const reach = blocks.reach(state.floor, limit)
      seen.beforeRemoval(Math.min(last, reach), state.head)
      return (state = transaction(db, () => drop(state, last, bounds, reach)))
    },
    /** The page after a cursor, its events still packed: those after the seq `from`. */
    read(after: Cursor, limit: number): PackedPage {
      const span = { lives, ...state }
      const { seq: from, gap } = locate(after, span)
      const { stored, last } = pageAfter(blocks, from, limit)
      return { stored, from, gap, next: last ?? gap?.to ?? head(), head: head() }
    },
    search(after: Cursor, limit: number, wanted: readonly string[]): Pick<FeedPage, 'events' | 'next'> {
      const span = { lives, ...state }
      const { seq } = locate(after, span)
      const { events, to } = transaction(db, () => search(seq, state.head, limit, wanted))
      return { events, next: to < state.head ? cursorAt(to, span) : head() }
    },
    erase(seqs: readonly number[]): State {
      seen.beforeRemoval(Math.max(...seqs), state.head)
      return (state = transaction(db, () => erase(state, seqs)))
    },
    forget: seen.forget,
    close() {
      try {
        seen.close(state.head)
      } catch {} // a full disk: the ids are in the blocks as well
      close()
    },
  }
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

type Blocks = ReturnType<typeof prepareBlocks>

function prepareBlocks(db: DatabaseSync) {
  const insert = db.prepare('INSERT INTO blocks VALUES (?, ?, ?, ?, ?)')
  const update = db.prepare('UPDATE blocks SET size = ?, data = ? WHERE first = ?')
  const remove = db.prepare('DELETE FROM blocks WHERE first = ?')
  const from = db.prepare(`
    SELECT * FROM blocks WHERE first >= coalesce((SELECT max(first) FROM blocks WHERE first <= ?), 0) ORDER BY first`)
  /** The blocks with the events after a seq, in order. The first of them may begin before it. */
  const after = (seq: number) => from.iterate(seq + 1) as Iterable<Block>
  return {
    add(first: number, epoch: number, events: readonly PieceEvent[], packed?: Buffer): PackedEvents {
      const size = sizeOfAll(events)
      const data = toData(events, packed)
      insert.run(first, first + events.length - 1, epoch, size, data)
      return { first, count: events.length, data: new Uint8Array(data) } // a copy: `data` may be part of a larger buffer
    },
    after,
    /** How far to trim in one step after a seq: `limit` places, or the end of the next block if that is later. */
    reach(seq: number, limit: number): number {
      const [next] = after(seq)
      return Math.max(seq + limit, next?.last ?? 0)
    },
    /** The ids of the events after a seq. */
    *idsAfter(seq: number): Generator<Seen> {
      for (const block of after(seq))
        for (const each of eventsIn(block))
          if (seqIn(block, each) > seq) yield { id: idOf(each), at: each.head[2] }
    },
    /** Rewrites a block with the events that stay in it; returns by how much its size has become smaller. */
    keep({ first, size }: Block, events: readonly PieceEvent[]): number {
      const left = sizeOfAll(events)
      if (events.length > 0) update.run(left, toData(events), first)
      else remove.run(first)
      return size - left
    },
  }
}

function prepareWrite(db: DatabaseSync, blocks: Blocks, names: Names) {
  const updateState = db.prepare('UPDATE state SET head = ?, bytes = ?')
  return (
    state: State,
    packed: readonly Uint8Array[],
    epoch: number,
    isNew: (id: Buffer) => boolean,
  ): Written => {
    let { head, bytes } = state
    const pieces = packed.map(toBuffer).map((piece) => {
      const events = unpackEvents(piece)
      const first = head + 1
      const seqs = events.map((event) => (isNew(idOf(event)) ? (head += 1) : 0))
      const fresh = events.filter((_, n) => seqs[n] !== 0)
      if (fresh.length === 0) return { seqs, stored: undefined }
      const isAll = fresh.length === events.length
      const stored = blocks.add(first, epoch, isAll ? fresh : fresh.map(numbered), isAll ? piece : undefined)
      names.add(first, fresh)
      bytes += sizeOfAll(fresh)
      return { seqs, stored }
    })
    updateState.run(head, bytes)
    return { pieces, state: { ...state, head, bytes } }
  }
}

const isOver = ({ head, floor, bytes }: State, { retention, maxBytes }: Bounds): boolean =>
  head - floor > retention || bytes > maxBytes

function prepareDrop(db: DatabaseSync, blocks: Blocks, names: Names) {
  const updateState = db.prepare('UPDATE state SET floor = ?, bytes = ?')
  return (state: State, last: number, bounds: Bounds, reach: number): State => {
    let { floor, bytes } = state
    const mayGo = () => floor < last && isOver({ ...state, floor, bytes }, bounds)
    for (const block of blocks.after(floor)) {
      if (!mayGo() || block.last > reach) break
      const events = eventsIn(block)
      const kept = events.findIndex((event) => {
        const seq = seqIn(block, event)
        if (seq > last || !mayGo()) return true
        floor = seq
        bytes -= sizeOf(event)
        return false
      })
      blocks.keep(block, kept < 0 ? [] : events.slice(kept))
    }
    if (floor > state.floor) {
      updateState.run(floor, bytes)
      names.forgetBefore(floor + 1)
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
    /** Commits only if the cursor has moved. */
    set(cursor: Cursor): void {
      if (compareCursors(cursor, read()) !== 0) update.run(cursor.epoch, cursor.seq)
    },
  }
}

/** The numbers of other events stay the same; only the sum of bytes changes. */
function prepareErase(db: DatabaseSync, blocks: Blocks, names: Names) {
  const updateState = db.prepare('UPDATE state SET bytes = ?')
  return (state: State, seqs: readonly number[]): State => {
    let { bytes } = state
    const gone = new Set(seqs)
    let done = 0
    for (const seq of seqs.toSorted((a, b) => a - b)) {
      names.forget(seq)
      if (seq <= done) continue // its block is done already
      const [block] = blocks.after(seq - 1)
      if (!block) break
      done = block.last
      const events = eventsIn(block)
      const left = events.filter((event) => !gone.has(seqIn(block, event)))
      if (left.length < events.length) bytes -= blocks.keep(block, left)
    }
    updateState.run(bytes)
    return { ...state, bytes }
  }
}

/** The blocks with the events after a seq, and the cursor of the last: at most `limit` events, and about 4 MiB of data. */
function pageAfter(blocks: Blocks, from: number, limit: number) {
  const stored: StoredPiece[] = []
  let last: Cursor | undefined
  let [left, size] = [limit, 0]
  for (const { first, epoch, data } of blocks.after(from)) {
    const bytes = expanded(toBuffer(data))
    const heads = headsIn<PieceEvent['head']>(bytes)
    const seqs = heads.map(([[n]]) => first + n)
    stored.push({ bytes, epoch, seqs, stored: { first, count: heads.length, data } })
    for (const [n, seq] of seqs.entries()) {
      if (seq <= from) continue
      last = { epoch, seq }
      left -= 1
      size += Number(heads[n]?.at(-1))
      if (left === 0 || size >= PAGE_BYTES) return { stored, last }
    }
  }
  return { stored, last }
}
