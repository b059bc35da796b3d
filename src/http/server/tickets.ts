// Tickets: browsers cannot set headers on a socket, so a signed-in client gets a short-lived word for its address.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { OneTime } from '../../core/ports.ts'

export type Tickets = {
  issue(): { ticket: string; expiresAt: number }
  /** True once, within 60 s, in one process of all. */
  redeem(ticket: string): Promise<boolean>
}

const LIFE_MS = 60_000

/** A ticket carries its own expiry and signature, so only a used one has to be remembered. */
export function createTickets(secret: string, used: OneTime, now: () => number): Tickets {
  const key = createHmac('sha256', secret).update('ticket').digest()
  const sign = (body: string) => createHmac('sha256', key).update(body).digest('base64url')
  return {
    issue() {
      const expiresAt = now() + LIFE_MS
      const body = `${expiresAt}.${randomBytes(16).toString('base64url')}`
      return { ticket: `${body}.${sign(body)}`, expiresAt }
    },
    async redeem(ticket) {
      const cut = ticket.lastIndexOf('.')
      const body = ticket.slice(0, Math.max(cut, 0))
      const given = Buffer.from(ticket.slice(cut + 1))
      const right = Buffer.from(sign(body))
      if (given.length !== right.length || !timingSafeEqual(given, right)) return false
      const left = Number(body.split('.')[0]) - now()
      return left > 0 && used.first(`ticket:${body}`, left)
    },
  }
}
