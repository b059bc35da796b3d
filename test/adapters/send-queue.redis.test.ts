// The send queue in Redis, against the contract.
import { afterAll, beforeAll, describe } from 'vitest'
import { sendQueueContract } from '../contracts/send-queue.ts'
import { startRedis, type RedisServer } from '../support/redis.ts'
import { openRedisSendLab } from '../support/send-lab.ts'

let redis: RedisServer
beforeAll(async () => void (redis = await startRedis()))
afterAll(() => redis?.close())

describe('the send queue in Redis', () => sendQueueContract(() => openRedisSendLab(redis)))
