// Notices when no webhooks arrive while mails go out: the one failure that no request and no answer shows.
import type { Log } from '../log.ts'

type SilenceOptions = {
  /** How many mails of the campaigns of late were sent. */
  readonly sent: () => Promise<number>
  /** A value that changes whenever webhooks have brought something. */
  readonly arrived: () => Promise<number>
  readonly now: () => number
  readonly log: Log
  /** How often it looks. */
  readonly everyMs?: number
}

export type Silence = {
  /** For how long mails have gone out without any event; 0 while all is well. */
  seconds(): number
  look(): Promise<void>
  close(): void
}

/** Mandrill sends its batches within minutes. */
export const SILENT_AFTER_MS = 15 * 60_000
const EVERY_MS = 60_000

export function watchSilence({ sent, arrived, now, log, everyMs = EVERY_MS }: SilenceOptions): Silence {
  let before: { sent: number; arrived: number } | undefined
  /** The first mails went out, with nothing back since. */
  let since: number | undefined
  let told = false

  function end(): void {
    if (told) log.info({}, 'webhooks arrive again')
    since = undefined
    told = false
  }

  async function look(): Promise<void> {
    const seen = { sent: await sent(), arrived: await arrived() }
    if (before && seen.arrived !== before.arrived) end()
    else if (before && seen.sent > before.sent) since ??= now()
    before = seen
    const silent = since === undefined ? 0 : now() - since
    if (told || silent < SILENT_AFTER_MS) return
    told = true
    log.error(
      { minutes: Math.round(silent / 60_000) },
      'mails are going out, but no webhook arrives: check whether Mandrill has disabled it',
    )
  }

  const timer = setInterval(
    () => void look().catch((err: unknown) => log.warn({ err }, 'cannot check whether webhooks arrive')),
    everyMs,
  ).unref()
  return {
    seconds: () => (since === undefined ? 0 : Math.floor((now() - since) / 1000)),
    look,
    close: () => clearInterval(timer),
  }
}
