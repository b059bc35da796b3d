// The lanes in Redis, against the contract.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SEND_KEYS } from '../../../src/adapters/redis/keys.ts'
import { laneControlContract } from '../../contracts/sending/lane-control.ts'
import { promisesOfSharedPace } from '../../contracts/sending/lane-control-pace.ts'
import { startRedis, type RedisServer } from '../../support/redis.ts'
import { openRedisSendLab } from '../../support/send-lab.ts'

let redis: RedisServer
beforeAll(async () => void (redis = await startRedis()))
afterAll(() => redis?.close())

describe('the lanes in Redis', () => laneControlContract(() => openRedisSendLab(redis), promisesOfSharedPace))

test('places whose holder is gone without a word are free again', async () => {
  const lab = await openRedisSendLab(redis)
  const configs = [{ name: 'default', domains: [], connections: 2, perSecond: 10 }]
  const { lanes } = lab.open({ configs })
  const longAgo = '1000'
  await redis.command('ZADD', SEND_KEYS.places('default'), longAgo, 'gone a', longAgo, 'gone b')
  expect((await lanes.connect('default', 'another')).granted).toBe(true)
  await lab.close()
})
