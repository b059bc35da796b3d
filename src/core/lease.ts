// A right to do something alone, renewed for as long as this process does it: see Leases.
import { ago } from './pause.ts'
import type { Leases } from './ports.ts'

type Holder = { readonly leases: Leases; readonly owner: string; readonly now: () => number }

/** Short: while nobody knows that its holder is dead, its work stands still. */
const LEASE_MS = 5_000
const RENEW_MS = 1_500

export function createLease(name: string, { leases, owner, now }: Holder) {
  let askedAt = -Infinity
  let held = false

  /** Asks for it now; true when this process has it. */
  async function take(): Promise<boolean> {
    askedAt = now()
    return (held = await leases.take(name, owner, LEASE_MS))
  }

  return {
    take,
    /** Asks only when it is time to renew it, or to ask again for what another has. */
    hold: async (): Promise<boolean> => (ago(askedAt, now()) < RENEW_MS ? held : take()),
    release: (): Promise<void> => leases.release(name, owner).catch(() => undefined),
  }
}
