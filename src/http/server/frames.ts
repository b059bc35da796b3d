// WebSocket text frames (RFC 6455, section 5.2), made once for all sockets that get them. The frames of several events are in one
// buffer, so that each socket takes one write.
import { formatCursor, type Cursor } from '../../core/events/cursor.ts'
import type { FeedEvent } from '../../core/events/event.ts'
import { factsToTell } from '../../core/events/providers/providers.ts'
import type { Gap } from '../../core/events/ports.ts'

export type Format = 'json' | 'raw'

const FIN_TEXT = 0x81

const made: Readonly<Record<Format, WeakMap<readonly FeedEvent[], Buffer>>> = {
  json: new WeakMap(),
  raw: new WeakMap(),
}

/** The frames of events in one buffer; the same buffer for the same array. */
export function eventFrames(events: readonly FeedEvent[], format: Format): Buffer {
  let frames = made[format].get(events)
  if (!frames) made[format].set(events, (frames = joinFrames(events, format)))
  return frames
}

export function textFrame(message: Readonly<Record<string, unknown>>): Buffer {
  return joinParts([[Buffer.from(JSON.stringify(message))]])
}

export function gapFrame({ from, to, reason }: Gap): Buffer {
  return textFrame({ type: 'gap', from: formatCursor(from), to: formatCursor(to), reason })
}

export function positionFrame(cursor: Cursor, live: boolean): Buffer {
  return textFrame({ type: 'position', cursor: formatCursor(cursor), live })
}

const CLOSE = Buffer.from('}')

function joinFrames(events: readonly FeedEvent[], format: Format): Buffer {
  if (format === 'raw') return joinParts(events.map((event) => [event.data]))
  return joinParts(events.map((event) => [Buffer.from(eventHead(event)), event.data, CLOSE]))
}

function eventHead(event: FeedEvent): string {
  const { cursor, kind } = event
  return `{"type":"event","cursor":"${formatCursor(cursor)}","kind":"${kind}",${factsToTell(event).slice(1, -1)},"data":`
}

function joinParts(frames: readonly (readonly Buffer[])[]): Buffer {
  const lengths = frames.map((parts) => parts.reduce((sum, part) => sum + part.length, 0))
  const out = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length + headerLength(length), 0))
  let at = 0
  for (const [index, parts] of frames.entries()) {
    at = writeHeader(out, at, lengths[index] as number)
    for (const part of parts) at += part.copy(out, at)
  }
  return out
}

function headerLength(length: number): number {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10
}

function writeHeader(out: Buffer, at: number, length: number): number {
  out[at] = FIN_TEXT
  if (length < 126) return out.writeUInt8(length, at + 1)
  if (length < 65_536) return out.writeUInt16BE(length, out.writeUInt8(126, at + 1))
  return out.writeBigUInt64BE(BigInt(length), out.writeUInt8(127, at + 1))
}
