// The newest events in memory: followers at the head are given them without asking the disk, and all the same ones.
import type { Cursor } from './cursor.ts'
import type { FeedEvent } from './event.ts'
import type { FeedPage } from './ports.ts'

const MOST_EVENTS = 4_000
/** About a page: so every page that is answered from here is one that may be given. */
const MOST_BYTES = 4 * 1024 * 1024

/** `head` is where the feed ends when it is opened: what comes after it will be here. */
export function createTail(head: Cursor) {
  let events: FeedEvent[] = []
  let bytes = 0
  /** The seq before the first of `events`. */
  let floor = head.seq

  function drop(count: number): void {
    for (const { data } of events.slice(0, count)) bytes -= data.length
    events = events.slice(count)
    floor += count
  }

  return {
    push(newer: readonly FeedEvent[]): void {
      events = events.concat(newer)
      for (const { data } of newer) bytes += data.length
      let surplus = 0
      for (let left = bytes; left > MOST_BYTES || events.length - surplus > MOST_EVENTS; surplus += 1)
        left -= events[surplus]?.data.length ?? 0
      if (surplus > 0) drop(surplus)
    },
    /** The events after a cursor; undefined when they are not all here. */
    after(cursor: Cursor, limit: number): FeedPage | undefined {
      const start = cursor.seq - floor
      if (cursor.epoch !== head.epoch || start < 0 || start > events.length) return undefined
      const page = events.slice(start, start + limit)
      const newest = { ...head, seq: floor + events.length }
      return { events: page, gap: undefined, next: page.at(-1)?.cursor ?? cursor, head: newest }
    },
    /** Lets go of what the feed has let go of. */
    trim(seq: number): void {
      if (seq > floor) drop(Math.min(seq - floor, events.length))
    },
  }
}
