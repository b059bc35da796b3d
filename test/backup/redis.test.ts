// Backup and restore where Redis has the feed and SQLite the rest.
import { afterAll, beforeAll } from 'vitest'
import { testBackup } from '../contracts/backup.ts'
import { onRedis, startRedisToBackUp } from '../support/backup/stores.ts'
import type { RedisServer } from '../support/servers/redis.ts'

let redis: RedisServer
beforeAll(async () => void (redis = await startRedisToBackUp()))
afterAll(() => redis?.close())

testBackup(
  'Redis and SQLite',
  onRedis(() => redis),
)
