// A connection to Redis for short commands and scripts.
import { HubError, isHubError, type ErrorCode } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { openConnection, type Session } from './connection.ts'
import { run, type Script } from './script.ts'

const SILENCE_MS = 3000
const PATIENCE_MS = 2000

type AskingOptions = {
  readonly url: string
  readonly name: string
  readonly patienceMs?: number
  /** The error when Redis does not answer. */
  readonly failure?: ErrorCode
  readonly log: Log
}

export type Asking = ReturnType<typeof openAsking>

export function openAsking(options: AskingOptions) {
  const { failure = 'feed.unavailable', patienceMs = PATIENCE_MS } = options
  const connection = openConnection({ ...options, silenceMs: SILENCE_MS, patienceMs })
  async function ask<T>(question: (redis: Session['redis']) => Promise<T>): Promise<T> {
    try {
      return await question((await connection.session()).redis)
    } catch (error) {
      throw new HubError(failure, { cause: isHubError(error) ? error.cause : error })
    }
  }
  return {
    ask,
    run: (script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> =>
      ask((redis) => run(redis, script, keys, args.map(String))),
    close: connection.close,
  }
}
