// Reads the text of a batch: each event keeps its very bytes and gets a kind, an id and facts, or goes to quarantine.
import { hash } from 'node:crypto'
import { isUtf8 } from 'node:buffer'
import { HubError } from '../../errors.ts'
import type { NewEvent } from '../event.ts'
import { arraySlices } from './json-slices.ts'
import type { Payload } from './payload.ts'
import { writeFacts } from '../facts.ts'
import { mandrill } from '../providers/mandrill/mandrill.ts'
import type { Provider } from '../providers/provider.ts'

const MAX_BATCH = 10_000

type Unreadable = { readonly id: string; readonly reason: string; readonly data: string }

export type Batch = { readonly events: readonly NewEvent[]; readonly unreadable: readonly Unreadable[] }

/**
 * Reads a JSON array. What cannot be read is not refused (Mandrill would send it again for ever, and nothing after it) but
 * returned as unreadable. Throws hook.too_many_events above MAX_BATCH.
 */
export function readBatch(received: Buffer, provider: Provider = mandrill): Batch {
  const text = validUtf8(received)
  const slices = arraySlices(text)
  if (!slices) return noArray(text)
  if (slices.length > MAX_BATCH && slices.every((data) => parse(data) !== undefined))
    throw new HubError('hook.too_many_events', { details: { events: slices.length } })
  const events: NewEvent[] = []
  const rest: Unreadable[] = []
  const seen = new Map<string, number>()
  for (const data of slices) {
    const payload = parse(data) // one at a time, so that its objects are gone before the next
    if (payload === undefined) return noArray(text)
    const kind = provider.kindOf(payload)
    if (kind) {
      const facts = writeFacts(provider.name, provider.factsOf(payload as Payload, kind))
      events.push({ id: eventId(data, seen), kind, data, ...facts })
    } else rest.push(unreadable(data, 'Not an object with a word in `event` or `type`', seen))
  }
  return { events, unreadable: rest }
}

/** Replaces invalid UTF-8 by U+FFFD: one bad byte in a text frame would end every socket that gets it. */
function validUtf8(bytes: Buffer): Buffer {
  return isUtf8(bytes) ? bytes : Buffer.from(bytes.toString())
}

function parse(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString())
  } catch {
    return undefined
  }
}

const noArray = (text: Buffer): Batch => ({
  events: [],
  unreadable: [unreadable(text, 'The batch is not a JSON array')],
})

function unreadable(data: Buffer, reason: string, seen = new Map<string, number>()): Unreadable {
  return { id: eventId(data, seen).toString('hex'), reason, data: data.toString() }
}

/**
 * 16 bytes: two events are one when their texts are equal and they are the n-th such text of their batch.
 * Mandrill's events have no id of their own (`_id` is the message's), and it sends a whole batch again when it
 * saw no 200.
 */
function eventId(data: Buffer, seen: Map<string, number>): Buffer {
  const digest = hash('sha256', data, 'binary')
  const occurrence = (seen.get(digest) ?? 0) + 1
  seen.set(digest, occurrence)
  const whole = occurrence === 1 ? digest : hash('sha256', `${digest}${occurrence}`, 'binary')
  return Buffer.from(whole.slice(0, 16), 'binary')
}
