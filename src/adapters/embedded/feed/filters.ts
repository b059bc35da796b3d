// Bloom filters of ids, asked many at a time. Ids are hashes already, so two of their words tell which bits are theirs.

/** So one in a thousand of the ids that a filter was not made of passes it. */
const BITS_AN_ID = 16
const PROBES = 6
const FILTERS_A_WORD = 32

/** A power of two, for so many ids. */
export const bytesFor = (count: number): number => 2 ** Math.ceil(Math.log2(count * BITS_AN_ID)) / 8

/** Each id sets a few of its bits. */
export function createFilter(ids: readonly Buffer[]): Uint8Array {
  const filter = new Uint8Array(bytesFor(ids.length))
  const last = filter.length * 8 - 1
  for (const id of ids) {
    let bit = wordAt(id, 0)
    for (let n = 0; n < PROBES; n++) {
      const at = (bit & last) >> 3
      filter[at] = (filter[at] as number) | (1 << (bit & 7))
      bit = (bit + wordAt(id, 4)) | 0
    }
  }
  return filter
}

/** Filters of one size, turned: for each of their bits a word, with a bit for each filter. One look asks all of them. */
type Shelf = { runs: readonly (number | undefined)[]; readonly words: Int32Array }

/** Takes 2 bytes for each id of a filter. */
export function createFilters() {
  let shelves: readonly Shelf[] = []

  function shelfFor(bits: number): Shelf {
    const room = shelves.find(({ runs, words }) => words.length === bits && runs.length < FILTERS_A_WORD)
    if (room) return room
    const shelf = { runs: [], words: new Int32Array(bits) }
    shelves = [...shelves, shelf]
    return shelf
  }

  return {
    add(run: number, filter: Uint8Array): void {
      const shelf = shelfFor(filter.length * 8)
      const own = 1 << shelf.runs.length
      shelf.runs = [...shelf.runs, run]
      for (const [n, byte] of filter.entries())
        for (let bit = 0; byte >> bit > 0; bit++)
          if ((byte >> bit) & 1) shelf.words[n * 8 + bit] = (shelf.words[n * 8 + bit] as number) | own
    },
    remove(run: number): void {
      for (const shelf of shelves) shelf.runs = shelf.runs.map((each) => (each === run ? undefined : each))
      shelves = shelves.filter(({ runs }) => runs.some((each) => each !== undefined))
    },
    /** The runs that an id may be in. */
    runsOf(id: Buffer): readonly number[] {
      const found: number[] = []
      const step = wordAt(id, 4)
      for (const { runs, words } of shelves) {
        let bit = wordAt(id, 0)
        let left = -1
        for (let n = 0; n < PROBES && left !== 0; n++) {
          left &= words[bit & (words.length - 1)] as number
          bit = (bit + step) | 0
        }
        for (const [n, run] of left === 0 ? [] : runs.entries())
          if (run !== undefined && ((left >>> n) & 1) === 1) found.push(run)
      }
      return found
    },
  }
}

const wordAt = (id: Buffer, at: number): number => id.readInt32LE(at)
