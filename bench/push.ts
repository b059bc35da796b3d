// What the bare push server is given: the frames as they should go out, so that it has nothing to do but send.
import { simulateEvents } from '../simulator/events.ts'

export function bareRequest(frames: number): Buffer {
  const source = simulateEvents({ seed: 1, now: () => Date.UTC(2030, 0, 31) })
  const list = Array.from(
    { length: frames },
    (_, at) =>
      `{"type":"event","cursor":"1900000000000-${at}","kind":"sent","data":${source.next().value.text}}`,
  )
  const body = JSON.stringify({ frames: list })
  const head = [
    'POST /push HTTP/1.1',
    'Host: 127.0.0.1',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '\r\n',
  ].join('\r\n')
  return Buffer.from(head + body)
}
