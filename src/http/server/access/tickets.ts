// Tickets: browsers cannot set headers on a socket, so a signed-in client gets a short-lived word for its address.
import type { OneTime } from '../../../core/ports.ts'
import { createPasses } from '../../../core/seal.ts'

export type Tickets = ReturnType<typeof createTickets>

const LIFE_MS = 60_000

/** A ticket carries its own end, so only a used one has to be remembered. */
export function createTickets(secret: string, used: Pick<OneTime, 'first'>, now: () => number) {
  const passes = createPasses(secret, 'ticket', LIFE_MS, now)
  return {
    issue: passes.issue,
    /** True once, within 60 s, in one process of all. */
    async redeem(ticket: string): Promise<boolean> {
      const pass = passes.read(ticket)
      return pass !== undefined && used.first(`ticket:${pass.id}`, pass.leftMs)
    },
  }
}
