// Outages of a Redis server, and what the feed makes of them.
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { BEGINNING } from '../../../../src/core/events/cursor.ts'
import type { EventFeed } from '../../../../src/core/events/ports.ts'
import { FEED_KEYS } from '../../../../src/adapters/redis/keys.ts'
import { PATIENCE_MS } from '../../../support/eventually.ts'
import { makeEvents, range, readAll, seqs, startReader, texts } from '../../../support/events/feed-lab.ts'
import { appendUntilStored, useRedisLab } from '../../../support/events/redis-lab.ts'

const { redis, lab } = useRedisLab()

describe('a Redis that is started anew', () => {
  test('begins a new epoch and numbers on', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(5))
    const before = await feed.last(0)
    await redis().stop()
    await redis().start()
    await appendUntilStored(feed, 'later', 5)
    const after = await feed.last(0)
    expect(after.epoch).toBeGreaterThan(before.epoch)
    expect(after.seq).toBe(10)
  })

  test('takes cursors of before', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(5))
    const before = await feed.last(2)
    await redis().stop()
    await redis().start()
    await appendUntilStored(feed, 'later', 5)
    const page = await feed.read(before, 100)
    expect(page.gap).toBeUndefined()
    expect(seqs(page.events)).toEqual(range(4, 10))
  })

  test('is killed in the middle, and followers miss nothing', async () => {
    const feed = await lab().open()
    const readers = [startReader(feed, BEGINNING), startReader(await lab().open(), BEGINNING)]
    const appending = Promise.all(range(1, 30).map((n) => appendUntilStored(feed, `batch ${n}`)))
    await readers[0]?.has(1)
    await redis().kill()
    await redis().start()
    await appending
    await appendUntilStored(feed, 'the last')
    await Promise.all(readers.map((reader) => reader.has(310)))
    for (const reader of readers) {
      expect(reader.gaps).toEqual([])
      expect(seqs(reader.events)).toEqual(range(1, 310))
    }
  })

  test('refuses events in bounded time while it is away', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(5))
    await redis().stop()
    const start = performance.now()
    await expect(feed.append(makeEvents(5, 'later'))).rejects.toMatchObject({ code: 'feed.unavailable' })
    expect(performance.now() - start).toBeLessThan(PATIENCE_MS)
    await redis().start()
    await appendUntilStored(feed, 'later')
  })

  test('may come up after the hub', async () => {
    await redis().stop()
    const feed = await lab().open()
    const reader = startReader(feed, BEGINNING)
    await expect(feed.ping()).rejects.toMatchObject({ code: 'feed.unavailable' })
    await redis().start()
    await appendUntilStored(feed, 'first')
    await reader.has(10)
  })
})

describe('a Redis that has lost its newest events', () => {
  const files = (): string => join(redis().folder, 'appendonlydir')
  const copy = (): string => join(redis().folder, 'copy')

  /** Ten events, then five more that are lost again. */
  async function loseTail(
    feed: EventFeed,
    beforeLoss: () => Promise<unknown> = async () => {},
  ): Promise<void> {
    await feed.append(makeEvents(10))
    await cp(files(), copy(), { recursive: true })
    await feed.append(makeEvents(5, 'lost'))
    await beforeLoss()
    await redis().kill()
    await rm(files(), { recursive: true })
    await cp(copy(), files(), { recursive: true })
    await rm(copy(), { recursive: true })
    await redis().start()
  }

  test('tells a reset to where the loss began', async () => {
    const feed = await lab().open()
    await loseTail(feed)
    await appendUntilStored(feed, 'new', 20)
    const lost = { ...(await oldEpoch(feed)), seq: 13 }
    const page = await feed.read(lost, 100)
    expect(page.gap).toEqual({ from: lost, to: await feed.last(20), reason: 'reset' })
    expect(page.gap?.to.seq).toBe(10)
    expect(texts(page.events)).toEqual(texts(makeEvents(20, 'new')))
  })

  test('tells no gap to a cursor of before the loss', async () => {
    const feed = await lab().open()
    await loseTail(feed)
    await appendUntilStored(feed, 'new', 20)
    const page = await feed.read({ ...(await oldEpoch(feed)), seq: 8 }, 100)
    expect(page.gap).toBeUndefined()
    expect(seqs(page.events)).toEqual(range(9, 30))
  })

  test('tells a running follower a reset, and repeats nothing', async () => {
    const feed = await lab().open()
    const reader = startReader(feed, BEGINNING)
    await loseTail(feed, () => reader.has(15))
    await appendUntilStored(feed, 'new', 20)
    await reader.has(35)
    expect(reader.gaps).toMatchObject([{ from: { seq: 15 }, to: { seq: 10 }, reason: 'reset' }])
    expect(seqs(reader.events.slice(15))).toEqual(range(11, 30))
  })

  test('takes the lost events again', async () => {
    const feed = await lab().open()
    await loseTail(feed)
    await appendUntilStored(feed, 'lost', 5)
    expect(texts((await readAll(feed, BEGINNING)).events)).toEqual(
      texts([...makeEvents(10), ...makeEvents(5, 'lost')]),
    )
  })

  test('tells a reset, too, where the events alone are gone', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(10))
    const before = { ...(await oldEpoch(feed)), seq: 8 }
    await redis().command('DEL', FEED_KEYS.events)
    await feed.append(makeEvents(5, 'new'))
    const page = await feed.read(before, 100)
    expect(page.gap).toMatchObject({ from: before, reason: 'reset' })
    expect(texts(page.events)).toEqual(texts(makeEvents(5, 'new')))
  })

  async function oldEpoch(feed: EventFeed): Promise<{ epoch: number }> {
    const { events } = await feed.read(BEGINNING, 1)
    return { epoch: events[0]?.cursor.epoch ?? 0 }
  }
})

describe('a Redis that is frozen', () => {
  afterEach(() => redis().resume())

  test('refuses events in bounded time, and takes them afterwards', async () => {
    const feed = await lab().open()
    await feed.append(makeEvents(5))
    redis().pause()
    const start = performance.now()
    await expect(feed.append(makeEvents(5, 'later'))).rejects.toMatchObject({ code: 'feed.unavailable' })
    expect(performance.now() - start).toBeLessThan(PATIENCE_MS)
    redis().resume()
    await appendUntilStored(feed, 'later', 5)
    expect((await readAll(feed, BEGINNING)).events).toHaveLength(10)
  })

  test('is given up by followers, who miss nothing', async () => {
    const feed = await lab().open()
    const reader = startReader(feed, BEGINNING)
    await feed.append(makeEvents(5))
    await reader.has(5)
    redis().pause()
    await expect(feed.append(makeEvents(5, 'later'))).rejects.toThrow()
    await expect(feed.ping()).rejects.toThrow()
    redis().resume()
    await appendUntilStored(feed, 'later', 5)
    await reader.has(10)
    expect(reader.gaps).toEqual([])
    expect(seqs(reader.events)).toEqual(range(1, 10))
  })
})
