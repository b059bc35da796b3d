// Whatever is asked of a hub on Redis and MariaDB: no 5xx, and no answer out of shape.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { askAnything } from '../../support/any-requests.ts'
import { startHub, type TestHub } from '../../support/hub.ts'
import { startMariaDb, type MariaDb } from '../../support/servers/mariadb.ts'
import { startRedis, type RedisServer } from '../../support/servers/redis.ts'

let redis: RedisServer
let mariadb: MariaDb
let hub: TestHub
beforeAll(async () => {
  ;[redis, mariadb] = await Promise.all([startRedis(), startMariaDb()])
  hub = await startHub({ REDIS_URL: redis.url, DATABASE_URL: await mariadb.database() })
})
afterAll(async () => {
  await hub?.close()
  await Promise.all([redis?.close(), mariadb?.close()])
})

test('requests of every kind are answered as the document says', { timeout: 3_600_000 }, async () => {
  const statuses = await askAnything(hub)
  for (const status of [200, 201, 204, 400, 404]) expect(statuses[status], `${status}`).toBeGreaterThan(0)
})
