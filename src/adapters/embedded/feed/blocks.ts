// Events as they lie in the feed's file: those that came together are a block, compressed.
import type { Cursor } from '../../../core/events/cursor.ts'
import type { FeedEvent, Kind, NewEvent, PackedEvents } from '../../../core/events/event.ts'
import { pack, unpack, type Packed } from '../../../core/events/packing.ts'
import { toBuffer } from '../../sqlite/bytes.ts'
import { compressed, expanded } from '../../sqlite/compressed.ts'

/** The texts are its id, its facts, what only the loop asks for ('' for most), and its data. */
export type BlockEvent = Packed<readonly [n: number, kind: Kind, at: number]>

/** A block: the seq of its n-th event is first + n. `size`: what its events take by `sizeOf`. */
export type Block = {
  readonly first: number
  readonly last: number
  readonly epoch: number
  readonly size: number
  readonly data: Uint8Array
}

/** As many as the archive's: it keeps them as they are. */
const BLOCK_EVENTS = 64
const BLOCK_BYTES = 256 * 1024
/** What an event takes beside its texts: its place in a block, and its id in `seen`. */
const EVENT_BYTES = 84

/** Events on their way to the file's thread: a block, as one piece of bytes, not as objects. */
export type Piece = { readonly count: number; readonly bytes: Buffer }

const toPiece = (events: readonly BlockEvent[]): Piece => ({
  count: events.length,
  bytes: pack(events.map(numbered)),
})

export function packEvents(events: readonly NewEvent[], at: number): Piece[] {
  return Array.from(cut(events), (block) => ({
    count: block.length,
    bytes: pack(
      block.map(({ id, kind, data, facts, more }, n) => ({
        head: [n, kind, at],
        texts: [id, facts, more ?? '', data],
      })),
    ),
  }))
}

export const countIn = (pieces: readonly Piece[]): number => pieces.reduce((sum, { count }) => sum + count, 0)

/** Small ones that follow on each other, as one block. */
export function joined(pieces: readonly Piece[]): Piece[] {
  let [count, bytes] = [0, 0]
  const groups: Piece[][] = []
  for (const piece of pieces) {
    count += piece.count
    bytes += piece.bytes.length
    const group = groups.at(-1)
    if (group && count <= BLOCK_EVENTS && bytes <= BLOCK_BYTES) group.push(piece)
    else {
      groups.push([piece])
      ;[count, bytes] = [piece.count, piece.bytes.length]
    }
  }
  return groups.flatMap((group) =>
    group.length === 1 ? group : toPiece(group.flatMap(({ bytes }) => unpackEvents(bytes))),
  )
}

/** A block goes on until it is large enough, or something comes that does not follow on what was before it. */
export function* cut<T extends { readonly data: Uint8Array }>(
  all: Iterable<T>,
  follows: (before: T, one: T) => boolean = () => true,
): Generator<readonly T[]> {
  let block: T[] = []
  let bytes = 0
  for (const one of all) {
    const before = block.at(-1)
    if (before && (block.length === BLOCK_EVENTS || bytes >= BLOCK_BYTES || !follows(before, one))) {
      yield block
      block = []
      bytes = 0
    }
    block.push(one)
    bytes += one.data.length
  }
  if (block.length > 0) yield block
}

export function toBlockEvent({ id, kind, data, facts, more }: NewEvent, at: number): BlockEvent {
  return { head: [0, kind, at], texts: [id, Buffer.from(facts), Buffer.from(more ?? ''), data] }
}

/** As the n-th of its block. */
export const numbered = ({ head: [, kind, at], texts }: BlockEvent, n: number): BlockEvent => ({
  head: [n, kind, at],
  texts,
})

export const idOf = ({ texts: [id] }: BlockEvent): Buffer => id ?? Buffer.alloc(0)

export const sizeOf = ({ texts }: BlockEvent): number =>
  texts.reduce((sum, { length }) => sum + length, EVENT_BYTES)

export const sizeOfAll = (events: readonly BlockEvent[]): number =>
  events.reduce((sum, event) => sum + sizeOf(event), 0)

/** `packed`: the same events as bytes, where they are there already. */
export const toData = (events: readonly BlockEvent[], packed = pack(events)): Buffer => compressed(packed)

export const unpackEvents = (packed: Buffer): readonly BlockEvent[] => unpack<BlockEvent['head']>(packed)

export const eventsIn = ({ data }: Pick<Block, 'data'>): readonly BlockEvent[] =>
  unpackEvents(expanded(toBuffer(data)))

export const seqIn = ({ first }: Block, { head: [n] }: BlockEvent): number => first + n

export const cursorIn = (block: Block, event: BlockEvent): Cursor => ({
  epoch: block.epoch,
  seq: seqIn(block, event),
})

/** `packed`: of the whole block, if all of it is there. */
export function toEvent(cursor: Cursor, event: BlockEvent, packed?: PackedEvents): FeedEvent {
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
    packed,
  }
}
