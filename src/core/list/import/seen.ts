// Which addresses a file has named already: a set of 64-bit hashes, since a Set of a million texts takes 100 MB.
import { hash } from 'node:crypto'

const FIRST_SIZE = 2 ** 16
/** 64 MB. Beyond it, lines of a file are only compared with the list as it is by then. */
const LARGEST_SIZE = 2 ** 23
/** In a fuller table it is a long way to a free place. */
const FULL = 0.6

/** Two of a million keys share a hash in one of thirty million files. */
export function createSeen(largest = LARGEST_SIZE) {
  let table = new Uint32Array(2 * Math.min(FIRST_SIZE, largest))
  let count = 0

  /** The place of a hash: its own, or the free one where it belongs. Pairs of zeroes are free. */
  function place(high: number, low: number): number {
    for (let at = (low % (table.length / 2)) * 2; ; at = (at + 2) % table.length) {
      const isFree = table[at] === 0 && table[at + 1] === 0
      if (isFree || (table[at] === high && table[at + 1] === low)) return at
    }
  }

  function grow(): void {
    const old = table
    table = new Uint32Array(old.length * 2)
    for (let at = 0; at < old.length; at += 2) {
      const [high = 0, low = 0] = [old[at], old[at + 1]]
      if (high === 0 && low === 0) continue
      const to = place(high, low)
      table[to] = high
      table[to + 1] = low
    }
  }

  return {
    /** True when this key was added before. */
    add(key: string): boolean {
      const digest = hash('sha1', key, 'buffer')
      const high = digest.readUInt32LE(0) || 1
      const low = digest.readUInt32LE(4)
      let at = place(high, low)
      if (table[at] !== 0) return true
      if (count >= (table.length / 2) * FULL) {
        if (table.length / 2 >= largest) return false
        grow()
        at = place(high, low)
      }
      table[at] = high
      table[at + 1] = low
      count++
      return false
    },
  }
}
