// Short questions to Redis, on a connection of their own.
import { HubError, isHubError, type ErrorCode } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { openConnection, type Session } from './connection.ts'

const SILENCE_MS = 3000
const PATIENCE_MS = 2000

type AskingOptions = {
  readonly url: string
  readonly name: string
  readonly patienceMs?: number
  /** What is thrown when Redis does not answer. */
  readonly failure?: ErrorCode
  readonly log: Log
}

export function openAsking(options: AskingOptions) {
  const { failure = 'feed.unavailable', patienceMs = PATIENCE_MS } = options
  const connection = openConnection({ ...options, silenceMs: SILENCE_MS, patienceMs })
  return {
    async ask<T>(question: (redis: Session['redis']) => Promise<T>): Promise<T> {
      try {
        return await question((await connection.session()).redis)
      } catch (error) {
        throw new HubError(failure, { cause: isHubError(error) ? error.cause : error })
      }
    },
    close: connection.close,
  }
}
