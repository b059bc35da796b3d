// Pieces: events that came together, packed into one buffer from the hook to the archive. A few large buffers are cheap for the
// garbage collector, and cheap to send to other threads and processes.
import type { Cursor } from '../cursor.ts'
import type { FeedEvent, Kind, NewEvent } from '../event.ts'
import { pack, unpack, type Packed } from './packing.ts'

/** An event of a piece: its place there, kind and time of receipt. Texts: id, facts, what only the loop needs ('' for most), data. */
export type PieceEvent = Packed<readonly [n: number, kind: Kind, at: number]>

export type Piece = { readonly count: number; readonly bytes: Buffer }

/** The same as in a block of the archive, which stores a full piece as it is. */
export const PIECE_EVENTS = 64
export const PIECE_BYTES = 256 * 1024

/** Shared memory, which goes to another thread without a copy. Nobody writes into it once it is packed. */
const shared = (size: number): Buffer => Buffer.from(new SharedArrayBuffer(size))

/** Called at once: as objects waiting for a commit, events would outlive V8's young generation, which costs more than all the rest. */
export function packEvents(events: readonly NewEvent[], at: number): Piece[] {
  return Array.from(cut(events), (few) => ({
    count: few.length,
    bytes: pack(
      few.map(({ id, kind, data, facts, more }, n) => ({
        head: [n, kind, at],
        texts: [id, facts, more ?? '', data],
      })),
      shared,
    ),
  }))
}

export const toPiece = (events: readonly PieceEvent[]): Piece => ({
  count: events.length,
  bytes: pack(events.map(numbered), shared),
})

export const countIn = (pieces: readonly Piece[]): number => pieces.reduce((sum, { count }) => sum + count, 0)

/** Groups consecutive pieces: up to `most` events and `mostBytes` bytes a group, but always at least one piece. */
export function grouped<P extends Piece>(pieces: readonly P[], most: number, mostBytes = Infinity): P[][] {
  let [count, bytes] = [0, 0]
  const groups: P[][] = []
  for (const piece of pieces) {
    count += piece.count
    bytes += piece.bytes.length
    const group = groups.at(-1)
    if (group && count <= most && bytes <= mostBytes) group.push(piece)
    else {
      groups.push([piece])
      ;[count, bytes] = [piece.count, piece.bytes.length]
    }
  }
  return groups
}

/** Cuts events into pieces: a piece ends when it is large enough, or before an event that does not `follow` the one before. */
export function* cut<T extends { readonly data: Uint8Array }>(
  all: Iterable<T>,
  follows: (before: T, one: T) => boolean = () => true,
): Generator<readonly T[]> {
  let piece: T[] = []
  let bytes = 0
  for (const one of all) {
    const before = piece.at(-1)
    if (before && (piece.length === PIECE_EVENTS || bytes >= PIECE_BYTES || !follows(before, one))) {
      yield piece
      piece = []
      bytes = 0
    }
    piece.push(one)
    bytes += one.data.length
  }
  if (piece.length > 0) yield piece
}

export const unpackEvents = (packed: Buffer): readonly PieceEvent[] => unpack<PieceEvent['head']>(packed)

/** The event as the n-th of its piece. */
export const numbered = ({ head: [, kind, at], texts }: PieceEvent, n: number): PieceEvent => ({
  head: [n, kind, at],
  texts,
})

export function toEvent(cursor: Cursor, event: PieceEvent): FeedEvent {
  const {
    head: [, kind, receivedAt],
    texts: [id, facts, more, data],
  } = event
  if (!id || !facts || !more || !data) throw new Error('A block of the feed is damaged')
  return {
    cursor,
    receivedAt,
    kind,
    id,
    data,
    facts: facts.toString(),
    more: more.toString() || null,
  }
}
