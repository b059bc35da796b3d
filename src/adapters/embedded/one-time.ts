// What was used already, in the memory of the only process: a restart ends every socket and every ticket's minute.
import { createCounts } from '../../core/counts.ts'
import { HubError } from '../../core/errors.ts'
import type { OneTime } from '../../core/ports.ts'

/** Keys held at most. At the bound nothing more is accepted until some have expired. */
const MAX_KEYS = 100_000

export function createMemoryOneTime(now: () => number = Date.now): OneTime {
  const expiries = new Map<string, number>()
  return {
    ...createCounts(now),
    async first(key, lifeMs) {
      if (expiries.size >= MAX_KEYS) forgetExpired(expiries, now())
      if (expiries.size >= MAX_KEYS) throw new HubError('feed.unavailable')
      if ((expiries.get(key) ?? 0) > now()) return false
      expiries.set(key, now() + lifeMs)
      return true
    },
  }
}

function forgetExpired(expiries: Map<string, number>, now: number): void {
  for (const [key, expiry] of expiries) if (expiry <= now) expiries.delete(key)
}
