// Tickets: browsers cannot set headers on a socket, so a signed-in client gets a short-lived ticket for the socket's URL.
import type { OneTime } from '../../../core/ports.ts'
import { createPasses } from '../../../core/seal.ts'
import type { Session } from './access.ts'

export type Tickets = ReturnType<typeof createTickets>

const LIFE_MS = 60_000

/** A ticket holds its own expiry, so only used ones have to be remembered. */
export function createTickets(secret: string, used: Pick<OneTime, 'first'>, now: () => number) {
  const passes = createPasses(secret, 'ticket', LIFE_MS, now)
  return {
    /** `session`: what whoever asks for it is signed in by, unless it is the token. The ticket, and its socket, end with it. */
    issue: (session?: Session) => passes.issue(session && JSON.stringify(session)),
    /** Once, within 60 s, in only one process: the session of whoever asked for it. Otherwise undefined. */
    async redeem(ticket: string): Promise<{ readonly session: Session | undefined } | undefined> {
      const pass = passes.read(ticket)
      if (!pass || !(await used.first(`ticket:${pass.id}`, pass.leftMs))) return undefined
      return { session: pass.carried === '' ? undefined : (JSON.parse(pass.carried) as Session) }
    },
  }
}
