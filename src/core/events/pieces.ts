// Events on their way into a feed, and its newest ones: those that came together stay packed, a few large pieces that the garbage
// collector need not look into and that cost little between threads and processes.
import type { Cursor } from './cursor.ts'
import type { FeedEvent, Kind, NewEvent } from './event.ts'
import { pack, unpack, type Packed } from './packing.ts'

/** The texts are its id, its facts, what only the loop asks for ('' for most), and its data. */
export type PieceEvent = Packed<readonly [n: number, kind: Kind, at: number]>

export type Piece = { readonly count: number; readonly bytes: Buffer }

/** As many as the archive's: it keeps them as they are. */
export const PIECE_EVENTS = 64
export const PIECE_BYTES = 256 * 1024

/** Goes to another thread without being copied. Nobody writes into it once it is packed. */
const shared = (size: number): Buffer => Buffer.from(new SharedArrayBuffer(size))

/** At once: as objects that wait for a commit, events would outlive the young generation, which costs more than all else. */
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

/** Those that follow on each other, together: so many events and bytes at most, but always one piece. */
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

/** A piece goes on until it is large enough, or something comes that does not follow on what was before it. */
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

/** As the n-th of its piece. */
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
