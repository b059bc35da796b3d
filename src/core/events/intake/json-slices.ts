// Finds where the values of a JSON text begin and end, so that events are kept, hashed and sent on as the very bytes that came.

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const SPACES: readonly (number | undefined)[] = [0x20, 0x09, 0x0a, 0x0d]

const BYTE_ORDER_MARK = Buffer.from('\uFEFF')

/**
 * The elements of a JSON array as slices of the text, without surrounding white space; undefined if it is no array. The caller has
 * to check that JSON.parse accepts each slice. A byte order mark before it is ignored, as RFC 8259, section 8.1 allows.
 */
export function arraySlices(text: Buffer): Buffer[] | undefined {
  const slices: Buffer[] = []
  const isMarked = BYTE_ORDER_MARK.equals(text.subarray(0, BYTE_ORDER_MARK.length))
  let at = skipSpace(text, isMarked ? BYTE_ORDER_MARK.length : 0)
  if (text[at] !== OPEN_ARRAY) return undefined
  at = skipSpace(text, at + 1)
  while (text[at] !== CLOSE_ARRAY || slices.length > 0) {
    const end = valueEnd(text, at)
    slices.push(text.subarray(at, end))
    at = skipSpace(text, end)
    if (text[at] === CLOSE_ARRAY) break
    if (text[at] !== COMMA) return undefined
    at = skipSpace(text, at + 1)
  }
  return skipSpace(text, at + 1) === text.length ? slices : undefined
}

/** A member's value in a JSON object, which JSON.parse has accepted. Of several members of that name the last counts. */
export function memberSlice(text: Buffer, name: string): Buffer | undefined {
  let found: Buffer | undefined
  let at = skipSpace(text, skipSpace(text, 0) + 1)
  while (text[at] !== CLOSE_OBJECT) {
    const nameEnd = stringEnd(text, at)
    const isIt = JSON.parse(text.toString('utf8', at, nameEnd)) === name
    const colon = skipSpace(text, nameEnd)
    const valueStart = skipSpace(text, colon + 1)
    const end = valueEnd(text, valueStart)
    if (isIt) found = text.subarray(valueStart, end)
    at = skipSpace(text, end)
    if (text[at] === COMMA) at = skipSpace(text, at + 1)
  }
  return found
}

function skipSpace(text: Buffer, at: number): number {
  while (SPACES.includes(text[at])) at++
  return at
}

function valueEnd(text: Buffer, start: number): number {
  const first = text[start]
  if (first === QUOTE) return stringEnd(text, start)
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return nestedEnd(text, start)
  let at = start
  while (at < text.length && !endsPlainValue(text[at] as number)) at++
  return at
}

function endsPlainValue(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT || byte <= 0x20
}

function nestedEnd(text: Buffer, start: number): number {
  let depth = 0
  let at = start
  while (at < text.length) {
    const byte = text[at] as number
    if (byte === QUOTE) {
      at = stringEnd(text, at)
      continue
    }
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --depth === 0) return at + 1
    at++
  }
  return at
}

// A byte loop: events consist of short strings, for which calls of indexOf would take longer.
function stringEnd(text: Buffer, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== QUOTE) at += text[at] === BACKSLASH ? 2 : 1
  return at + 1
}
