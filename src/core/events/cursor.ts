// A cursor: a place in the feed. An epoch (which life of the feed) and a sequence without holes.
//
// The sequence goes on from epoch to epoch of one feed, so the number of events between two of its cursors is
// a subtraction. A new epoch begins whenever the feed cannot be sure that its tail is the one it had: a wiped
// store, a store restored from a backup, a Redis that was started anew. That is how an old cursor is recognised
// although the numbers would fit.

export type Cursor = {
  /** The feed's life, in milliseconds since 1970: later lives are greater. 0 only in BEGINNING. */
  readonly epoch: number
  /** The number of the last event at or before this place; 0: there is none. */
  readonly seq: number
}

/** Before all events, in any feed. Written `0`. */
export const BEGINNING: Cursor = Object.freeze({ epoch: 0, seq: 0 })

const SHAPE = /^([1-9][0-9]{0,14})-(0|[1-9][0-9]{0,14})$/

/** Reads what formatCursor wrote; undefined if it is no cursor. */
export function parseCursor(text: string): Cursor | undefined {
  if (text === '0') return BEGINNING
  const match = SHAPE.exec(text)
  return match ? { epoch: Number(match[1]), seq: Number(match[2]) } : undefined
}

export function formatCursor(cursor: Cursor): string {
  return cursor.epoch === 0 ? '0' : `${cursor.epoch}-${cursor.seq}`
}

/** Negative if a is before b, 0 if they are equal, positive if a is after b. */
export function compareCursors(a: Cursor, b: Cursor): number {
  return a.epoch - b.epoch || a.seq - b.seq
}
