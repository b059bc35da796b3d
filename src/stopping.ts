// How the program ends on a signal: at any moment, in bounded time, and with exit code 0, since nothing stored is lost.
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'

type Stoppable = {
  readonly stores: readonly { readonly name: string; ping(): Promise<void> }[]
  /** Finishes what is under way, and lets go of everything. */
  close(): Promise<void>
}

/** A mail server may be slow. Mails that are still in flight after this are in doubt, and are sent again. */
const LONGEST_MS = 35_000
/** The limit if a store does not answer: no client has been told that its request succeeded. */
const STORE_MS = 8_000
const CHECK_MS = 1_500
/** Ctrl-C arrives twice: from the terminal and from npm. Only a later signal means impatience. */
const SAME_SIGNAL_MS = 1_000

/** Listens to SIGTERM, SIGINT and SIGHUP (the terminal is closed) from now on. The returned function is told what to close, once that is running. */
export function listenToSignals(log: FastifyBaseLogger): (running: Stoppable) => void {
  let running: Stoppable | undefined
  let since: number | undefined

  async function stop(signal: string): Promise<void> {
    if (since !== undefined && Date.now() - since > SAME_SIGNAL_MS) process.exit(130)
    if (since !== undefined) return
    since = Date.now()
    log.info({ signal }, running ? 'shutting down' : 'stopped while starting')
    if (!running) process.exit(0)
    cutOff(LONGEST_MS, 'closed before a mail server had answered')
    void silentOnes(running).then((stores) => {
      if (stores.length > 0) cutOff(STORE_MS - CHECK_MS, 'closed before a store had answered', { stores })
    })
    try {
      await running.close()
      log.info('closed')
      process.exit(0) // a driver may have left a timer
    } catch (err) {
      log.error({ err }, 'closing failed')
      process.exit(1)
    }
  }

  function cutOff(afterMs: number, what: string, details = {}): void {
    setTimeout(() => {
      log.warn(details, what)
      process.exit(0)
    }, afterMs)
  }

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void stop(signal))
  return (started) => void (running = started)
}

/** The stores that do not answer now. */
async function silentOnes({ stores }: Stoppable): Promise<readonly string[]> {
  const answers = stores.map(async ({ name, ping }) => {
    const silent = pause(CHECK_MS, name)
    return Promise.race([ping().then(() => undefined), silent]).catch(() => silent)
  })
  return (await Promise.all(answers)).filter((name) => name !== undefined)
}
