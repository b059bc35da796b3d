// The newest events in memory, so that followers at the head need not ask the store. They stay packed until somebody looks at
// them.
import { BEGINNING, type Cursor } from '../cursor.ts'
import type { FeedEvent, PackedEvents } from '../event.ts'
import { headsIn } from './packing.ts'
import type { PieceEvent } from './pieces.ts'
import type { FeedPage } from '../ports.ts'

/** Packed events, the seq of each (0 for a duplicate), and what the feed has stored of them. */
export type StoredPiece = {
  readonly bytes: Buffer
  readonly epoch: number
  readonly seqs: readonly number[]
  readonly stored: PackedEvents
}

export type Tail = ReturnType<typeof createTail>

const MOST_EVENTS = 4_000
/** About one page, so that no page from here is larger than a page may be. */
const MOST_BYTES = 4 * 1024 * 1024

/** `head`: the end of the feed when it was opened, if known. Everything pushed follows it. */
export function createTail(head = BEGINNING) {
  const pieces: StoredPiece[] = []
  let bytes = 0
  let { epoch } = head
  /** The seq before the first event that is here, and the seq of the newest. */
  let [floor, end] = [head.seq, head.seq]

  function dropFirst(isGone: (piece: StoredPiece) => boolean): void {
    let gone = 0
    for (const piece of pieces) {
      if (!isGone(piece)) break
      bytes -= piece.bytes.length
      floor = Math.max(floor, lastOf(piece))
      gone++
    }
    pieces.splice(0, gone)
  }

  /** Another process has stored events in between, which are not here: starts anew. */
  function restartAt(first: StoredPiece): void {
    dropFirst(() => true)
    epoch = first.epoch
    floor = end = first.stored.first - 1
  }

  return {
    /** Adds stored pieces, which follow on each other without a gap. */
    push(newer: readonly StoredPiece[]): void {
      const [first] = newer
      if (first && (first.epoch !== epoch || first.stored.first !== end + 1)) restartAt(first)
      pieces.push(...newer)
      for (const piece of newer) {
        bytes += piece.bytes.length
        end = lastOf(piece)
      }
      dropFirst((piece) => bytes > MOST_BYTES || end - piece.stored.first >= MOST_EVENTS)
    },
    /** The page after a cursor, of at most `limit` events; undefined if not all of them are here. */
    after(cursor: Cursor, limit: number): FeedPage | undefined {
      const from = cursor.seq
      if (cursor.epoch !== epoch || from < floor || from > end) return undefined
      const to = Math.min(from + limit, end)
      const theirs = pieces.filter((piece) => lastOf(piece) > from && piece.stored.first <= to)
      return pageOf(theirs, from, { gap: undefined, next: { epoch, seq: to }, head: { epoch, seq: end } })
    },
    /** Drops events up to a seq: the feed has dropped them, or nobody will ask for them. */
    trim(seq: number): void {
      dropFirst((piece) => lastOf(piece) <= seq)
      floor = Math.max(floor, Math.min(seq, end))
    },
  }
}

const lastOf = ({ stored: { first, count } }: StoredPiece): number => first + count - 1

/** A page with the events in (from, next]. They are unpacked when `events` is first read; until then the page keeps the bytes. */
export function pageOf(
  pieces: readonly StoredPiece[],
  from: number,
  { gap, next, head }: Omit<FeedPage, 'events'>,
): FeedPage {
  let events: readonly FeedEvent[] | undefined
  return {
    get events() {
      return (events ??= [...eventsIn(pieces, from, next.seq)])
    },
    gap,
    next,
    head,
  }
}

/** Slices the events directly out of the bytes: unpack() would make an array for each, which costs as much as its texts. */
function* eventsIn(pieces: readonly StoredPiece[], from: number, to: number): Generator<FeedEvent> {
  for (const { bytes, epoch, seqs, stored: packed } of pieces) {
    let at = bytes.indexOf('\n') + 1
    for (const [n, [[, kind, receivedAt], ...sizes]] of headsIn<PieceEvent['head']>(bytes).entries()) {
      const [id = 0, facts = 0, more = 0, data = 0] = sizes
      const [factsAt, moreAt] = [at + id, at + id + facts]
      const [idAt, dataAt] = [at, moreAt + more]
      at = dataAt + data
      const seq = seqs[n] ?? 0
      if (seq <= from || seq > to) continue
      yield {
        cursor: { epoch, seq },
        receivedAt,
        kind,
        id: bytes.subarray(idAt, factsAt),
        data: bytes.subarray(dataAt, at),
        facts: bytes.toString('utf8', factsAt, moreAt),
        more: more > 0 ? bytes.toString('utf8', moreAt, dataAt) : null,
        packed,
      }
    }
  }
}
