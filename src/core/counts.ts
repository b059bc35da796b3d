// Counts of recent requests, for rate limits, in the memory of one process.
import { ago } from './pause.ts'
import type { OneTime } from './ports.ts'

/** Beyond this many keys the least recently used one is forgotten. */
const MAX_KEYS = 100_000

export function createCounts(now: () => number): Pick<OneTime, 'count'> {
  const windows = new Map<string, { count: number; readonly since: number }>()
  return {
    async count(key, windowMs) {
      const known = windows.get(key)
      const window = known && ago(known.since, now()) < windowMs ? known : { count: 0, since: now() }
      window.count += 1
      windows.delete(key)
      windows.set(key, window)
      for (const old of windows.keys()) if (windows.size > MAX_KEYS) windows.delete(old)
      return { count: window.count, leftMs: window.since + windowMs - now() }
    },
  }
}
