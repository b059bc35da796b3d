// A Redis that comes back older under the same run id: made a replica of one that lagged, then primary again.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { BEGINNING, type Cursor } from '../../../../src/core/events/cursor.ts'
import { createHub } from '../../../../src/core/events/hub.ts'
import type { EventFeed, Gap } from '../../../../src/core/events/ports.ts'
import {
  createGate,
  makeEvents,
  range,
  readAll,
  seqs,
  startReader,
  texts,
} from '../../../support/events/feed-lab.ts'
import { appendUntilStored, useRedisLab } from '../../../support/events/redis-lab.ts'
import { startRedis, type RedisServer } from '../../../support/servers/redis.ts'
import { HOUR } from '../../../support/times.ts'
import { eventually, until } from '../../../support/eventually.ts'

const { redis, lab } = useRedisLab()
let lagging: RedisServer

beforeAll(async () => void (lagging = await startRedis()))
afterAll(() => lagging?.close())
beforeEach(() => lagging.promote())

/** Ten events, then five more, which this loses again. */
async function loseTail(
  feed: EventFeed,
  beforeLoss: () => Promise<unknown> = async () => {},
): Promise<Cursor> {
  await feed.append(makeEvents(10))
  await lagging.copy(redis())
  await lagging.promote()
  await feed.append(makeEvents(5, 'lost'))
  const head = await feed.last(0)
  await beforeLoss()
  await redis().copy(lagging)
  await redis().promote()
  return head
}

const KINDS = [1, 5, 8] as const

test.for(KINDS)('%i new events for five lost ones follow to whoever knew those', async (count) => {
  const feed = await lab().open()
  const reader = startReader(feed, BEGINNING)
  const known = await loseTail(feed, () => reader.has(15))
  await appendUntilStored(feed, 'new', count)
  await reader.has(15 + count)
  expect(texts(reader.events.slice(15))).toEqual(texts(makeEvents(count, 'new')))
  expect(reader.gaps).toMatchObject([{ from: known, to: { seq: 10 }, reason: 'reset' }])
  const page = await feed.read(known, 100)
  expect(texts(page.events)).toEqual(texts(makeEvents(count, 'new')))
  expect(page.gap).toMatchObject({ from: known, to: { seq: 10 }, reason: 'reset' })
  expect(seqs((await readAll(feed, BEGINNING)).events)).toEqual(range(1, 10 + count))
  expect((await feed.read({ ...known, seq: 8 }, 100)).gap).toBeUndefined()
})

test.for(KINDS)('%i new events by a hub that was started afterwards follow as well', async (count) => {
  const [feed, other] = [await lab().open(), await lab().open()]
  const reader = startReader(other, BEGINNING)
  const known = await loseTail(feed, () => reader.has(15))
  await feed.close()
  await appendUntilStored(await lab().open(), 'new', count)
  await reader.has(15 + count)
  expect(texts(reader.events.slice(15))).toEqual(texts(makeEvents(count, 'new')))
  expect((await other.read(known, 100)).gap).toMatchObject({ to: { seq: 10 }, reason: 'reset' })
})

test('both of two hubs go on in one order', async () => {
  const feeds = [await lab().open(), await lab().open()] as const
  const readers = feeds.map((feed) => startReader(feed, BEGINNING))
  await loseTail(feeds[0], () => Promise.all(readers.map((reader) => reader.has(15))))
  const appending = feeds.map((feed, n) =>
    range(1, 5).map((m) => appendUntilStored(feed, `new ${n} ${m}`, 3)),
  )
  await Promise.all(appending.flat())
  await Promise.all(readers.map((reader) => reader.has(45)))
  const [first, second] = readers.map(({ events }) => texts(events.slice(15)))
  expect(second).toEqual(first)
  expect(new Set(first).size).toBe(30)
})

test('what was lost and comes again is new again', async () => {
  const feed = await lab().open()
  const known = await loseTail(feed)
  await appendUntilStored(feed, 'lost', 5)
  expect(texts((await feed.read(known, 100)).events)).toEqual(texts(makeEvents(5, 'lost')))
})

test('a follower that sleeps is told, also when nothing comes', async () => {
  const feed = await lab().open()
  const reader = startReader(feed, BEGINNING)
  await loseTail(feed, () => reader.has(15))
  await until(() =>
    expect(reader.gaps).toMatchObject([{ from: { seq: 15 }, to: { seq: 10 }, reason: 'reset' }]),
  )
  await appendUntilStored(feed, 'new', 2)
  await reader.has(17)
  expect(reader.gaps).toHaveLength(1)
})

test('what an older state says is given to nobody while it is a replica', async () => {
  const feed = await lab().open()
  await feed.append(makeEvents(10))
  await lagging.copy(redis())
  await lagging.promote()
  await feed.append(makeEvents(5, 'lost'))
  const known = await feed.last(0)
  await redis().copy(lagging)
  await expect(feed.read(known, 100)).rejects.toMatchObject({ code: 'feed.unavailable' })
  await expect(feed.last(0)).rejects.toMatchObject({ code: 'feed.unavailable' })
  await redis().promote()
  await until(async () => expect((await feed.last(0)).epoch).toBeGreaterThan(known.epoch))
})

/** As when keys are copied back by hand: nothing but the events themselves is older. */
async function bringBack<T>(key: string, work: () => Promise<T>): Promise<T> {
  await redis().command('COPY', key, 'copy', 'REPLACE')
  const result = await work()
  await redis().command('COPY', 'copy', key, 'REPLACE')
  return result
}

test.for(KINDS.slice(0, 2))(
  'a stream that was put back is noticed by the next append (%i events)',
  async (count) => {
    const feed = await lab().open()
    await feed.append(makeEvents(10))
    const known = await bringBack('hub:{feed}:events', async () => {
      await feed.append(makeEvents(5, 'lost'))
      return feed.last(0)
    })
    const fresh = makeEvents(count, 'new')
    expect(await feed.append(fresh)).toEqual({ accepted: count, duplicates: 0 })
    const page = await feed.read(known, 100)
    expect(page.gap).toMatchObject({ to: { seq: 10 }, reason: 'reset' })
    expect(texts(page.events)).toEqual(texts(fresh))
    expect(seqs(page.events)).toEqual(range(11, 10 + count))
  },
)

test.for([0, 1_000, HOUR])(
  'a life is later than all that is known, the clock set back by %i ms',
  async (back) => {
    const feed = await lab().open()
    await loseTail(feed)
    await appendUntilStored(feed, 'second', 5)
    const known = await feed.last(0)
    lab().clock.now -= back
    await redis().copy(lagging)
    await redis().promote()
    await appendUntilStored(feed, 'third', 5)
    expect((await feed.last(0)).epoch).toBeGreaterThan(known.epoch)
    expect(texts((await feed.read(known, 100)).events).slice(-5)).toEqual(texts(makeEvents(5, 'third')))
  },
)

test('that a primary forgets of whom it was a replica is no new life', async () => {
  await redis().copy(lagging)
  await redis().promote()
  const feed = await lab().open()
  await feed.append(makeEvents(3))
  const known = await feed.last(0)
  const info = () => redis().command('INFO', 'replication')
  expect(await info()).not.toMatch(/master_replid2:0+\r/)
  await redis().command('CONFIG', 'SET', 'repl-backlog-ttl', '1') // an hour, if nobody has set it
  await eventually(info).toMatch(/master_replid2:0+\r/)
  await redis().command('CONFIG', 'SET', 'repl-backlog-ttl', '3600')
  await feed.append(makeEvents(1, 'later'))
  expect(await (await lab().open()).last(0)).toEqual({ ...known, seq: known.seq + 1 })
})

test('who is ahead of the bus, in a tail that is lost before the bus gets there, is told', async () => {
  const feed = await lab().open()
  await feed.append(makeEvents(10))
  const start = await feed.last(1)
  await redis().command('COPY', 'hub:{feed}:events', 'copy', 'REPLACE')
  await feed.append(makeEvents(5, 'lost'))
  const known = await feed.last(0)
  const gate = createGate()
  const follow: EventFeed['follow'] = (after, onPage) => {
    const follower = gate.opened.then(() => feed.follow(after, onPage))
    return { close: async () => (await follower).close() }
  }
  const seen = { events: [] as string[], gaps: [] as Gap[], live: false }
  const hub = createHub({ ...feed, follow, last: async () => start }, (error) =>
    expect.unreachable(String(error)),
  )
  hub.observe(
    {
      onEvents: (events) => (seen.events.push(...texts(events)), true),
      onGap: (gap) => seen.gaps.push(gap),
      onPosition: (_, live) => (seen.live = live),
    },
    known,
    {},
  )
  await until(() => expect(seen.live).toBe(true))
  await redis().command('COPY', 'copy', 'hub:{feed}:events', 'REPLACE')
  await feed.append(makeEvents(3, 'new'))
  gate.open()
  await until(() => expect(seen.events).toEqual(texts(makeEvents(3, 'new'))))
  expect(seen.gaps).toMatchObject([{ from: known, to: { seq: 10 }, reason: 'reset' }])
  await hub.close()
})
