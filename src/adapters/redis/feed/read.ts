// Reads the feed's stream: its bounds, and pages of events.
import type { ChainableCommander } from 'ioredis'
import { compareCursors, formatCursor, parseCursor, type Cursor } from '../../../core/events/cursor.ts'
import { HubError } from '../../../core/errors.ts'
import type { FeedEvent, Kind } from '../../../core/events/event.ts'
import { cursorAt, locate, type Span } from '../../../core/events/span.ts'
import type { FeedPage } from '../../../core/events/ports.ts'
import { factsOfOlder } from '../../../core/events/providers/providers.ts'
import type { Session } from '../connection.ts'
import { beginLife, type Memory } from './memory.ts'
import { eraseScript } from './scripts.ts'
import { FEED_KEYS } from '../keys.ts'
import { run } from '../script.ts'

/** An entry as Redis gives it: its id, and its fields and values in turn. */
export type Entry = [id: Buffer, fields: Buffer[]]

export const PAGE_BYTES = 4 * 1024 * 1024
/** Entries of the first read; their size tells how many more may be read at once. */
const FIRST_LOOK = 20
const ERASED_AT_ONCE = 500

/**
 * What the feed holds, which is never less than this process knows of, and the replies to other commands in the same round trip.
 * Those go first, so that events trimmed in between show as a gap. (No MULTI: without memory, Redis refuses to queue even reads.)
 */
export async function readSpan(
  session: Session,
  memory: Memory,
  before: (commands: ChainableCommander) => void = () => {},
): Promise<{ span: Span; replies: unknown[] }> {
  for (let tries = 0; tries < 3; tries += 1) {
    const known = memory.newest()
    const commands = session.redis.pipeline()
    before(commands)
    commands.lrange(FEED_KEYS.lives, 0, -1).xinfo('STREAM', FEED_KEYS.events)
    const results = (await commands.exec()) ?? []
    const info = results.pop()
    const isGone = info?.[0]?.message.includes('no such key')
    const [lives, ...replies] = results.map(valueOf).reverse()
    if (!isGone && Array.isArray(lives) && lives.length > 0) {
      const span = toSpan(valueOf(info) as unknown[], lives as string[])
      const head = cursorAt(span.head, span)
      memory.see(head)
      if (compareCursors(known, head) <= 0) return { span, replies: replies.reverse() }
    }
    await beginLife(session, memory) // Redis was wiped under a running hub, or has older data
  }
  throw new HubError('feed.unavailable')
}

export async function readPage(
  session: Session,
  memory: Memory,
  after: Cursor,
  limit: number,
): Promise<FeedPage> {
  const look = Math.min(limit, FIRST_LOOK)
  const { span, replies } = await readSpan(session, memory, (commands) => {
    commands.xrangeBuffer(FEED_KEYS.events, exclusive(after), '+', 'COUNT', look)
  })
  const { gap } = locate(after, span)
  // A cursor of another feed compares with these ids, but that says nothing about its place: then read from the end of the gap.
  const first = gap ? await readNext(session, gap.to, look) : (replies[0] as Entry[]).map(toEvent)
  const events = await readOn(session, first, limit)
  const head = cursorAt(span.head, span)
  if (events.length === 0 && !gap && after.seq < span.head)
    return readErased(session, memory, { after, head, limit })
  const next = events.at(-1)?.cursor ?? gap?.to ?? head
  return { events, gap, next, head: compareCursors(next, head) > 0 ? next : head }
}

/** The read found nothing, yet the head is further on: events have come just now, or all of them were erased. */
async function readErased(
  session: Session,
  memory: Memory,
  { after, head, limit }: { after: Cursor; head: Cursor; limit: number },
): Promise<FeedPage> {
  const { span, replies } = await readSpan(session, memory, (commands) => {
    const asked = Math.min(limit, FIRST_LOOK)
    commands.xrangeBuffer(FEED_KEYS.events, exclusive(after), streamId(head), 'COUNT', asked)
  })
  const events = (replies[0] as Entry[]).map(toEvent)
  const { gap } = locate(after, span)
  if (gap) return { events: [], gap, next: gap.to, head: cursorAt(span.head, span) } // trimmed just now
  return { events, gap, next: events.at(-1)?.cursor ?? head, head }
}

/** Erases events. Redis may still have their bytes in memory, but no command returns them any more. */
export async function eraseEvents({ redis }: Session, cursors: readonly Cursor[]): Promise<void> {
  for (let start = 0; start < cursors.length; start += ERASED_AT_ONCE)
    await run(
      redis,
      eraseScript,
      [FEED_KEYS.events],
      cursors.slice(start, start + ERASED_AT_ONCE).map(streamId),
    )
}

/** The cursor `count` events before the head, but not before the oldest event. */
export async function findLast(session: Session, memory: Memory, count: number): Promise<Cursor> {
  const { span } = await readSpan(session, memory)
  return cursorAt(Math.max(span.head - count, span.floor), span)
}

/** Reads on after the first events until there are no more, or the page is full. */
async function readOn(session: Session, events: FeedEvent[], limit: number): Promise<FeedEvent[]> {
  let asked = Math.min(limit, FIRST_LOOK)
  let got = events.length
  for (let last = events.at(-1); last && got === asked; last = events.at(-1)) {
    const bytes = bytesOf(events)
    asked = Math.min(limit - events.length, countFitting(PAGE_BYTES - bytes, bytes / events.length))
    if (asked < 1) break
    const more = await readNext(session, last.cursor, asked)
    got = more.length
    events.push(...more)
  }
  return cut(events)
}

/** The first events that fill a page of bytes, and always one. */
function cut(events: FeedEvent[]): FeedEvent[] {
  let bytes = 0
  const end = events.findIndex(({ data }) => (bytes += data.length) >= PAGE_BYTES)
  return end < 0 ? events : events.slice(0, end + 1)
}

/** The very next events; none if they were trimmed just now: the next page then tells the gap. */
async function readNext({ redis }: Session, after: Cursor, count: number): Promise<FeedEvent[]> {
  const entries = await redis.xrangeBuffer(FEED_KEYS.events, exclusive(after), '+', 'COUNT', count)
  const events = entries.map(toEvent)
  return events[0]?.cursor.seq === after.seq + 1 ? events : []
}

/** How many events of a size fit into so many bytes. */
export function countFitting(bytes: number, each: number): number {
  return Math.max(0, Math.floor(bytes / Math.max(each, 1)))
}

export function bytesOf(events: readonly FeedEvent[]): number {
  return events.reduce((sum, { data }) => sum + data.length, 0)
}

export function toEvent([id, fields]: Entry): FeedEvent {
  // Each name is one letter: comparing its code needs no string.
  const find = (name: string): Buffer | undefined => {
    for (let n = 0; n < fields.length; n += 2) if (fields[n]?.[0] === name.charCodeAt(0)) return fields[n + 1]
    return undefined
  }
  const value = (name: string): Buffer => {
    const found = find(name)
    if (found) return found
    throw new Error(`Entry ${id.toString()} of ${FEED_KEYS.events} has no field ${name}`)
  }
  const kind = value('k').toString('latin1') as Kind
  const data = value('d')
  const facts = find('f')?.toString()
  return {
    cursor: toCursor(id.toString('latin1')),
    receivedAt: Number(value('t').toString('latin1')),
    kind,
    id: value('i'),
    data,
    ...(facts === undefined
      ? factsOfOlder(kind, data.toString())
      : { facts, more: find('m')?.toString() || null }),
  }
}

/** Stream ids look like formatted cursors, except for the beginning: 0-0, which no entry has. */
export function streamId(cursor: Cursor): string {
  return cursor.epoch === 0 ? '0-0' : formatCursor(cursor)
}

function exclusive(cursor: Cursor): string {
  return `(${streamId(cursor)}`
}

function toCursor(id: string): Cursor {
  const cursor = parseCursor(id)
  if (!cursor) throw new Error(`${id} in ${FEED_KEYS.events} is no id of the hub`)
  return cursor
}

function toSpan(info: unknown[], lives: string[]): Span {
  const field = (name: string): unknown => info[info.indexOf(name) + 1]
  const head = toCursor(String(field('last-generated-id'))).seq
  const first = field('first-entry') as [string] | null
  return {
    lives: lives.map((life) => {
      const [epoch, base] = life.split(':').map(Number)
      return { epoch: epoch ?? 0, base: base ?? 0 }
    }),
    floor: first ? toCursor(first[0]).seq - 1 : head,
    head,
  }
}

export function valueOf(reply: [error: Error | null, result: unknown] | undefined): unknown {
  if (reply?.[0]) throw reply[0]
  return reply?.[1]
}
