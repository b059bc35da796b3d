// Short questions to Redis, on a connection of their own.
import { HubError, isHubError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { openConnection, type Session } from './connection.ts'

const SILENCE_MS = 3000
const PATIENCE_MS = 2000

/** What is asked throws feed.unavailable when Redis does not answer. */
export function openAsking({ url, name, log }: { url: string; name: string; log: Log }) {
  const connection = openConnection({ url, name, silenceMs: SILENCE_MS, patienceMs: PATIENCE_MS, log })
  return {
    async ask<T>(question: (redis: Session['redis']) => Promise<T>): Promise<T> {
      try {
        return await question((await connection.session()).redis)
      } catch (error) {
        throw isHubError(error) ? error : new HubError('feed.unavailable', { cause: error })
      }
    },
    close: (): void => connection.close(),
  }
}
