// What a feed holds, and where a reader with a cursor goes on in it, after which gap.
import type { Cursor } from './cursor.ts'
import type { Gap } from './ports.ts'

/** One life of a feed. Its events are those after `base`, up to the base of the next life. */
export type Life = { readonly epoch: number; readonly base: number }

/** What a feed holds at one moment. */
export type Span = {
  /** Every life that is remembered, oldest first; the last one is the current one. */
  readonly lives: readonly Life[]
  /** The seq before the first event that is kept: the newest one that was trimmed, 0 = none was. */
  readonly floor: number
  /** The newest event's seq, 0 = there never was one. */
  readonly head: number
}

type Start = { readonly seq: number; readonly gap: Gap | undefined }

/** Where a reader with this cursor goes on reading. */
export function locate(cursor: Cursor, span: Span): Start {
  if (cursor.epoch === 0) return { seq: span.floor, gap: undefined }
  const end = endOf(cursor.epoch, span)
  if (end === undefined) return afterGap(cursor, span.floor, 'reset', span)
  if (cursor.seq > end) return afterGap(cursor, Math.max(end, span.floor), 'reset', span)
  if (cursor.seq < span.floor) return afterGap(cursor, span.floor, 'expired', span)
  return { seq: cursor.seq, gap: undefined }
}

/** The cursor of the place after event `seq`, in the latest life that contains it. */
export function cursorAt(seq: number, span: Span): Cursor {
  const life = span.lives.findLast(({ base }) => base <= seq)
  return { epoch: life?.epoch ?? 0, seq }
}

/** The last seq of a life; undefined if it belongs to another feed, or is too old to be remembered. */
export function endOf(epoch: number, span: Span): number | undefined {
  const index = span.lives.findLastIndex((life) => life.epoch === epoch)
  return index < 0 ? undefined : (span.lives[index + 1]?.base ?? span.head)
}

function afterGap(from: Cursor, seq: number, reason: Gap['reason'], span: Span): Start {
  return { seq, gap: { from, to: cursorAt(seq, span), reason } }
}
