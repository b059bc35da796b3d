// A real Redis for the tests of the feed: one for the file, empty before each test.
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { openRedisFeed } from '../../../src/adapters/redis/feed/feed.ts'
import type { EventFeed } from '../../../src/core/events/ports.ts'
import { createLab, makeEvents, silentLog, type FeedLab } from './feed-lab.ts'
import { startRedis, type RedisServer } from '../servers/redis.ts'
import { until } from '../eventually.ts'

/** Call it at the top of a test file. What it answers is there when the tests run. */
export function useRedisLab(): { readonly redis: () => RedisServer; readonly lab: () => FeedLab } {
  let redis: RedisServer
  let lab: FeedLab
  beforeAll(async () => void (redis = await startRedis()))
  afterAll(() => redis?.close())
  beforeEach(async () => void (lab = await openRedisLab(redis)))
  afterEach(() => lab.close())
  return { redis: () => redis, lab: () => lab }
}

export async function openRedisLab(redis: RedisServer): Promise<FeedLab> {
  const wipe = async (): Promise<void> => void (await redis.command('FLUSHALL'))
  await wipe()
  return createLab({
    open: (options) => openRedisFeed({ url: redis.url, log: silentLog, ...options }),
    wipe,
    async restart() {
      await redis.stop()
      await redis.start()
    },
    recipe: ['redis', redis.url],
  })
}

/** Appends as Mandrill posts: what was not stored comes again. */
export async function appendUntilStored(feed: EventFeed, label: string, count = 10, size = 0): Promise<void> {
  await until(() => feed.append(makeEvents(count, label, size)))
}
