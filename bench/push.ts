// What a push server is given: the frames as the hub sends them, with all facts, so that it has nothing to do but send.
import { batchText } from '../simulator/webhooks/batch.ts'
import { simulateEvents } from '../simulator/events/events.ts'
import { readBatch } from '../src/core/events/intake/batch.ts'
import { eventFrames } from '../src/http/server/frames.ts'

const EPOCH = 1_900_000_000_000

/** `{"frames":[…]}`, each a text that is to be one frame. */
export const framesRequest = (events: number): Buffer =>
  pushRequest(JSON.stringify({ frames: frames(events) }))

/** All events as one message: what a server is given that knows no batches. */
export const messageRequest = (events: number): Buffer => pushRequest(frames(events).join('\n'))

function frames(count: number): string[] {
  const source = simulateEvents({ seed: 1, now: () => Date.UTC(2030, 0, 31) })
  // About as long as those of the hub's own load: see bodies.ts.
  for (let skipped = 0; skipped < 2_000; skipped++) source.next()
  const texts = Array.from({ length: count }, () => source.next().value)
  const { events } = readBatch(Buffer.from(batchText(texts)))
  return events.map((event, seq) => {
    const frame = eventFrames([{ ...event, receivedAt: EPOCH, cursor: { epoch: EPOCH, seq } }], 'json')
    return frame.toString('utf8', frame.indexOf('{"type"')) // behind the header
  })
}

function pushRequest(body: string): Buffer {
  const head = [
    'POST /push HTTP/1.1',
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '\r\n',
  ].join('\r\n')
  return Buffer.from(head + body)
}
