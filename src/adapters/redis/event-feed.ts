// The feed kept in a Redis stream, for hubs of one or several processes. The stream is store and fan-out in one.
import { HubError, isHubError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { cursorAt } from '../../core/place.ts'
import type { EventFeed, Follower } from '../../core/ports.ts'
import { openConnection, reasonOf, type Session } from './connection.ts'
import { tellDurability } from './durability.ts'
import { createAppender } from './event-feed.append.ts'
import { createRoom, ignoreOutOfMemory, isOutOfMemory, noteTaken, type Bounds } from './event-feed.bounds.ts'
import { startFollower } from './event-feed.follow.ts'
import { beginLife, readPage, readSpan } from './event-feed.read.ts'

export type RedisFeedOptions = Bounds & {
  readonly url: string
  readonly now?: () => number
  readonly log: Log
}

/** A server that owes a reply and is silent for so long makes the feed unavailable. */
const SILENCE_MS = 4_000
/** A short break of the connection is waited out. */
const PATIENCE_MS = 2_000

export function openRedisFeed({ url, now = Date.now, log, ...bounds }: RedisFeedOptions): EventFeed {
  const greet = (session: Session): Promise<void> => beginLife(session, now()).catch(ignoreOutOfMemory)
  const tell = once((session: Session) => tellDurability(session, log))
  const { session, close } = openConnection({
    url,
    name: 'hub-feed',
    silenceMs: SILENCE_MS,
    patienceMs: PATIENCE_MS,
    greet: (session) => greet(session).then(() => tell(session)),
    log,
  })
  const room = createRoom(session, bounds, now, log)
  const append = createAppender(session, room, now)
  const underWay = new Set<Promise<unknown>>()
  const followers = new Set<Follower>()
  let closing = false

  /** Does what needs Redis. Whatever goes wrong with it, the feed is unavailable. */
  function attempt<T>(work: () => Promise<T>): Promise<T> {
    const result = refuseWhen(closing).then(work).catch(translate)
    underWay.add(result)
    return result.finally(() => underWay.delete(result))
  }

  return {
    append: (events) => attempt(() => append(events)),
    read: (after, limit) => attempt(async () => readPage(await session(), now(), after, limit)),
    follow(after, onPage) {
      const follower = startFollower({ url, after, onPage, now, greet, log })
      followers.add(follower)
      return { close: () => follower.close().finally(() => followers.delete(follower)) }
    },
    last: (count) =>
      attempt(async () => {
        const { span } = await readSpan(await session(), now())
        return cursorAt(Math.max(span.head - count, span.floor), span)
      }),
    trim: (taken) =>
      attempt(async () => {
        await noteTaken(await session(), taken)
        await room.keep()
      }),
    ping: () => attempt(async () => void (await (await session()).redis.ping())),
    async close() {
      closing = true
      await Promise.allSettled(underWay)
      await Promise.all([...followers].map((follower) => follower.close()))
      close()
    },
  }
}

async function refuseWhen(closing: boolean): Promise<void> {
  if (closing) throw new HubError('feed.unavailable', { message: 'The event store is closed' })
}

function translate(error: unknown): never {
  if (isHubError(error)) throw error
  throw new HubError(isOutOfMemory(error) ? 'feed.full' : 'feed.unavailable', {
    cause: new Error(reasonOf(error)),
  })
}

function once<T>(work: (value: T) => Promise<void>): (value: T) => Promise<void> {
  let done: Promise<void> | undefined
  return (value) => (done ??= work(value))
}
