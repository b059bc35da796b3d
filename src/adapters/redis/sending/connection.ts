// The connection that marks and lanes share: whatever goes wrong with it, sending is unavailable for the moment.
import { HubError, isHubError } from '../../../core/errors.ts'
import type { Log } from '../../../core/log.ts'
import { openConnection } from '../connection.ts'
import { run, type Script } from '../script.ts'

const SILENCE_MS = 4_000
const PATIENCE_MS = 1_000

export type SendConnection = ReturnType<typeof openSendConnection>

export function openSendConnection({ url, log }: { url: string; log: Log }) {
  const connection = openConnection({
    url,
    name: 'hub-send',
    silenceMs: SILENCE_MS,
    patienceMs: PATIENCE_MS,
    log,
  })
  return {
    async run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
      try {
        const { redis } = await connection.session()
        return await run(redis, script, keys, args.map(String))
      } catch (error) {
        const cause = isHubError(error) ? undefined : error
        throw new HubError('sending.unavailable', { cause })
      }
    },
    close: connection.close,
  }
}
