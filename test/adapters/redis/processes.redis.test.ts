// What the processes of a hub tell one another through Redis.
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PROCESSES_KEY } from '../../../src/adapters/redis/keys.ts'
import { openRedisProcesses } from '../../../src/adapters/redis/processes.ts'
import { silentLog } from '../../support/events/feed-lab.ts'
import { startRedis, type RedisServer } from '../../support/servers/redis.ts'
import { NOON } from '../../support/times.ts'

let server: RedisServer
beforeAll(async () => void (server = await startRedis()))
afterAll(() => server?.close())

test('what cannot be read of one takes none of the others with it', async () => {
  const processes = openRedisProcesses({ url: server.url, log: silentLog })
  const redis = new Redis(server.url)
  const me = { id: 'a', role: 'web', version: '1', since: NOON, seen: NOON + 1 }
  try {
    await processes.tell(me)
    const damaged = ['no JSON', 'null', '{"id":"c"}', JSON.stringify({ ...me, id: 'd', seen: 1e30 })]
    await redis.hset(PROCESSES_KEY, Object.fromEntries(damaged.map((text, n) => [`damaged ${n}`, text])))
    expect(await processes.list()).toEqual([me])
    await processes.leave('a')
    expect(await processes.list()).toEqual([])
  } finally {
    redis.disconnect()
    processes.close()
  }
})
