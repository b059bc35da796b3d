// Follows the embedded feed: reads until it is at the head, then sleeps until it is woken.
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { compareCursors, type Cursor } from '../../../core/events/cursor.ts'
import type { Log } from '../../../core/log.ts'
import type { FeedPage, Follower } from '../../../core/events/ports.ts'

export type EmbeddedFollower = Follower & { wake(): void }

type FollowOptions = {
  readonly after: Cursor
  readonly read: (after: Cursor, limit: number) => Promise<FeedPage>
  readonly onPage: (page: FeedPage) => void | Promise<void>
  readonly log: Log
}

const PAGE_EVENTS = 2_000
const RETRY_MS = 200

export function startFollower({ after, read, onPage, log }: FollowOptions): EmbeddedFollower {
  const stop = new AbortController()
  let cursor = after
  let alarm = Promise.withResolvers<void>()

  /** Reads one page, or sleeps. The cursor moves only after `onPage` has succeeded. */
  async function readOn(): Promise<void> {
    alarm = Promise.withResolvers() // before reading, so that anything appended from here on wakes it
    const page = await read(cursor, PAGE_EVENTS)
    if (compareCursors(page.next, cursor) !== 0) {
      await onPage(page)
      cursor = page.next
      await nextTurn() // catching up must not hold up everything else
    } else await alarm.promise
  }

  async function keepReading(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await readOn()
      } catch (error) {
        log.error({ err: error }, 'A reader of the feed failed: it gets the same events again')
        await pause(RETRY_MS, undefined, { signal: stop.signal }).catch(() => undefined)
      }
    }
  }

  const done = Promise.resolve().then(keepReading)
  return {
    wake: () => alarm.resolve(),
    close() {
      stop.abort()
      alarm.resolve()
      return done
    },
  }
}
