// A right to do something alone, renewed for as long as this process does it: see Leases.
import { ago } from './pause.ts'
import type { Leases } from './ports.ts'

type Holder = { readonly leases: Leases; readonly owner: string; readonly now: () => number }

/** Short: when its holder has died, the work stands still until the lease ends. */
const LEASE_MS = 5_000
const RENEW_MS = 1_500

export function createLease(name: string, { leases, owner, now }: Holder) {
  let askedAt = -Infinity
  let held = false

  /** Asks for the lease now; true if this process has it. */
  async function take(): Promise<boolean> {
    askedAt = now()
    return (held = await leases.take(name, owner, LEASE_MS))
  }

  return {
    take,
    /** The same, but asks only when it is time to renew the lease, or to try again. */
    hold: async (): Promise<boolean> => (ago(askedAt, now()) < RENEW_MS ? held : take()),
    release: (): Promise<void> => leases.release(name, owner).catch(() => undefined),
  }
}
