// What a push server is given: the frames as they should go out, so that it has nothing to do but send.
import { simulateEvents } from '../simulator/events.ts'

/** `{"frames":[…]}`, each a text that is to be one frame. */
export const framesRequest = (events: number): Buffer =>
  pushRequest(JSON.stringify({ frames: frames(events) }))

/** All events as one message: what a server is given that knows no batches. */
export const messageRequest = (events: number): Buffer => pushRequest(frames(events).join('\n'))

function frames(count: number): string[] {
  const source = simulateEvents({ seed: 1, now: () => Date.UTC(2030, 0, 31) })
  // About as long as those of the hub's own load: see bodies.ts.
  for (let skipped = 0; skipped < 2_000; skipped++) source.next()
  const frame = (at: number) =>
    `{"type":"event","cursor":"1900000000000-${at}","kind":"sent","data":${source.next().value.text}}`
  return Array.from({ length: count }, (_, at) => frame(at))
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
