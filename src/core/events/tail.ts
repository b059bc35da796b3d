// The newest events in memory: followers at the head are given them without asking the store. They stay packed, and become
// events only for whoever looks at them.
import { BEGINNING, type Cursor } from './cursor.ts'
import type { FeedEvent, PackedEvents } from './event.ts'
import { headsIn } from './packing.ts'
import type { PieceEvent } from './pieces.ts'
import type { FeedPage } from './ports.ts'

/** Packed events, the seq of each of them, 0 for a duplicate, and what the feed has stored of them. */
export type Held = {
  readonly bytes: Buffer
  readonly epoch: number
  readonly seqs: readonly number[]
  readonly stored: PackedEvents
}

export type Tail = ReturnType<typeof createTail>

const MOST_EVENTS = 4_000
/** About a page: so every page that is answered from here is one that may be given. */
const MOST_BYTES = 4 * 1024 * 1024

/** `head` is where the feed ends when it is opened, where that is known: what comes after it will be here. */
export function createTail(head = BEGINNING) {
  const pieces: Held[] = []
  let bytes = 0
  let { epoch } = head
  /** The seq before the first event that is here, and that of the newest one. */
  let [floor, end] = [head.seq, head.seq]

  function dropFirst(isGone: (piece: Held) => boolean): void {
    let gone = 0
    for (const piece of pieces) {
      if (!isGone(piece)) break
      bytes -= piece.bytes.length
      floor = Math.max(floor, lastOf(piece))
      gone++
    }
    pieces.splice(0, gone)
  }

  /** Somebody else has stored what lies between: what was here is no longer the tail. */
  function beginAt(first: Held): void {
    dropFirst(() => true)
    epoch = first.epoch
    floor = end = first.stored.first - 1
  }

  return {
    /** There is nothing between them. */
    push(newer: readonly Held[]): void {
      const [first] = newer
      if (first && (first.epoch !== epoch || first.stored.first !== end + 1)) beginAt(first)
      pieces.push(...newer)
      for (const piece of newer) {
        bytes += piece.bytes.length
        end = lastOf(piece)
      }
      dropFirst((piece) => bytes > MOST_BYTES || end - piece.stored.first >= MOST_EVENTS)
    },
    /** The events after a cursor; undefined when they are not all here. */
    after(cursor: Cursor, limit: number): FeedPage | undefined {
      const from = cursor.seq
      if (cursor.epoch !== epoch || from < floor || from > end) return undefined
      const to = Math.min(from + limit, end)
      const theirs = pieces.filter((piece) => lastOf(piece) > from && piece.stored.first <= to)
      return pageOf(theirs, from, { gap: undefined, next: { epoch, seq: to }, head: { epoch, seq: end } })
    },
    /** Lets go of what the feed has let go of, or nobody will ask for. */
    trim(seq: number): void {
      dropFirst((piece) => lastOf(piece) <= seq)
      floor = Math.max(floor, Math.min(seq, end))
    },
  }
}

const lastOf = ({ stored: { first, count } }: Held): number => first + count - 1

/** The page that has what is held of (from, next]. Held until somebody looks: by then, newer ones may have taken its place. */
export function pageOf(
  held: readonly Held[],
  from: number,
  { gap, next, head }: Omit<FeedPage, 'events'>,
): FeedPage {
  let events: readonly FeedEvent[] | undefined
  return {
    get events() {
      return (events ??= [...eventsIn(held, from, next.seq)])
    },
    gap,
    next,
    head,
  }
}

/** Cut out of the bytes at once: an array of texts for each event would cost as much as its texts. */
function* eventsIn(held: readonly Held[], from: number, to: number): Generator<FeedEvent> {
  for (const { bytes, epoch, seqs, stored: packed } of held) {
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
