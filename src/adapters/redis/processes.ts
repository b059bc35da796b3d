// The processes that share one Redis: a hash of what each has told last.
import { HubError, isHubError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { Process, Processes } from '../../core/ports.ts'
import { openConnection, type Session } from './connection.ts'
import { PROCESSES_KEY } from './keys.ts'

const SILENCE_MS = 3000
const PATIENCE_MS = 2000

/** Throws feed.unavailable when Redis does not answer. */
export function openRedisProcesses({ url, log }: { url: string; log: Log }): Processes & { close(): void } {
  const connection = openConnection({
    url,
    name: 'processes',
    silenceMs: SILENCE_MS,
    patienceMs: PATIENCE_MS,
    log,
  })

  async function ask<T>(question: (redis: Session['redis']) => Promise<T>): Promise<T> {
    try {
      return await question((await connection.session()).redis)
    } catch (error) {
      throw isHubError(error) ? error : new HubError('feed.unavailable', { cause: error })
    }
  }

  return {
    tell: (me) => ask(async (redis) => void (await redis.hset(PROCESSES_KEY, me.id, JSON.stringify(me)))),
    list: () =>
      ask(async (redis) => (await redis.hvals(PROCESSES_KEY)).map((text) => JSON.parse(text) as Process)),
    leave: (id) => ask(async (redis) => void (await redis.hdel(PROCESSES_KEY, id))),
    close: () => connection.close(),
  }
}
