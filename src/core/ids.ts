// The hub's own ids: UUIDv7, which are in order of creation and need no database to make them.
import { randomBytes } from 'node:crypto'

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/

/** Lower case only: ids are compared exactly as they were given out. */
export const isUuid = (text: string): boolean => UUID.test(text)

const LOW_LIMIT = 2 ** 48
let last = { ms: 0, time: '', middle: '', low: 0 }

/**
 * RFC 9562, section 5.7. Of two ids made in the same millisecond (or while the clock is set back) the later is greater: then the
 * random bits at the end are counted up (section 6.2, method 2).
 */
export function uuidv7(now: number = Date.now(), random: (bytes: number) => Buffer = randomBytes): string {
  if (now > last.ms) last = begin(now, random(10))
  else if (++last.low === LOW_LIMIT) last = begin(last.ms + 1, random(10))
  return `${last.time}-${last.middle}-${last.low.toString(16).padStart(12, '0')}`
}

/** 48 bits of time, version 7, 12 random bits, variant 2, 14 random bits, and 48 that are counted. */
function begin(ms: number, random: Buffer): typeof last {
  const hex = ms.toString(16).padStart(12, '0')
  const middle = [0x7000 | (random.readUInt16BE(0) & 0xfff), 0x8000 | (random.readUInt16BE(2) & 0x3fff)]
  return {
    ms,
    time: `${hex.slice(0, 8)}-${hex.slice(8)}`,
    middle: middle.map((part) => part.toString(16)).join('-'),
    low: random.readUIntBE(4, 6),
  }
}
