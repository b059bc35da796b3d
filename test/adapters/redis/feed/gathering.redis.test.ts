// Appends that come while another is under way go to Redis together, and each is answered for itself. What they leave
// behind to know them by ends in time.
import { expect, test } from 'vitest'
import { makeEvents, readAll, texts } from '../../../support/events/feed-lab.ts'
import { useRedisLab } from '../../../support/events/redis-lab.ts'
import { BEGINNING } from '../../../../src/core/events/cursor.ts'

const { redis, lab } = useRedisLab()

async function scriptsRun(): Promise<number> {
  const stats = String(await redis().command('INFO', 'commandstats'))
  const calls = [...stats.matchAll(/cmdstat_(?:evalsha|eval):calls=(\d+)/g)]
  return calls.reduce((sum, [, count]) => sum + Number(count), 0)
}

test('what comes while a script runs shares the next one, in its order', async () => {
  const feed = await lab().open()
  await feed.append(makeEvents(1, 'before')) // Redis knows the script now
  const before = await scriptsRun()
  redis().pause()
  const labels = Array.from({ length: 20 }, (_, n) => `post-${n}`)
  const answers = labels.map((label) => feed.append(makeEvents(3, label)))
  const again = feed.append(makeEvents(4, 'post-7'))
  redis().resume()
  expect(await Promise.all(answers)).toEqual(labels.map(() => ({ accepted: 3, duplicates: 0 })))
  expect(await again).toEqual({ accepted: 1, duplicates: 3 })
  expect((await scriptsRun()) - before).toBeLessThanOrEqual(2)
  const { events } = await readAll(feed, BEGINNING)
  const all = labels.flatMap((label) => makeEvents(3, label))
  expect(texts(events)).toEqual(
    texts([...makeEvents(1, 'before'), ...all, ...makeEvents(4, 'post-7').slice(3)]),
  )
})

test('what an event is known by outlives its day by two, and not by much more', async () => {
  const [DAY, HOUR] = [86_400, 3_600]
  const feed = await lab().open()
  await feed.append(makeEvents(1, 'known'))
  const [key = '', ...others] = (await redis().command('KEYS', 'hub:{feed}:seen:*')) as string[]
  expect(others).toEqual([])
  const seconds = Number(await redis().command('TTL', key))
  expect(seconds).toBeGreaterThan(3 * DAY)
  expect(seconds).toBeLessThanOrEqual(3 * DAY + HOUR)
})
