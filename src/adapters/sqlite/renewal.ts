// A thread that is begun anew when it has ended although nobody closed it: it has a heap of its own, and may run out of
// it. What it was at is refused then, and SQLite rolls back what was not committed.
import type { Log } from '../../core/log.ts'

/** At most one is begun in this time: a thread that ends again and again must not keep the process busy. */
const REST_MS = 1_000

type Held = { readonly thread: { failure(): unknown; close(): Promise<void> } }

type RenewalOptions<T extends Held> = {
  /** Reads anew what is kept beside the thread: what the last one has done, and nobody was told, is in the file. */
  readonly open: () => Promise<T>
  /** The thread's name in the log, and which one it is. */
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
    /** The one of now, or the last one. */
    latest: (): T => held,
    /** The one of now. Rejects while there is none. */
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
