// The one-time keys in Redis, for several processes.
import { HubError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { OneTime } from '../../core/ports.ts'
import { openAsking } from './asking.ts'
import { usedKey } from './keys.ts'

const SINCE = usedKey('since')

/** Throws feed.unavailable if Redis does not answer: nobody is let in on trust. */
export function openRedisOneTime({ url, log }: { url: string; log: Log }): OneTime & { close(): void } {
  const { ask, close } = openAsking({ url, name: 'one-time', log })
  return {
    first: (key, lifeMs) =>
      ask(async (redis) => (await redis.set(usedKey(key), '1', 'PX', Math.ceil(lifeMs), 'NX')) === 'OK'),
    isUsed: (key) => ask(async (redis) => (await redis.exists(usedKey(key))) === 1),
    since: () =>
      ask(async (redis) => {
        // Read first, which works even when Redis is full.
        const known = await redis.get(SINCE)
        const now = Date.now()
        return Number(known ?? (await redis.set(SINCE, now, 'NX', 'GET')) ?? now)
      }),
    count: (key, windowMs) =>
      ask(async (redis) => {
        const place = usedKey(`count:${key}`)
        const replies = await redis.multi().incr(place).pexpire(place, windowMs, 'NX').pttl(place).exec()
        const [count = 0, , leftMs = windowMs] = (replies ?? []).map(([, reply]) => Number(reply))
        if (!(count > 0)) throw new HubError('feed.unavailable')
        return { count, leftMs }
      }),
    close,
  }
}
