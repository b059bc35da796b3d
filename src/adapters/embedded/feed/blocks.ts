// Events as they lie in the feed's file: those that came together are a block, compressed.
import type { Cursor } from '../../../core/events/cursor.ts'
import type { NewEvent } from '../../../core/events/event.ts'
import { pack } from '../../../core/events/packing.ts'
import {
  grouped,
  PIECE_BYTES,
  PIECE_EVENTS,
  toPiece,
  unpackEvents,
  type Piece,
  type PieceEvent,
} from '../../../core/events/pieces.ts'
import { compressed, expanded, toBuffer } from '../../sqlite/bytes.ts'

/** A block: the seq of its n-th event is first + n. `size`: what its events take by `sizeOf`. */
export type Block = {
  readonly first: number
  readonly last: number
  readonly epoch: number
  readonly size: number
  readonly data: Uint8Array
}

/** What an event takes beside its texts: its place in a block, and its id in `seen`. */
const EVENT_BYTES = 84

/** Small ones that follow on each other, as one block. */
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

/** `packed`: the same events as bytes, where they are there already. */
export const toData = (events: readonly PieceEvent[], packed = pack(events)): Buffer => compressed(packed)

export const eventsIn = ({ data }: Pick<Block, 'data'>): readonly PieceEvent[] =>
  unpackEvents(expanded(toBuffer(data)))

export const seqIn = ({ first }: Block, { head: [n] }: PieceEvent): number => first + n

export const cursorIn = (block: Block, event: PieceEvent): Cursor => ({
  epoch: block.epoch,
  seq: seqIn(block, event),
})
