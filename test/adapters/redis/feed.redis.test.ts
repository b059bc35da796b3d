// The feed in Redis against the contract.
import { afterAll, beforeAll, describe } from 'vitest'
import { eventFeedContract } from '../../contracts/events/feed.ts'
import { openRedisLab } from '../../support/redis-lab.ts'
import { startRedis, type RedisServer } from '../../support/redis.ts'

let redis: RedisServer
beforeAll(async () => void (redis = await startRedis()))
afterAll(() => redis?.close())

describe('the feed in Redis', () => eventFeedContract(() => openRedisLab(redis)))
