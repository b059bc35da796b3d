// A follower of the feed in Redis: a connection of its own, that sleeps in XREAD until there is more.
import { setTimeout as pause } from 'node:timers/promises'
import type { Cursor } from '../../core/cursor.ts'
import { isHubError } from '../../core/errors.ts'
import type { FeedEvent } from '../../core/event.ts'
import type { Log } from '../../core/log.ts'
import type { FeedPage, Follower } from '../../core/ports.ts'
import { openConnection, reasonOf, type Session } from './connection.ts'
import { bytesOf, fitting, PAGE_BYTES, readPage, streamId, toEvent, type Entry } from './event-feed.read.ts'
import { FEED_KEYS } from './keys.ts'

/**
 * How long a follower sleeps before it looks whether its place is still there: after a wipe, with the clock set
 * back, new ids are smaller than its own and would never wake it.
 */
const BLOCK_MS = 5_000
/** A server that does not even say that there is nothing new is frozen, or gone without a word. */
const SILENCE_MS = BLOCK_MS + 2_000
const PAGE_EVENTS = 1_000
/** XREAD knows no bound in bytes: the first page is small, the next are as large as the last one makes safe. */
const FIRST_TAIL_EVENTS = 100
const RETRY_MS = 200

export type FollowOptions = {
  readonly url: string
  readonly after: Cursor
  readonly onPage: (page: FeedPage) => void | Promise<void>
  readonly now: () => number
  readonly greet: (session: Session) => Promise<void>
  readonly log: Log
}

export function startFollower({ url, after, onPage, now, greet, log }: FollowOptions): Follower {
  const stop = new AbortController()
  const connection = openConnection({
    url,
    name: 'hub-follower',
    silenceMs: SILENCE_MS,
    patienceMs: BLOCK_MS,
    greet,
    log,
  })
  let cursor = after

  /** Hands a page on. Only a page that was taken moves the cursor. */
  async function give(page: FeedPage): Promise<void> {
    try {
      await onPage(page)
      cursor = page.next
    } catch (error) {
      log.error({ err: error }, 'A reader of the feed failed: it is given the same events again')
      await nap()
    }
  }

  async function readOn(): Promise<void> {
    const page = await readPage(await connection.session(), now(), cursor, PAGE_EVENTS)
    if (stop.signal.aborted) return
    if (page.gap || page.events.length > 0) await give(page)
    else await followTail()
  }

  /** Stays at the head as long as each event is the one after the last. */
  async function followTail(): Promise<void> {
    for (let count = FIRST_TAIL_EVENTS; !stop.signal.aborted;) {
      const events = await readTail(await connection.session(), cursor, count)
      const last = events.at(-1)
      if (!last || !continues(cursor, events) || stop.signal.aborted) return
      await give({ events, gap: undefined, next: last.cursor, head: last.cursor })
      count = nextCount(events)
    }
  }

  async function keepReading(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await readOn()
      } catch (error) {
        if (stop.signal.aborted) return
        if (!isHubError(error)) log.warn({ reason: reasonOf(error) }, 'Following the feed was interrupted')
        await nap()
      }
    }
  }

  const nap = (): Promise<void> => pause(RETRY_MS, undefined, { signal: stop.signal }).catch(() => undefined)
  const done = keepReading()
  return {
    close() {
      stop.abort()
      connection.close()
      return done
    },
  }
}

async function readTail({ redis }: Session, after: Cursor, count: number): Promise<FeedEvent[]> {
  const options = ['COUNT', count, 'BLOCK', BLOCK_MS, 'STREAMS', FEED_KEYS.events, streamId(after)]
  const reply = (await redis.callBuffer('XREAD', ...options)) as [key: Buffer, entries: Entry[]][] | null
  return (reply?.[0]?.[1] ?? []).map(toEvent)
}

/** Whether these are surely the very next events. Anything else, a new life of the feed above all, is looked into. */
function continues(cursor: Cursor, events: readonly FeedEvent[]): boolean {
  const isNext = (event: FeedEvent, n: number): boolean =>
    event.cursor.epoch === cursor.epoch && event.cursor.seq === cursor.seq + 1 + n
  return events.every(isNext)
}

function nextCount(events: readonly FeedEvent[]): number {
  return Math.max(1, Math.min(PAGE_EVENTS, fitting(PAGE_BYTES, bytesOf(events) / events.length)))
}
