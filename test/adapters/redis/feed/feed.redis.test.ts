// The feed in Redis against the contract.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BEGINNING } from '../../../../src/core/events/cursor.ts'
import { eventFeedContract } from '../../../contracts/events/feed/feed.ts'
import { FEED_KEYS } from '../../../../src/adapters/redis/keys.ts'
import { makeEvents } from '../../../support/events/feed-lab.ts'
import { openRedisLab } from '../../../support/events/redis-lab.ts'
import { startRedis, type RedisServer } from '../../../support/servers/redis.ts'

let redis: RedisServer
beforeAll(async () => void (redis = await startRedis()))
afterAll(() => redis?.close())

describe('the feed in Redis', () => eventFeedContract(() => openRedisLab(redis)))

test('events that were stored before facts were get theirs when they are read, and are found', async () => {
  const lab = await openRedisLab(redis)
  const feed = await lab.open()
  await feed.append(makeEvents(1))
  const [first] = (await feed.read(BEGINNING, 1)).events
  const { epoch = 0 } = first?.cursor ?? {}
  const data = first?.data.toString() ?? ''
  await redis.command(
    'XADD',
    FEED_KEYS.events,
    `${epoch}-2`,
    'i',
    'x'.repeat(16),
    'k',
    first?.kind ?? '',
    't',
    '1',
    'd',
    data,
  )
  const [, older] = (await feed.read(BEGINNING, 2)).events
  expect(older).toMatchObject({ facts: first?.facts, more: null })
  const found = await feed.search(BEGINNING, 10, ['nobody@example.com'])
  expect(found.events).toEqual([older]) // whoever it is of: who asks reads it
  await lab.close()
})
