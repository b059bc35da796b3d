// Marks in Redis, against the contract.
import { afterAll, beforeAll, describe } from 'vitest'
import { marksContract } from '../../contracts/sending/marks.ts'
import { startRedis, type RedisServer } from '../../support/redis.ts'
import { openRedisSendLab } from '../../support/send-lab.ts'

let redis: RedisServer
beforeAll(async () => void (redis = await startRedis()))
afterAll(() => redis?.close())

describe('marks in Redis', () => marksContract(() => openRedisSendLab(redis)))
