// The connection that marks and lanes share: whatever goes wrong with it, sending is unavailable for the moment.
import type { Log } from '../../../core/log.ts'
import { openAsking } from '../asking.ts'
import { run, type Script } from '../script.ts'

const PATIENCE_MS = 1_000

export type SendConnection = ReturnType<typeof openSendConnection>

export function openSendConnection({ url, log }: { url: string; log: Log }) {
  const failure = 'sending.unavailable'
  const { ask, close } = openAsking({ url, name: 'hub-send', patienceMs: PATIENCE_MS, failure, log })
  return {
    run: (script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> =>
      ask((redis) => run(redis, script, keys, args.map(String))),
    close,
  }
}
