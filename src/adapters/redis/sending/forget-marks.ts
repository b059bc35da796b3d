// For a ledger that comes from a backup: its chunks may be others than those that were marked in Redis.
import { HubError } from '../../../core/errors.ts'
import type { Log } from '../../../core/log.ts'
import { openConnection } from '../connection.ts'
import { SEND_KEYS } from '../keys.ts'

const SILENCE_MS = 4_000
const PATIENCE_MS = 10_000
const KEYS_A_STEP = 1_000

export async function forgetRedisMarks({ url, log }: { url: string; log: Log }): Promise<void> {
  const limits = { silenceMs: SILENCE_MS, patienceMs: PATIENCE_MS }
  const connection = openConnection({ url, name: 'hub-restored', ...limits, log })
  try {
    const { redis } = await connection.session()
    for (let cursor = '0'; ;) {
      const [next, keys] = await redis.scan(cursor, 'MATCH', SEND_KEYS.anyChunk, 'COUNT', KEYS_A_STEP)
      if (keys.length > 0) await redis.unlink(...keys)
      if ((cursor = next) === '0') return
    }
  } catch (cause) {
    throw new HubError('sending.unavailable', { message: 'REDIS_URL: Redis does not answer', cause })
  } finally {
    connection.close()
  }
}
