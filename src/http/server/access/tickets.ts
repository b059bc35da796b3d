// Tickets: browsers cannot set headers on a socket, so a signed-in client gets a short-lived ticket for the socket's URL.
import type { OneTime } from '../../../core/ports.ts'
import { createPasses } from '../../../core/seal.ts'

export type Tickets = ReturnType<typeof createTickets>

const LIFE_MS = 60_000

/** A ticket holds its own expiry, so only used ones have to be remembered. */
export function createTickets(secret: string, used: Pick<OneTime, 'first'>, now: () => number) {
  const passes = createPasses(secret, 'ticket', LIFE_MS, now)
  return {
    issue: passes.issue,
    /** True once, within 60 s, in only one process. */
    async redeem(ticket: string): Promise<boolean> {
      const pass = passes.read(ticket)
      return pass !== undefined && used.first(`ticket:${pass.id}`, pass.leftMs)
    },
  }
}
