// Bloom filters of ids, of which many are asked at once. Ids are hashes, so two of their words choose the bits (double hashing).

/** With these, one in a thousand unknown ids passes a filter by mistake. */
const BITS_AN_ID = 16
const PROBES = 6
const FILTERS_A_WORD = 32

/** The size of a filter for so many ids: a power of two. */
export const bytesFor = (count: number): number => 2 ** Math.ceil(Math.log2(count * BITS_AN_ID)) / 8

/** Each id sets PROBES bits. */
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

/** Up to 32 filters of one size, transposed: word n holds bit n of each filter. So one lookup asks all of them. */
type Shelf = { runs: readonly (number | undefined)[]; readonly words: Int32Array }

/** The filters of all runs, in memory: 2 bytes an id. */
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
    /** The runs that may hold an id. */
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
