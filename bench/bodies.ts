// Signed webhook requests made ready beforehand: for each one only an id in every event and the signature change.
import { createHmac } from 'node:crypto'
import { batchText, phpUrlEncode } from '../simulator/batch.ts'
import { simulateEvents, type SimulatedEvent } from '../simulator/events.ts'

type BodyMaker = {
  /** A whole HTTP request; valid until the next call. Its events were never sent before. */
  next(): Buffer
  /** Mandrill's words for its events. */
  readonly words: readonly string[]
  /** Of an event's text, on average. */
  readonly eventBytes: number
}

type HookTarget = { readonly path: string; readonly webhookUrl: string; readonly key: string }

const ID_LENGTH = 32
const COUNTER_DIGITS = 12
const SIGNATURE_LENGTH = 28
const WARM_UP = 2_000

export function createBodies(target: HookTarget, eventsPerBatch: number, seed = 1): BodyMaker {
  const events = eventsWithId(eventsPerBatch, seed)
  const ids = events.map(({ id }) => id)
  const json = Buffer.from(batchText(events))
  const body = Buffer.from(`mandrill_events=${phpUrlEncode(json.toString())}`)
  const head = Buffer.from(headOf(target.path, body.length))
  const request = Buffer.concat([head, body])
  const places = [placesOf(json, ids), placesOf(request, ids)] as const
  const signatureAt = head.indexOf('='.repeat(SIGNATURE_LENGTH))
  // Another run against the same store must not send what it holds already.
  const prefix = Math.floor(Math.random() * 16 ** 4)
  let count = 0

  const stamp = (buffer: Buffer, spots: readonly (readonly number[])[]) => {
    for (const [index, list] of spots.entries()) {
      const digits = (prefix * 16 ** 8 + count + index).toString(16).padStart(COUNTER_DIGITS, '0')
      for (const at of list) buffer.write(digits, at, 'latin1')
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

function eventsWithId(count: number, seed: number): (SimulatedEvent & { id: string })[] {
  const found: (SimulatedEvent & { id: string })[] = []
  const source = simulateEvents({ seed, now: () => Date.UTC(2030, 0, 31) })
  // The stream begins with sends, which are short: further on all kinds are mixed, at about 800 bytes each.
  for (let skipped = 0; skipped < WARM_UP; skipped++) source.next()
  while (found.length < count) {
    const event = source.next().value
    const id = /"_id":"([0-9a-f]{32})"/.exec(event.text)?.[1]
    // Each id once: what is stamped over it must make the text one of its own.
    if (id && !found.some((other) => other.id === id)) found.push({ ...event, id })
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

/** Where each id's first digits stand: they are letters and digits, which no encoding changes. */
function placesOf(buffer: Buffer, ids: readonly string[]): number[][] {
  return ids.map((id) => {
    const places: number[] = []
    for (let at = buffer.indexOf(id); at >= 0; at = buffer.indexOf(id, at + ID_LENGTH)) places.push(at)
    return places
  })
}
