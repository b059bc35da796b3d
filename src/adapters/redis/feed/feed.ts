// The feed in a Redis stream, for hubs of one or several processes. The stream both stores events and hands them to all processes.
import { HubError, isHubError } from '../../../core/errors.ts'
import type { Log } from '../../../core/log.ts'
import type { EventFeed } from '../../../core/events/ports.ts'
import { createTail } from '../../../core/events/packed/tail.ts'
import { openConnection, reasonOf, type Session } from '../connection.ts'
import { tellDurability } from './durability.ts'
import { createAppender, createProbe } from './append.ts'
import { createRoom, isOutOfMemory, readTaken, setTaken, unlessOutOfMemory, type Bounds } from './bounds.ts'
import { startFollower, type RedisFollower } from './follow.ts'
import { beginLife, createMemory } from './memory.ts'
import { eraseEvents, findLast, readPage } from './read.ts'
import { searchEvents } from './search.ts'

type RedisFeedOptions = Bounds & {
  readonly url: string
  readonly now?: () => number
  readonly log: Log
}

/** If Redis owes a reply and is silent for this long, the feed is unavailable. */
const SILENCE_MS = 4_000
/** How long a call waits for a lost connection to come back. */
const PATIENCE_MS = 2_000

export function openRedisFeed({ url, now = Date.now, log, ...bounds }: RedisFeedOptions): EventFeed {
  const memory = createMemory(now)
  const greet = async (session: Session): Promise<void> =>
    void (await unlessOutOfMemory(beginLife(session, memory)))
  const tell = once((session: Session) => tellDurability(session, log))
  const { session, close } = openConnection({
    url,
    name: 'hub-feed',
    silenceMs: SILENCE_MS,
    patienceMs: PATIENCE_MS,
    greet: (session) => greet(session).then(() => tell(session)),
    log,
  })
  const room = createRoom(session, bounds, memory, log)
  const followers = new Set<RedisFollower>()
  /** Events that this process has stored itself, until its followers have them: they need not be read from Redis. */
  const own = createTail()
  const append = createAppender(session, room, memory, (stored) => {
    if (followers.size > 0) own.push(stored)
  })
  const probe = createProbe(session, room, memory)
  const { attempt, end } = createAttempts()
  const onMoved = () => own.trim(Math.min(...Array.from(followers, ({ position }) => position().seq)))

  return {
    append: (events) => attempt(() => append(events)),
    read: (after, limit) => attempt(async () => readPage(await session(), memory, after, limit)),
    search: (after, limit, names) =>
      attempt(async () => searchEvents(await session(), memory, { after, limit, names })),
    follow(after, onPage) {
      memory.see(after)
      const follower = startFollower({ url, after, onPage, onMoved, memory, own, greet, log })
      followers.add(follower)
      return {
        async close() {
          await follower.close()
          followers.delete(follower)
          if (followers.size === 0) own.trim(Infinity)
        },
      }
    },
    last: (count) => attempt(async () => findLast(await session(), memory, count)),
    trim: (taken) =>
      attempt(async () => {
        memory.see(taken)
        own.trim(taken.seq)
        await setTaken(await session(), taken, memory)
        await room.keep()
      }),
    taken: () => attempt(async () => readTaken(await session())),
    outlive(known) {
      memory.see(known)
      return attempt(async () => greet(await session()))
    },
    size: () => attempt(() => room.size()),
    erase: (cursors) =>
      attempt(async () => {
        await eraseEvents(await session(), cursors)
        own.trim(Infinity) // from now on, followers read what is left from Redis
      }),
    ping: () => attempt(probe),
    async close() {
      await end()
      await Promise.all(Array.from(followers, (follower) => follower.close()))
      close()
    },
  }
}

/** Runs work on Redis. Errors become feed.full or feed.unavailable. */
function createAttempts() {
  let underWay = 0
  let ended = false
  const idle = Promise.withResolvers<void>()
  const endIfIdle = (): void => {
    if (ended && underWay === 0) idle.resolve()
  }
  return {
    attempt<T>(work: () => Promise<T>): Promise<T> {
      if (ended) return Promise.reject(new HubError('feed.unavailable'))
      const result = work().catch(translate)
      underWay += 1
      return result.finally(() => {
        underWay -= 1
        endIfIdle()
      })
    },
    /** Refuses new work, and waits for what is under way. */
    end(): Promise<void> {
      ended = true
      endIfIdle()
      return idle.promise
    },
  }
}

function translate(error: unknown): never {
  if (isHubError(error)) throw error
  const code = isOutOfMemory(error) ? 'feed.full' : 'feed.unavailable'
  throw new HubError(code, { cause: new Error(reasonOf(error)) })
}

function once<T>(work: (value: T) => Promise<void>): (value: T) => Promise<void> {
  let done: Promise<void> | undefined
  return (value) => (done ??= work(value))
}
