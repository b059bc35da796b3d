// Backup and restore where Redis has the feed and MariaDB the rest, and what `npm run restored` refuses.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testBackup } from '../contracts/backup.ts'
import { openStage } from '../support/backup-stage.ts'
import { onBoth, startRedisToBackUp } from '../support/backup-stores.ts'
import { startMariaDb, type MariaDb } from '../support/mariadb.ts'
import type { RedisServer } from '../support/redis.ts'

let mariadb: MariaDb
let redis: RedisServer
beforeAll(async () => void ([mariadb, redis] = await Promise.all([startMariaDb(), startRedisToBackUp()])))
afterAll(async () => void (await Promise.all([mariadb?.close(), redis?.close()])))

const open = onBoth(
  () => redis,
  () => mariadb,
)

testBackup('Redis and MariaDB', open)

test('a database that a hub runs on is not taken for one that comes from a backup', async () => {
  const stage = await openStage(open)
  try {
    await stage.start()
    await expect(stage.npm('restored')).rejects.toThrow(/restored failed: a hub is running on this database/)
  } finally {
    await stage.close()
  }
})
