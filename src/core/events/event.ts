// A mail event: its kinds, its payload, which is always kept as it came, and the facts that were read from it.
import type { Cursor } from './cursor.ts'
import { readFacts, type EventFacts, type StoredFacts } from './facts.ts'

/** What becomes of a mail, in the hub's own words. Each provider's own words for the same: see providers/. */
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

/** All the hub's words. The others are of no mail that was sent. */
export const KINDS = [...MAIL_KINDS, 'suppressed', 'unsuppressed', 'inbound', 'unknown'] as const

export type Kind = (typeof KINDS)[number]

/** Stored facts, and what they say, once somebody has read them. */
type WithFacts = StoredFacts & { known?: EventFacts | undefined }

/** An event on its way into the feed. */
export type NewEvent = WithFacts & {
  /** 16 bytes: a hash of `data` and of its occurrence number in the batch. Two events with one id are one. */
  readonly id: Buffer
  readonly kind: Kind
  /** The event's JSON text exactly as it came, valid UTF-8. */
  readonly data: Buffer
}

/** Events that lie together, packed and perhaps compressed: who keeps all of them may keep that. See packing.ts. */
export type PackedEvents = {
  /** The seq of the first one, and how many there are. */
  readonly first: number
  readonly count: number
  readonly data: Uint8Array
}

/** An event that the feed holds. */
export type FeedEvent = NewEvent & {
  readonly cursor: Cursor
  /** Where its store has it so: the same object for all of them. */
  readonly packed?: PackedEvents | undefined
  /** Milliseconds since 1970, by the clock of the process that stored it. */
  readonly receivedAt: number
}

/** An event's facts; read once however many ask. */
export function eventFacts(event: WithFacts): EventFacts {
  return (event.known ??= readFacts(event))
}
