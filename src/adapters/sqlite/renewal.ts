// Replaces a thread that has ended although nobody closed it: it has a heap of its own, and may run out of it. Calls that it was
// working on are rejected, and SQLite rolls back what was not committed.
import type { Log } from '../../core/log.ts'

/** At most one new thread in this time, so that one that keeps failing does not occupy the process. */
const REST_MS = 1_000

type Held = { readonly thread: { failure(): unknown; close(): Promise<void> } }

type RenewalOptions<T extends Held> = {
  /** Starts a thread and reads its state anew: the last one may have committed what nobody was told of. */
  readonly open: () => Promise<T>
  /** How the log names the thread, and fields that tell which one it is. */
  readonly name: string
  readonly about?: object
  readonly log: Log
  readonly onRenewed?: () => void
}

export async function createRenewal<T extends Held>({
  open,
  name,
  about,
  log,
  onRenewed,
}: RenewalOptions<T>) {
  let held = await open()
  let renewing: Promise<T> | undefined
  let resting = false
  let closed = false

  async function renew(): Promise<T> {
    log.error({ err: held.thread.failure(), ...about }, `${name} has ended: a new one takes its place`)
    resting = true
    setTimeout(() => (resting = false), REST_MS).unref()
    try {
      held = await open()
      onRenewed?.()
      return held
    } finally {
      renewing = undefined
    }
  }

  return {
    /** The current one, or the last one if that has ended. */
    latest: (): T => held,
    /** The current one, renewed if it has ended. Rejects while there is none. */
    current(): Promise<T> {
      const failure = held.thread.failure()
      if (!failure) return Promise.resolve(held)
      if (renewing) return renewing
      return closed || resting ? Promise.reject(failure) : (renewing = renew())
    },
    async close(): Promise<void> {
      closed = true
      await renewing?.catch(() => undefined)
      await held.thread.close()
    },
  }
}
