// The mails of a chunk that were refused, while it is not known whether that is about their subscribers or about us. They hold up
// nobody: others go out meanwhile, and what becomes of those tells.
import { pause } from '../pause.ts'
import type { Delivery } from '../campaigns/ports.ts'
import type { Suspended, Tried } from './try.ts'

export type SuspendedOptions = {
  readonly putBack: (delivery: Delivery) => void
  readonly now: () => number
}

type Entry = {
  readonly delivery: Delivery
  readonly suspended: Suspended
  readonly since: number
  taken: number
}

/** So many others were taken after it: then it is about this one. */
const TAKEN = 20
/** At the end of a chunk: what other chunks and workers are told meanwhile counts, too. */
const GRACE_MS = 1_000
/** A chunk that is stopped leaves to the next try what was refused just now. */
const YOUNG_MS = 5_000

export function createSuspended({ putBack, now }: SuspendedOptions) {
  const entries = new Set<Entry>()

  /** True when it is to be sent again. */
  async function settle(entry: Entry, last: boolean): Promise<boolean> {
    entries.delete(entry)
    const what = await entry.suspended.settle(last)
    if (what === 'open') entries.add({ ...entry, taken: 0 })
    if (what === 'kept') putBack(entry.delivery)
    return what === 'kept'
  }

  async function settleAll(which: (entry: Entry) => boolean): Promise<void> {
    await Promise.all([...entries].filter(which).map((entry) => settle(entry, false)))
  }

  return {
    /** What became of one mail, and what that means for those that were refused before. */
    async note(delivery: Delivery, tried: Tried): Promise<void> {
      if (tried === 'kept') putBack(delivery)
      if (tried === 'kept') return settleAll(() => true)
      if (tried === 'done') return
      if (tried !== 'sent') return void entries.add({ delivery, suspended: tried, since: now(), taken: 0 })
      for (const entry of entries) entry.taken += 1
      for (const entry of entries) if (entry.taken >= TAKEN) await settle(entry, true)
    },
    /** When nothing else is left of the chunk. True when some are to be sent again. */
    async settleRest(signal: AbortSignal): Promise<boolean> {
      if (entries.size > 0) await pause(GRACE_MS, signal)
      const due = [...entries].filter(({ since }) => !signal.aborted || now() - since >= YOUNG_MS)
      return (await Promise.all(due.map((entry) => settle(entry, true)))).includes(true)
    },
  }
}
