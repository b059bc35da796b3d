// What can happen to the feed while its Redis goes on: other processes, operators, no memory.
import { afterEach, describe, expect, test } from 'vitest'
import { openRedisFeed } from '../../../../src/adapters/redis/feed/feed.ts'
import { BEGINNING, type Cursor } from '../../../../src/core/events/cursor.ts'
import type { EventFeed } from '../../../../src/core/events/ports.ts'
import {
  makeEvents,
  range,
  readAll,
  seqs,
  silentLog,
  startReader,
  texts,
} from '../../../support/events/feed-lab.ts'
import { appendUntilStored, useRedisLab } from '../../../support/events/redis-lab.ts'
import { HOUR } from '../../../support/times.ts'
import { until } from '../../../support/eventually.ts'

const { redis, lab } = useRedisLab()

describe('several processes', () => {
  test('append at once, and all followers see one order', async () => {
    const feeds = [await lab().open(), await lab().open()]
    const readers = feeds.map((feed) => startReader(feed, BEGINNING))
    const appends = feeds.map((feed, f) => range(1, 40).map((n) => feed.append(makeEvents(20, `${f}: ${n}`))))
    await Promise.all(appends.flat())
    await Promise.all(readers.map((reader) => reader.has(1_600)))
    expect(seqs(readers[0]?.events ?? [])).toEqual(range(1, 1_600))
    expect(texts(readers[1]?.events ?? [])).toEqual(texts(readers[0]?.events ?? []))
  })

  test('give each other at most about 4 MiB at a time, however many wait', async () => {
    const [here, there] = [await lab().open(), await lab().open()]
    const free = Promise.withResolvers<void>()
    const pages: number[] = []
    const follower = here.follow(await here.last(0), async ({ events }) => {
      pages.push(events.length)
      await free.promise
    })
    const isWaiting = /flags=\w*b.* cmd=xread /
    await until(async () => expect(String(await redis().command('CLIENT', 'LIST'))).toMatch(isWaiting))
    await there.append(makeEvents(1, 'first', 300_000))
    await until(() => expect(pages).toEqual([1]))
    for (let n = 0; n < 4; n++) await there.append(makeEvents(15, `batch ${n}`, 300_000))
    free.resolve()
    await until(() => expect(pages.reduce((sum, count) => sum + count)).toBe(61))
    expect(Math.max(...pages)).toBeLessThanOrEqual(15)
    await follower.close()
  })

  test('store one batch once', async () => {
    const feeds = [await lab().open(), await lab().open()]
    const answers = await Promise.all(feeds.map((feed) => feed.append(makeEvents(1_500))))
    expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(1_500)
  })
})

describe('a store that is wiped under a running hub', () => {
  test.for([
    ['', HOUR],
    [', with the clock set back', -HOUR],
  ] as const)('is told to its followers as a reset%s', async ([, later]) => {
    const feed = await lab().open()
    const reader = startReader(feed, BEGINNING)
    await feed.append(makeEvents(10))
    await reader.has(10)
    const cursor = await feed.last(0)
    await lab().wipe()
    lab().clock.now += later
    await feed.append(makeEvents(3, 'new'))
    await reader.has(13)
    expect(reader.gaps).toEqual([{ from: cursor, to: await feed.last(3), reason: 'reset' }])
    expect(texts(reader.events.slice(10))).toEqual(texts(makeEvents(3, 'new')))
  })

  test('is recognised by a read before anything is appended', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(10))
    const cursor = await feed.last(0)
    await lab().wipe()
    lab().clock.now += HOUR
    expect((await feed.read(cursor, 10)).gap).toMatchObject({ from: cursor, to: { seq: 0 }, reason: 'reset' })
  })

  test('is recognised when only the stream is gone', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(10))
    const cursor = await feed.last(5)
    await redis().command('DEL', 'hub:{feed}:events')
    await feed.append(makeEvents(3, 'new'))
    const page = await feed.read(cursor, 10)
    expect(page.gap).toMatchObject({ from: cursor, reason: 'reset' })
    expect(seqs(page.events)).toEqual([1, 2, 3])
  })

  test.for(['events', 'meta'])(
    'begins a life of another name, also in the same moment, where %s alone are gone',
    async (lost) => {
      await (await lab().open()).append(makeEvents(10))
      const { epoch } = await (await lab().open()).last(0)
      await redis().command('DEL', `hub:{feed}:${lost}`)
      const fresh = await lab().open() // knows nothing of before
      await fresh.append(makeEvents(3, 'new'))
      expect((await fresh.last(0)).epoch).toBeGreaterThan(epoch)
    },
  )

  test('is told to a cursor of a life before the last, too', async () => {
    await (await lab().open()).append(makeEvents(10))
    const cursor = await (await lab().open()).last(5)
    await redis().command('DEL', 'hub:{feed}:meta')
    await (await lab().open()).append(makeEvents(10, 'second'))
    await redis().command('DEL', 'hub:{feed}:events')
    const fresh = await lab().open()
    await fresh.append(makeEvents(20, 'new'))
    const page = await fresh.read(cursor, 30)
    expect(page.gap).toMatchObject({ from: cursor, reason: 'reset' })
    expect(seqs(page.events)).toEqual(range(1, 20))
  })

  test('names the thousand lives that it had last', async () => {
    await (await lab().open()).append(makeEvents(3))
    const lives = 'hub:{feed}:lives'
    await redis().command(
      'EVAL',
      "for n = 1, 1200 do redis.call('LPUSH', KEYS[1], (2000 - n) .. ':0') end",
      '1',
      lives,
    )
    await redis().command('DEL', 'hub:{feed}:meta')
    const fresh = await lab().open()
    const { epoch, seq } = await fresh.last(0)
    expect(await redis().command('LLEN', lives)).toBe(1_000)
    expect(await redis().command('LINDEX', lives, '-1')).toBe(`${epoch}:${seq}`)
  })

  test('goes on where the names of its lives alone are gone', async () => {
    await (await lab().open()).append(makeEvents(10))
    await redis().command('DEL', 'hub:{feed}:lives')
    const fresh = await lab().open()
    await fresh.append(makeEvents(3, 'new'))
    const page = await fresh.read(await fresh.last(3), 10)
    expect(texts(page.events)).toEqual(texts(makeEvents(3, 'new')))
  })
})

describe('a stream that is put back as it was, in the same Redis', () => {
  const EVENTS = 'hub:{feed}:events'
  const script = (text: string) => redis().command('EVAL', text, '1', EVENTS)

  /** Ten events, then some more that are lost again. */
  async function loseTail(feed: EventFeed, count: number): Promise<Cursor> {
    await feed.append(makeEvents(10))
    await script("redis.call('SET', 'copy', redis.call('DUMP', KEYS[1]))")
    await feed.append(makeEvents(count, 'lost'))
    const known = await feed.last(0)
    await script("redis.call('RESTORE', KEYS[1], 0, redis.call('GET', 'copy'), 'REPLACE')")
    return known
  }

  test.for([1, 5])(
    'is told by the next append, of which nothing is there twice: %i were lost',
    async (count) => {
      const feed = await lab().open()
      const known = await loseTail(feed, count)
      expect(await feed.append(makeEvents(3, 'new'))).toEqual({ accepted: 3, duplicates: 0 })
      const page = await feed.read(known, 100)
      expect(page.gap).toMatchObject({ from: known, to: { seq: 10 }, reason: 'reset' })
      const { events } = await readAll(feed, BEGINNING)
      expect(texts(events)).toEqual(texts([...makeEvents(10), ...makeEvents(3, 'new')]))
      expect(seqs(events)).toEqual(range(1, 13))
      expect(Number(await redis().command('XLEN', EVENTS))).toBe(13)
    },
  )

  test('is told by the next read, too', async () => {
    const feed = await lab().open()
    const known = await loseTail(feed, 5)
    expect((await feed.read(known, 100)).gap).toMatchObject({ from: known, to: { seq: 10 }, reason: 'reset' })
    expect((await feed.last(0)).epoch).toBeGreaterThan(known.epoch)
  })
})

describe('a Redis without memory', () => {
  afterEach(() => redis().command('CONFIG', 'SET', 'maxmemory', '0'))

  /** Redis may have so many bytes more than it has now. */
  async function limitMemory(more: number): Promise<void> {
    const used = /used_memory:(\d+)/.exec(String(await redis().command('INFO', 'memory')))?.[1]
    await redis().command('CONFIG', 'SET', 'maxmemory', String(Number(used) + more))
  }

  async function fillMemory(feed: EventFeed): Promise<unknown> {
    await limitMemory(4_000_000)
    for (const n of range(1, 500)) {
      try {
        await feed.append(makeEvents(50, `filling ${n}`, 1_000))
      } catch (error) {
        return error
      }
    }
    return undefined
  }

  test('makes the feed full when nothing may go', async () => {
    expect(await fillMemory(await lab().open())).toMatchObject({ code: 'feed.full', status: 503 })
  })

  test('makes the feed let go of the oldest that were taken', async () => {
    const feed = await lab().open()
    await fillMemory(feed)
    for (const n of range(1, 100)) {
      await feed.trim(await feed.last(0))
      await appendUntilStored(feed, `later ${n}`, 50, 1_000)
    }
    const kept = seqs((await readAll(feed, BEGINNING)).events)
    expect(kept[0]).toBeGreaterThan(1)
    expect(kept).toEqual(range(kept[0] ?? 0, (await feed.last(0)).seq))
  })

  test('notes what was taken all the same: some of it goes for that', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(5_000, 'event', 1_000))
    const head = await feed.last(0)
    await limitMemory(-100_000)
    await feed.trim(head)
    expect(await feed.taken()).toEqual(head)
  })

  test('can store for as long as something may go', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(5_000, 'event', 1_000))
    await until(async () => {
      await limitMemory(-100_000)
      await expect(feed.ping()).rejects.toMatchObject({ code: 'feed.full' })
    })
    await limitMemory(1_000_000)
    await feed.trim(await feed.last(0))
    await limitMemory(-100_000)
    await feed.ping()
  })

  test('never makes the feed let go of what was not taken', async () => {
    const feed = await lab().open()
    await fillMemory(feed)
    const head = await feed.last(0)
    await feed.trim({ ...head, seq: 3 })
    for (const n of range(1, 5)) await feed.append(makeEvents(50, `later ${n}`)).catch(() => undefined)
    expect((await readAll(feed, { ...head, seq: 3 })).gaps).toEqual([])
  })

  test('is full no longer when it has memory again', async () => {
    const feed = await lab().open()
    await fillMemory(feed)
    await redis().command('CONFIG', 'SET', 'maxmemory', '0')
    await expect(feed.append(makeEvents(5, 'later'))).resolves.toEqual({ accepted: 5, duplicates: 0 })
  })

  test('can still be read', async () => {
    const feed = await lab().open()
    await fillMemory(feed)
    const { seq } = await feed.last(0)
    expect((await readAll(await lab().open(), BEGINNING)).events).toHaveLength(seq)
  })
})

test('that the feed is full is logged once, until there was room again', async () => {
  const logged: string[] = []
  const log = { ...silentLog, error: (_: object, message: string) => void logged.push(message) }
  const feed = openRedisFeed({ url: redis().url, retention: 1e6, maxBytes: 100_000, log })
  await feed.append(makeEvents(200, 'first', 1_000))
  for (let n = 0; n < 3; n++) await feed.trim(BEGINNING)
  expect(logged).toHaveLength(1)
  await feed.trim(await feed.last(0))
  await feed.append(makeEvents(200, 'second', 1_000))
  for (let n = 0; n < 3; n++) await feed.trim(BEGINNING)
  expect(logged).toHaveLength(2)
  await feed.close()
})

describe('an operator', () => {
  test('may flush the scripts', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(5))
    await redis().command('SCRIPT', 'FLUSH')
    expect(await feed.append(makeEvents(8))).toEqual({ accepted: 3, duplicates: 5 })
  })

  test('may cut every connection', async () => {
    const feed = await lab().open()
    const reader = startReader(feed, BEGINNING)
    await feed.append(makeEvents(5))
    await reader.has(5)
    await redis().command('CLIENT', 'KILL', 'TYPE', 'normal')
    await appendUntilStored(feed, 'later', 5)
    await reader.has(10)
    expect(seqs(reader.events)).toEqual(range(1, 10))
  })

  test('may make the server a replica and a primary again', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(5))
    await redis().command('REPLICAOF', '127.0.0.1', '1')
    await expect(feed.append(makeEvents(5, 'later'))).rejects.toMatchObject({ code: 'feed.unavailable' })
    await redis().command('REPLICAOF', 'NO', 'ONE')
    await appendUntilStored(feed, 'later', 5)
  })

  test('finds that remembered ids leave by themselves, after three days', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(5))
    const keys = (await redis().command('KEYS', 'hub:{feed}:seen:*')) as string[]
    const seconds = await redis().command('TTL', keys[0] ?? '')
    expect(keys).toHaveLength(1)
    expect(seconds).toBeGreaterThan(72 * 3_600)
  })

  test('is told where events could be lost', async () => {
    const told: string[] = []
    await redis().command('CONFIG', 'SET', 'appendfsync', 'everysec', 'maxmemory-policy', 'allkeys-lru')
    const log = { ...silentLog, warn: (_: object, message: string) => told.push(message) }
    const feed = openRedisFeed({ url: redis().url, retention: 1, maxBytes: 1e9, log })
    await until(() => expect(told).toHaveLength(2))
    await redis().command('CONFIG', 'SET', 'appendfsync', 'always', 'maxmemory-policy', 'noeviction')
    await feed.close()
    expect(told.join('\n')).toMatch(/maxmemory-policy is allkeys-lru[^]*appendfsync is everysec/)
  })
})
