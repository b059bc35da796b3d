// Signed webhook requests made ready beforehand: for each one only the ids and addresses in its events and the signature change.
import { createHmac } from 'node:crypto'
import { batchText, phpUrlEncode } from '../simulator/webhooks/batch.ts'
import { simulateEvents, type SimulatedEvent } from '../simulator/events/events.ts'

type BodyMaker = {
  /** A whole HTTP request; valid until the next call. Its events were never sent before. */
  next(): Buffer
  /** Mandrill's words for its events. */
  readonly words: readonly string[]
  /** Of an event's text, on average. */
  readonly eventBytes: number
}

type HookTarget = { readonly path: string; readonly webhookUrl: string; readonly key: string }

const COUNTER_DIGITS = 12
/** As simulated addresses have them before the @: mails to the same few people would make an archive of its own kind. */
const ADDRESS_DIGITS = 6
const SIGNATURE_LENGTH = 28
const WARM_UP = 2_000

export function createBodies(target: HookTarget, eventsPerBatch: number, seed = 1): BodyMaker {
  const events = eventsWithId(eventsPerBatch, seed)
  const json = Buffer.from(batchText(events))
  const body = Buffer.from(`mandrill_events=${phpUrlEncode(json.toString())}`)
  const head = Buffer.from(headOf(target.path, body.length))
  const request = Buffer.concat([head, body])
  const places = [placesIn(json, events), placesIn(request, events)] as const
  const signatureAt = head.indexOf('='.repeat(SIGNATURE_LENGTH))
  // Another run against the same store must not send what it holds already.
  const prefix = Math.floor(Math.random() * 16 ** 4)
  let count = 0

  const stamp = (buffer: Buffer, spots: readonly Places[]) => {
    for (const [index, { ids, addresses }] of spots.entries()) {
      const digits = (prefix * 16 ** 8 + count + index).toString(16).padStart(COUNTER_DIGITS, '0')
      for (const at of ids) buffer.write(digits, at, 'latin1')
      for (const at of addresses) buffer.write(digits.slice(-ADDRESS_DIGITS), at, 'latin1')
    }
  }
  return {
    eventBytes: json.length / eventsPerBatch,
    words: [...new Set(events.map(({ word }) => word))],
    next() {
      stamp(json, places[0])
      stamp(request, places[1])
      count += eventsPerBatch
      const hmac = createHmac('sha1', target.key)
        .update(target.webhookUrl)
        .update('mandrill_events')
        .update(json)
      request.write(hmac.digest('base64'), signatureAt, 'latin1')
      return request
    },
  }
}

/** `address`: what tells it from others. */
type Stamped = SimulatedEvent & { readonly id: string; readonly address: string }

function eventsWithId(count: number, seed: number): Stamped[] {
  const found: Stamped[] = []
  // Of now, as webhooks are: what happened long ago, or is to happen, the archive looks for among all that it has.
  const source = simulateEvents({ seed, now: Date.now })
  // The stream begins with sends, which are short: further on all kinds are mixed, at about 800 bytes each.
  for (let skipped = 0; skipped < WARM_UP; skipped++) source.next()
  while (found.length < count) {
    const event = source.next().value
    const id = /"_id":"([0-9a-f]{32})"/.exec(event.text)?.[1]
    const address = /"email":"[^"@]*\.([0-9a-f]{6})@/.exec(event.text)?.[1]
    // Each id once: what is stamped over it must make the text one of its own.
    if (id && address && !found.some((other) => other.id === id)) found.push({ ...event, id, address })
  }
  return found
}

function headOf(path: string, length: number): string {
  return [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'User-Agent: Mandrill-Webhook/1.0',
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${length}`,
    `X-Mandrill-Signature: ${'='.repeat(SIGNATURE_LENGTH)}`,
    '\r\n',
  ].join('\r\n')
}

type Places = { readonly ids: readonly number[]; readonly addresses: readonly number[] }

/** Where the digits of ids and addresses stand: no encoding changes them. */
function placesIn(buffer: Buffer, events: readonly Stamped[]): Places[] {
  return events.map(({ id, address }) => ({
    ids: placesOf(buffer, id),
    addresses: placesOf(buffer, address),
  }))
}

function placesOf(buffer: Buffer, digits: string): number[] {
  const places: number[] = []
  for (let at = buffer.indexOf(digits); at >= 0; at = buffer.indexOf(digits, at + digits.length))
    places.push(at)
  return places
}
