// What this process has stored itself, until its followers have it: they need not ask Redis for it, nor read it once more.
import { BEGINNING, compareCursors, type Cursor } from '../../../core/events/cursor.ts'
import type { FeedEvent } from '../../../core/events/event.ts'
import type { FeedPage } from '../../../core/events/ports.ts'
import { createTail } from '../../../core/events/tail.ts'

export type Own = ReturnType<typeof createOwn>

/** Only the newest that follow one another: where somebody else has stored some between, they are read from Redis. */
export function createOwn() {
  let newest = BEGINNING
  let tail = createTail(newest)
  return {
    /** Events of one append: there is nothing between them. */
    push(events: readonly FeedEvent[]): void {
      const [first, last] = [events[0]?.cursor, events.at(-1)?.cursor]
      if (!first || !last) return
      const before = { ...first, seq: first.seq - 1 }
      if (compareCursors(before, newest) !== 0) tail = createTail(before)
      tail.push(events)
      newest = last
    },
    /** The very next events after a cursor; undefined where they are not here. */
    after(cursor: Cursor, limit: number): FeedPage | undefined {
      const page = tail.after(cursor, limit)
      return page && page.events.length > 0 ? page : undefined
    },
    /** Lets go of what all followers have, or the feed may let go of. */
    trim: (seq: number): void => tail.trim(seq),
    /** Some of it is erased: what is left is read from Redis. */
    forget: (): void => tail.trim(newest.seq),
  }
}
