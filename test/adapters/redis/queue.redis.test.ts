// The send queue in Redis, against the contract, and what BullMQ does beside it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sendQueueContract } from '../../contracts/sending/queue.ts'
import { startRedis, type RedisServer } from '../../support/servers/redis.ts'
import { SEND_KEYS } from '../../../src/adapters/redis/keys.ts'

import { CAMPAIGN, chunk, openRedisSendLab } from '../../support/sending/send-lab.ts'
import { until } from '../../support/eventually.ts'

let redis: RedisServer
beforeAll(async () => void (redis = await startRedis()))
afterAll(() => redis?.close())

describe('the send queue in Redis', () => sendQueueContract(() => openRedisSendLab(redis)))

test('a worker whose own chunk comes to it again goes on with it alone, and can be told to end', async () => {
  const lab = await openRedisSendLab(redis)
  const { queue } = lab.open()
  const runs: { readonly signal: AbortSignal; readonly end: () => void }[] = []
  const worker = queue.work('default', 4, (_ref, signal) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    runs.push({ signal, end: resolve })
    return promise
  })
  const lock = `${SEND_KEYS.queuePrefix}:default:${CAMPAIGN}_1:lock`
  const holder = () => redis.command('GET', lock)
  try {
    await queue.add([chunk(1)])
    await until(() => expect(runs).toHaveLength(1))
    const before = await holder()
    await redis.command('DEL', lock) // as after an outage that was longer than locks are kept
    await until(async () => {
      const now = await holder()
      expect(now).toEqual(expect.any(String))
      expect(now).not.toBe(before)
    })
    // What it was handed after that is in hand, too.
    await queue.add([chunk(2)])
    await until(() => expect(runs.length).toBeGreaterThan(1))
    expect(runs).toHaveLength(2)
    runs[0]?.end()
    await until(async () => {
      await queue.add([chunk(1)])
      expect(runs).toHaveLength(3)
    })
    const closed = worker.close()
    await until(() => expect(runs.slice(1).map(({ signal }) => signal.aborted)).toEqual([true, true]))
    runs.forEach(({ end }) => end())
    await closed
  } finally {
    runs.forEach(({ end }) => end())
    await lab.close()
  }
})
