// Backup and restore where Redis has the feed and MariaDB the rest, and what `npm run restored` refuses.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testBackup } from '../contracts/backup.ts'
import { loadConfig } from '../../src/config/config.ts'
import { finishRestore } from '../../src/wire/backup.ts'
import { FEED_KEYS } from '../../src/adapters/redis/keys.ts'
import { sent, subscribe, tracked } from '../support/backup/asks.ts'
import { FAST, numbered, openStage } from '../support/backup/stage.ts'
import { onBoth, startRedisToBackUp } from '../support/backup/stores.ts'
import { docCommands, runShell } from '../support/doc-commands.ts'
import { eventually } from '../support/eventually.ts'
import { startMariaDb, type MariaDb } from '../support/servers/mariadb.ts'
import type { RedisServer } from '../support/servers/redis.ts'

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
    const config = loadConfig(stage.commandsEnv, '/nonexistent/.env')
    await expect(finishRestore(config, 500)).rejects.toThrow('a hub is running on this database')
  } finally {
    await stage.close()
  }
})

test('a database that was restored without a word is noticed: its campaign waits, and resumes', async () => {
  const stage = await openStage(open)
  try {
    const hub = await stage.spawn()
    await subscribe(hub, 60)
    const { campaign } = await hub.ask('/subscribe/send-mail', { subject: 'Now', content: 'Hi' })
    await eventually(async () => (await sent(hub, campaign.id)).length).toBeGreaterThan(4)
    await stage.backUp()
    await hub.post(numbered(0, 10))
    await tracked(hub, 10)
    await eventually(() => redis.command('HGET', FEED_KEYS.meta, 'taken')).toMatch(/-10$/)
    await hub.kill()
    await stage.loseDatabase()
    const commands = docCommands('backup.md', 'restore the database')
    expect(commands).toContain('\nnpm run restored')
    await runShell(commands.replace('\nnpm run restored', ''), stage.commandsEnv)

    const mails = stage.sink.mails.length
    const again = await stage.start(FAST)
    expect(again.printed()).toContain('the database is older than the feed')
    expect(await again.ask(`/campaigns/${campaign.id}`)).toMatchObject({
      status: 'paused',
      status_reason: expect.stringMatching(/^restored from a backup/),
    })
    await tracked(again, 10)
    expect(stage.sink.mails).toHaveLength(mails)
    await again.ask(`/campaigns/${campaign.id}/resume`, {})
    await eventually(async () => (await again.ask(`/campaigns/${campaign.id}`)).status).toBe('finished')
    await again.stop()

    const third = await stage.start()
    expect(third.printed()).not.toContain('the database is older than the feed')
  } finally {
    await stage.close()
  }
})
