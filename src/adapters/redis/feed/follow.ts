// Follows the feed in Redis over a connection of its own, which waits in XREAD for new events.
import { setTimeout as pause } from 'node:timers/promises'
import { compareCursors, type Cursor } from '../../../core/events/cursor.ts'
import { isHubError } from '../../../core/errors.ts'
import type { FeedEvent } from '../../../core/events/event.ts'
import type { Log } from '../../../core/log.ts'
import type { FeedPage, Follower } from '../../../core/events/ports.ts'
import type { Tail } from '../../../core/events/packed/tail.ts'
import { openConnection, reasonOf, type Session } from '../connection.ts'
import type { Memory } from './memory.ts'
import { bytesOf, countFitting, PAGE_BYTES, readPage, streamId, toEvent, type Entry } from './read.ts'
import { FEED_KEYS } from '../keys.ts'

/**
 * How long one XREAD waits before the follower checks that its place still exists: after a wipe with the clock set back, new ids
 * are smaller than the cursor and would never wake it.
 */
const BLOCK_MS = 5_000
/** A server that does not even answer that there is nothing new is frozen or gone. */
const SILENCE_MS = BLOCK_MS + 2_000
const PAGE_EVENTS = 1_000
/** XREAD has no limit in bytes: the first page is small, and the size of its events decides how many the next may have. */
const FIRST_TAIL_EVENTS = 100
const RETRY_MS = 200

type FollowOptions = {
  readonly url: string
  readonly after: Cursor
  readonly onPage: (page: FeedPage) => void | Promise<void>
  readonly memory: Memory
  readonly own: Tail
  /** Called after each page that was taken. */
  readonly onMoved: () => void
  readonly greet: (session: Session) => Promise<void>
  readonly log: Log
}

export type RedisFollower = Follower & { position(): Cursor }

export function startFollower(options: FollowOptions): RedisFollower {
  const { url, after, onPage, onMoved, greet, log } = options
  const limits = { silenceMs: SILENCE_MS, patienceMs: BLOCK_MS }
  const connection = openConnection({ url, name: 'hub-follower', ...limits, greet, log })
  const nextPage = createPages(connection.session, options)
  const stop = new AbortController()
  let cursor = after
  const nap = (): Promise<void> => pause(RETRY_MS, undefined, { signal: stop.signal }).catch(() => undefined)

  async function give(page: FeedPage): Promise<boolean> {
    try {
      await onPage(page)
      return true
    } catch (error) {
      log.error({ err: error }, 'A reader of the feed failed: it gets the same events again')
      await nap()
      return false
    }
  }

  async function keepReading(): Promise<void> {
    while (!stop.signal.aborted) {
      const page = await nextPage(cursor).catch(async (error: unknown) => {
        if (!stop.signal.aborted && !isHubError(error))
          log.warn({ reason: reasonOf(error) }, 'Following the feed was interrupted')
        await nap()
      })
      if (!page || stop.signal.aborted || !(await give(page))) continue
      cursor = page.next
      onMoved()
    }
  }

  const done = keepReading()
  return {
    position: () => cursor,
    close() {
      stop.abort()
      connection.close()
      return done
    },
  }
}

/** Finds the page after a cursor, waiting if there is none yet; undefined if nothing came in time. */
function createPages(session: () => Promise<Session>, { memory, own }: FollowOptions) {
  let isAtHead = false
  let count = FIRST_TAIL_EVENTS
  return async (cursor: Cursor): Promise<FeedPage | undefined> => {
    const known = own.after(cursor, PAGE_EVENTS)
    if (known && compareCursors(known.next, cursor) > 0) {
      isAtHead = true // as far as this process knows: XREAD tells if other events came
      return known
    }
    if (!isAtHead) {
      const page = await readPage(await session(), memory, cursor, PAGE_EVENTS)
      isAtHead = compareCursors(page.next, cursor) === 0
      return isAtHead ? undefined : page
    }
    isAtHead = false // unless the very next events come, the next call reads the place again
    const events = await readTail(await session(), cursor, count)
    const last = events.at(-1)
    if (!last || !continues(cursor, events)) return undefined
    isAtHead = events.length < count // after a full page there may be more
    memory.see(last.cursor)
    count = nextCount(events)
    return { events, gap: undefined, next: last.cursor, head: last.cursor }
  }
}

async function readTail({ redis }: Session, after: Cursor, count: number): Promise<FeedEvent[]> {
  const options = ['COUNT', count, 'BLOCK', BLOCK_MS, 'STREAMS', FEED_KEYS.events, streamId(after)]
  const reply = (await redis.callBuffer('XREAD', ...options)) as [key: Buffer, entries: Entry[]][] | null
  return (reply?.[0]?.[1] ?? []).map(toEvent)
}

/** True if these are the very next events. Anything else, such as a new life of the feed, has to be looked into. */
function continues(cursor: Cursor, events: readonly FeedEvent[]): boolean {
  const isNext = (event: FeedEvent, n: number): boolean =>
    event.cursor.epoch === cursor.epoch && event.cursor.seq === cursor.seq + 1 + n
  return events.every(isNext)
}

function nextCount(events: readonly FeedEvent[]): number {
  return Math.max(1, Math.min(PAGE_EVENTS, countFitting(PAGE_BYTES, bytesOf(events) / events.length)))
}
