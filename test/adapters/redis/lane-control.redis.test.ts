// The lanes in Redis, against the contract.
import { afterAll, beforeAll, describe } from 'vitest'
import { laneControlContract } from '../../contracts/sending/lane-control.ts'
import { promisesOfSharedPace } from '../../contracts/sending/lane-control-pace.ts'
import { startRedis, type RedisServer } from '../../support/redis.ts'
import { openRedisSendLab } from '../../support/send-lab.ts'

let redis: RedisServer
beforeAll(async () => void (redis = await startRedis()))
afterAll(() => redis?.close())

describe('the lanes in Redis', () => laneControlContract(() => openRedisSendLab(redis), promisesOfSharedPace))
