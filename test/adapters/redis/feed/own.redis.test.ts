// What a process has stored itself comes to its followers from its memory, in the order of all that is stored.
import { expect, test } from 'vitest'
import type { EventFeed } from '../../../../src/core/events/ports.ts'
import { makeEvents, seqs } from '../../../support/events/feed-lab.ts'
import { useRedisLab } from '../../../support/events/redis-lab.ts'
import { until } from '../../../support/eventually.ts'

const { redis, lab } = useRedisLab()

async function readsOfRedis(): Promise<number> {
  const stats = String(await redis().command('INFO', 'commandstats'))
  const calls = [...stats.matchAll(/cmdstat_(?:xread|xrange):calls=(\d+)/g)]
  return calls.reduce((sum, [, count]) => sum + Number(count), 0)
}

/** A follower that is busy with the first event until it is let go on. */
async function busyFollower(feed: EventFeed) {
  const free = Promise.withResolvers<void>()
  const pages: number[][] = []
  const readsBefore: number[] = []
  const follower = feed.follow(await feed.last(0), async ({ events }) => {
    readsBefore.push(await readsOfRedis())
    pages.push(seqs(events))
    if (pages.length === 1) await free.promise
  })
  await feed.append(makeEvents(1, 'first'))
  await until(() => expect(pages).toEqual([[1]]))
  return { pages, readsBefore, goOn: free.resolve, close: () => follower.close() }
}

test('a follower that was busy is given what this process has stored meanwhile, and Redis is not asked', async () => {
  const feed = await lab().open()
  const follower = await busyFollower(feed)
  for (let n = 0; n < 10; n++) await feed.append([...makeEvents(3, `batch ${n}`), ...makeEvents(1, 'first')])
  follower.goOn()
  await until(() => expect(follower.pages.flat()).toHaveLength(31))
  expect(follower.pages).toEqual([[1], Array.from({ length: 30 }, (_, n) => n + 2)])
  expect(follower.readsBefore[1]).toBe(follower.readsBefore[0])
  await follower.close()
})

test('where nobody follows, nothing is kept of it', async () => {
  const feed = await lab().open()
  const start = await feed.last(0)
  await feed.append(makeEvents(5))
  const before = await readsOfRedis()
  const given: number[] = []
  const follower = feed.follow(start, ({ events }) => void given.push(...seqs(events)))
  await until(() => expect(given).toEqual([1, 2, 3, 4, 5]))
  expect(await readsOfRedis()).toBeGreaterThan(before)
  await follower.close()
})

test('what is given so is what everybody reads', async () => {
  const feed = await lab().open()
  const given: unknown[] = []
  const free = Promise.withResolvers<void>()
  const start = await feed.last(0)
  const follower = feed.follow(start, async ({ events }) => {
    for (const { cursor, receivedAt, kind, id, data, facts, more } of events)
      given.push({ cursor, receivedAt, kind, id, data, facts, more })
    if (given.length === 1) await free.promise
  })
  await feed.append(makeEvents(1, 'first'))
  await until(() => expect(given).toHaveLength(1))
  lab().clock.now += 5_000
  await feed.append([...makeEvents(1, 'first'), ...makeEvents(20)])
  free.resolve()
  await until(() => expect(given).toHaveLength(21))
  expect((await feed.read(start, 100)).events).toEqual(given)
  await follower.close()
})

test('what other processes have stored in between comes in its place', async () => {
  const [feed, other] = [await lab().open(), await lab().open()]
  const follower = await busyFollower(feed)
  for (let n = 0; n < 5; n++) {
    await feed.append(makeEvents(2, `ours ${n}`))
    await other.append(makeEvents(3, `theirs ${n}`))
  }
  await feed.append(makeEvents(4, 'ours at last'))
  follower.goOn()
  await until(() => expect(follower.pages.flat()).toHaveLength(30))
  expect(follower.pages.flat()).toEqual(Array.from({ length: 30 }, (_, n) => n + 1))
  await follower.close()
})

test('what is erased before a follower had it is not given', async () => {
  const feed = await lab().open()
  const follower = await busyFollower(feed)
  await feed.append(makeEvents(5))
  const { epoch } = await feed.last(0)
  await feed.erase([{ epoch, seq: 3 }])
  follower.goOn()
  await until(() => expect(follower.pages.flat()).toEqual([1, 2, 4, 5, 6]))
  await follower.close()
})
