// Marks in Redis, against the contract, and what only Redis can do to them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SEND_KEYS } from '../../../src/adapters/redis/keys.ts'
import { forgetRedisMarks } from '../../../src/adapters/redis/sending/marks.ts'
import { marksContract } from '../../contracts/sending/marks.ts'
import { startRedis, type RedisServer } from '../../support/servers/redis.ts'
import { silentLog } from '../../support/events/feed-lab.ts'
import { chunk, openRedisSendLab } from '../../support/sending/send-lab.ts'

let redis: RedisServer
beforeAll(async () => void (redis = await startRedis()))
afterAll(() => redis?.close())

describe('marks in Redis', () => marksContract(() => openRedisSendLab(redis)))

test('a token is newer than all before it, also when Redis has lost everything', async () => {
  const lab = await openRedisSendLab(redis)
  const { marks } = lab.open()
  for (let n = 0; n < 3; n++) await marks.take(chunk(1))
  const { token } = await marks.take(chunk(1))
  await redis.command('FLUSHALL')
  const later = await marks.take(chunk(1))
  expect(Number(later.token)).toBeGreaterThan(Number(token))
  await lab.close()
})

test('a token is newer than all before it, also when the clock of Redis was set back', async () => {
  const lab = await openRedisSendLab(redis)
  const { marks } = lab.open()
  const { token } = await marks.take(chunk(1))
  const ahead = Number(token) * 2
  await redis.command('SET', SEND_KEYS.token, String(ahead))
  const tokens = [await marks.take(chunk(1)), await marks.take(chunk(2))].map((taken) => Number(taken.token))
  expect(tokens).toEqual([ahead + 1, ahead + 2])
  await lab.close()
})

test('marks that nobody drops do not stay for ever', async () => {
  const lab = await openRedisSendLab(redis)
  await lab.open().marks.take(chunk(1))
  const { campaignId, chunk: number } = chunk(1)
  expect(Number(await redis.command('TTL', SEND_KEYS.chunk(campaignId, number)))).toBeGreaterThan(86_400)
  await lab.close()
})

test('after a restore all marks are forgotten, however many they are', async () => {
  const lab = await openRedisSendLab(redis)
  await redis.command(
    'EVAL',
    `for n = 1, 5000 do redis.call('HSET', KEYS[1] .. n, 'token', n) end`,
    '1',
    SEND_KEYS.anyChunk.replace('*', 'c:'),
  )
  await forgetRedisMarks({ url: redis.url, log: silentLog })
  expect(await redis.command('KEYS', SEND_KEYS.anyChunk)).toEqual([])
  await lab.close()
})
