// The order and the distance of cursors. The page is the hub's own, so it may look inside one; others may not.

/** @param {string} cursor @returns {[epoch: number, seq: number]} */
function parse(cursor) {
  const [epoch = 0, seq = 0] = cursor.split('-').map(Number)
  return [epoch, seq]
}

/**
 * Negative when a lies before b, 0 when they are one place, positive when a lies after b.
 * @param {string} a
 * @param {string} b
 */
export function compareCursors(a, b) {
  const [epochA, seqA] = parse(a)
  const [epochB, seqB] = parse(b)
  return epochA - epochB || seqA - seqB
}

/**
 * How many events lie between two places: the sequence has no holes, and goes on over epochs.
 * @param {string} from
 * @param {string} to
 */
export function distance(from, to) {
  return Math.max(0, parse(to)[1] - parse(from)[1])
}

/**
 * The later of two places; either may be unknown.
 * @param {string | undefined} a
 * @param {string | undefined} b
 */
export function later(a, b) {
  if (a === undefined || b === undefined) return a ?? b
  return compareCursors(a, b) > 0 ? a : b
}

/** The place before an event: what follows it begins with that event. @param {string} cursor */
export function previous(cursor) {
  const [epoch, seq] = parse(cursor)
  return `${epoch}-${Math.max(0, seq - 1)}`
}

/** What lies before this is all up to a place; null: nothing does. @param {string} cursor */
export function following(cursor) {
  const [epoch, seq] = parse(cursor)
  return epoch === 0 ? null : `${epoch}-${seq + 1}`
}
