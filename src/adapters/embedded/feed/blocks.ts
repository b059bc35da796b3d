// Blocks: how the feed's file stores events. Those that came together are one compressed block.
import type { Cursor } from '../../../core/events/cursor.ts'
import type { NewEvent } from '../../../core/events/event.ts'
import { pack } from '../../../core/events/packed/packing.ts'
import {
  grouped,
  PIECE_BYTES,
  PIECE_EVENTS,
  toPiece,
  unpackEvents,
  type Piece,
  type PieceEvent,
} from '../../../core/events/packed/pieces.ts'
import { compressed, expanded, toBuffer } from '../../sqlite/bytes.ts'

/** The seq of the n-th event is first + n, so erased events leave numbers free. `size` is the sum of `sizeOf`, not the length of `data`. */
export type Block = {
  readonly first: number
  readonly last: number
  readonly epoch: number
  readonly size: number
  readonly data: Uint8Array
}

/** What an event takes besides its texts, in bytes: its place in a block, and its id among those seen. */
const EVENT_BYTES = 84

/** Merges small consecutive pieces, each of which becomes a block. */
export const joined = (pieces: readonly Piece[]): Piece[] =>
  grouped(pieces, PIECE_EVENTS, PIECE_BYTES).flatMap((group) =>
    group.length === 1 ? group : toPiece(group.flatMap(({ bytes }) => unpackEvents(bytes))),
  )

export function toBlockEvent({ id, kind, data, facts, more }: NewEvent, at: number): PieceEvent {
  return { head: [0, kind, at], texts: [id, Buffer.from(facts), Buffer.from(more ?? ''), data] }
}

export const idOf = ({ texts: [id] }: PieceEvent): Buffer => id ?? Buffer.alloc(0)

export const sizeOf = ({ texts }: PieceEvent): number =>
  texts.reduce((sum, { length }) => sum + length, EVENT_BYTES)

export const sizeOfAll = (events: readonly PieceEvent[]): number =>
  events.reduce((sum, event) => sum + sizeOf(event), 0)

/** `packed`: the same events as bytes, if they are packed already. */
export const toData = (events: readonly PieceEvent[], packed = pack(events)): Buffer => compressed(packed)

export const eventsIn = ({ data }: Pick<Block, 'data'>): readonly PieceEvent[] =>
  unpackEvents(expanded(toBuffer(data)))

export const seqIn = ({ first }: Block, { head: [n] }: PieceEvent): number => first + n

export const cursorIn = (block: Block, event: PieceEvent): Cursor => ({
  epoch: block.epoch,
  seq: seqIn(block, event),
})
