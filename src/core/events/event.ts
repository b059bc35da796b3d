// A mail event: its kinds, and what can be read from it. The payload is always kept as it came.
import type { Cursor } from './cursor.ts'
import { emailKey } from '../address.ts'
import { asInstant, asObject, type Payload } from './intake/payload.ts'

/** What becomes of a mail, in the hub's own words. What each means in Mandrill's: see mandrill.ts. */
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

/** An event on its way into the feed. */
export type NewEvent = {
  /** 16 bytes: a hash of `data` and of its occurrence number in the batch. Two events with one id are one. */
  readonly id: Buffer
  readonly kind: Kind
  /** The event's JSON text exactly as it came, valid UTF-8. */
  readonly data: Buffer
}

/** An event that the feed holds. */
export type FeedEvent = NewEvent & {
  readonly cursor: Cursor
  /** Milliseconds since 1970, by the clock of the process that stored it. */
  readonly receivedAt: number
}

/** What filters, the archive and tracking read from an event. null where it does not say. */
export type EventFacts = {
  /** Mandrill's `_id` of the message. */
  readonly messageId: string | null
  /** The reader's address, as addresses are compared: see emailKey. */
  readonly email: string | null
  readonly tags: readonly string[]
  /** `campaign_id` of the metadata that the hub gave the mail. */
  readonly campaignId: string | null
  readonly subject: string | null
  /** When it happened by Mandrill's clock, milliseconds since 1970. */
  readonly occurredAt: number | null
  /** The whole event, parsed. */
  readonly payload: Payload
}

const known = new WeakMap<FeedEvent, EventFacts>()

/** Reads an event's facts; parsed once however many readers ask. Never throws: what is unreadable is null. */
export function eventFacts(event: FeedEvent): EventFacts {
  let facts = known.get(event)
  if (!facts) known.set(event, (facts = readFacts(parseObject(event.data.toString()))))
  return facts
}

export function readFacts(payload: Record<string, unknown>): EventFacts {
  const message = asObject(payload.msg)
  const entry = asObject(payload.reject ?? payload.entry)
  const metadata = asObject(message.metadata)
  const email = asText(message.email) ?? asText(entry.email)
  return {
    messageId: asText(payload._id) ?? asText(message._id),
    email: email === null ? null : emailKey(email),
    tags: Array.isArray(message.tags) ? message.tags.filter((tag) => typeof tag === 'string') : [],
    campaignId: asText(metadata.campaign_id),
    subject: asText(message.subject),
    occurredAt: asInstant(payload.ts),
    payload,
  }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return asObject(JSON.parse(text))
  } catch {
    return {}
  }
}

function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null
}
