// Seeded randomness: the same seed gives the same numbers, so a run that failed can be run again.

export type Random = {
  /** At least 0, less than 1. */
  next(): number
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number
  /** True in about `share` of the calls. */
  chance(share: number): boolean
  pick<L extends readonly unknown[]>(list: L): L[number]
  /** Lower-case hex digits. */
  hex(length: number): string
}

/** Mulberry32: 32 bits of state are plenty for test data, and it is the same on every machine. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    int,
    chance: (share) => next() < share,
    pick: <L extends readonly unknown[]>(list: L): L[number] => list[int(0, list.length - 1)],
    hex: (length) => Array.from({ length }, () => int(0, 15).toString(16)).join(''),
  }
}
