// A mail event: its kind, its payload, which is kept exactly as it came, and the facts that were read from it.
import type { Cursor } from './cursor.ts'
import { readFacts, type EventFacts, type StoredFacts } from './facts.ts'

/** What can happen to a mail, in the hub's own words. For providers' words see providers/. */
export const MAIL_KINDS = [
  'sent',
  'deferred',
  'bounced',
  'soft_bounced',
  'delivered',
  'opened',
  'clicked',
  'complained',
  'unsubscribed',
  'rejected',
] as const

/** All kinds. The last four are not about a mail that was sent. */
export const KINDS = [...MAIL_KINDS, 'suppressed', 'unsuppressed', 'inbound', 'unknown'] as const

export type Kind = (typeof KINDS)[number]

/** Stored facts, and the parsed ones once somebody has asked for them. */
type WithFacts = StoredFacts & { known?: EventFacts | undefined }

/** An event on its way into the feed. */
export type NewEvent = WithFacts & {
  /** 16 bytes: a hash of `data` and of its occurrence number in the batch. Two events with one id are one. */
  readonly id: Buffer
  readonly kind: Kind
  /** The event's JSON text exactly as it came, valid UTF-8. */
  readonly data: Buffer
}

/** Events that are stored together, packed and perhaps compressed. A store that keeps them all may keep this. See packing.ts. */
export type PackedEvents = {
  /** The seq of the first one, and how many there are. */
  readonly first: number
  readonly count: number
  readonly data: Uint8Array
}

/** An event that the feed holds. */
export type FeedEvent = NewEvent & {
  readonly cursor: Cursor
  /** If the feed stores it packed: the same object for all events in it. */
  readonly packed?: PackedEvents | undefined
  /** Milliseconds since 1970, by the clock of the process that stored it. */
  readonly receivedAt: number
}

/** An event's facts, parsed only once. */
export function eventFacts(event: WithFacts): EventFacts {
  return (event.known ??= readFacts(event))
}
