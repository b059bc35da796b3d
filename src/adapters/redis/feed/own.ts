// What this process has stored itself, until its followers have it: they need not ask Redis for it, nor read it once more.
import { BEGINNING, type Cursor } from '../../../core/events/cursor.ts'
import type { FeedEvent } from '../../../core/events/event.ts'
import type { FeedPage } from '../../../core/events/ports.ts'
import { bytesOf, PAGE_BYTES } from './read.ts'

export type Own = ReturnType<typeof createOwn>

const MOST_EVENTS = 4_000

/**
 * Only the newest that follow one another: where somebody else has stored some between, they are read from Redis. `isWanted`
 * tells whether anybody follows.
 */
export function createOwn(isWanted: () => boolean) {
  let events: FeedEvent[] = []
  let bytes = 0
  let newest = BEGINNING

  function dropOldest(count: number): void {
    if (count > 0) bytes -= bytesOf(events.splice(0, count))
  }

  /** Where in them those after a place begin. */
  const startAfter = (seq: number): number => events.length - (newest.seq - seq)

  return {
    /** Events of one append: there is nothing between them. */
    push(newer: readonly FeedEvent[]): void {
      const [first, last] = [newer[0]?.cursor, newer.at(-1)?.cursor]
      if (!first || !last || !isWanted()) return
      if (first.epoch !== newest.epoch || first.seq !== newest.seq + 1) dropOldest(events.length)
      events.push(...newer)
      bytes += bytesOf(newer)
      newest = last
      dropOldest(events.length - MOST_EVENTS)
      while (bytes > PAGE_BYTES) dropOldest(1)
    },
    /** The very next events after a cursor; undefined where they are not here. */
    after(cursor: Cursor, limit: number): FeedPage | undefined {
      const start = startAfter(cursor.seq)
      if (cursor.epoch !== newest.epoch || start < 0) return undefined
      const page = events.slice(start, start + limit)
      const next = page.at(-1)?.cursor
      return next && { events: page, gap: undefined, next, head: newest }
    },
    /** Lets go of what all followers have, which costs the garbage collector little, and of what the feed may let go of. */
    trim: (seq: number): void => dropOldest(startAfter(seq)),
    /** Some of it is erased, or nobody follows: what is left is read from Redis. */
    forget: (): void => dropOldest(events.length),
  }
}
