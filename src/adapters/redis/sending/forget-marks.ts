// For a ledger that comes from a backup: its chunks may be others than those that were marked in Redis.
import type { Log } from '../../../core/log.ts'
import { openAsking } from '../asking.ts'
import { SEND_KEYS } from '../keys.ts'

const PATIENCE_MS = 10_000
const KEYS_A_STEP = 1_000

export async function forgetRedisMarks({ url, log }: { url: string; log: Log }): Promise<void> {
  const failure = 'sending.unavailable'
  const { ask, close } = openAsking({ url, name: 'hub-restored', patienceMs: PATIENCE_MS, failure, log })
  const forget = ask(async (redis) => {
    for (let cursor = '0'; ;) {
      const [next, keys] = await redis.scan(cursor, 'MATCH', SEND_KEYS.anyChunk, 'COUNT', KEYS_A_STEP)
      if (keys.length > 0) await redis.unlink(...keys)
      if ((cursor = next) === '0') return
    }
  })
  await forget.finally(close)
}
