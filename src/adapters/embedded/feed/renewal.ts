// Something that lives as long as a thread does, and is opened anew when the thread has ended although nobody closed it.
import type { Log } from '../../../core/log.ts'
import type { StoreThread } from './store-thread.ts'

/** At most one is opened in this time: a thread that ends again and again must not keep the process busy. */
const REST_MS = 1_000

type Held = { readonly thread: StoreThread }

/** `open` reads everything anew: what the last thread has done, and nobody was told, is in the file. */
export async function createRenewal<T extends Held>(open: () => Promise<T>, log: Log, onRenewed: () => void) {
  let held = await open()
  let renewing: Promise<T> | undefined
  let resting = false
  let closed = false

  async function renew(): Promise<T> {
    log.error(
      { err: held.thread.failure() },
      'the thread of the event feed has ended: another one takes its place',
    )
    resting = true
    setTimeout(() => (resting = false), REST_MS).unref()
    try {
      held = await open()
      onRenewed()
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
