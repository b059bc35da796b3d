// Mandrill's words for what happens, and the hub's for the same.
// https://mailchimp.com/developer/transactional/docs/webhooks/
import type { Kind } from '../../event.ts'
import { own, type Payload } from '../../intake/payload.ts'

export const MESSAGE_KINDS: Readonly<Record<string, Kind>> = {
  send: 'sent',
  deferral: 'deferred',
  hard_bounce: 'bounced',
  soft_bounce: 'soft_bounced',
  delivered: 'delivered',
  open: 'opened',
  click: 'clicked',
  spam: 'complained',
  unsub: 'unsubscribed',
  reject: 'rejected',
  inbound: 'inbound',
}

// Sync events: an address was put on, changed on or taken from a list of the account.
const SYNC_KINDS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  blacklist: { add: 'suppressed', change: 'suppressed', remove: 'unsuppressed' },
  denylist: { add: 'suppressed', change: 'suppressed', remove: 'unsuppressed' },
  whitelist: { add: 'unsuppressed', change: 'unsuppressed' },
  allowlist: { add: 'unsuppressed', change: 'unsuppressed' },
  safelist: { add: 'unsuppressed', change: 'unsuppressed' },
}

export const LISTS = Object.keys(SYNC_KINDS)

/** An event's kind; undefined when it cannot be read as one at all: no object, neither `event` nor `type`. */
export function kindOf(payload: unknown): Kind | undefined {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return undefined
  const { event, type, action } = payload as Payload
  if (typeof event === 'string' && event !== '') return own(MESSAGE_KINDS, event) ?? 'unknown'
  if (typeof type !== 'string' || type === '') return undefined
  return own(own(SYNC_KINDS, type) ?? {}, typeof action === 'string' ? action : '') ?? 'unknown'
}

/** The list that a sync event is about. */
export function listOf({ event, type }: Payload): string | null {
  return (typeof event === 'string' && event !== '') || typeof type !== 'string' ? null : type
}
