// Backup and restore of a hub that keeps everything in DATA_DIR, and what the commands refuse.
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { subscribe } from '../support/backup/asks.ts'
import { testBackup } from '../contracts/backup.ts'
import { FAST, numbered, openStage, type Stage } from '../support/backup/stage.ts'
import { openEmbedded } from '../support/backup/stores.ts'
import { runDoc } from '../support/doc-commands.ts'
import { eventually } from '../support/eventually.ts'

testBackup('embedded', openEmbedded)

const SECRET = 'secret-from-the-settings'

let stage: Stage
let scratch: string
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'hub-backup-'))
  stage = await openStage(openEmbedded)
})
afterEach(async () => {
  await stage.close()
  await rm(scratch, { recursive: true })
})

const data = () => join(stage.folder, 'data')
const copy = () => join(stage.backup, 'data')
const restoreTo = (dir: string) => stage.run('restore DATA_DIR', { DATA_DIR: dir })

/** A hub with ten events, backed up and stopped. */
async function backedUp(): Promise<void> {
  const hub = await stage.start()
  await hub.post(numbered(0, 10))
  await stage.backUp()
  await hub.stop()
}

test('a backup holds the secret and is for its owner only', async () => {
  const hub = await stage.start()
  await stage.backUp()
  await hub.stop()
  expect(await readFile(join(copy(), 'secret'), 'utf8')).toBe(await readFile(join(data(), 'secret'), 'utf8'))
  for (const name of ['secret', 'hub.sqlite', 'feed.sqlite', 'sending.sqlite', 'backup.json'])
    expect((await stat(join(copy(), name))).mode & 0o777, name).toBe(0o600)
  expect((await stat(copy())).mode & 0o777).toBe(0o700)
})

test('each backup needs a folder of its own', async () => {
  await stage.start()
  await stage.backUp()
  await expect(stage.backUp()).rejects.toThrow(/is not empty/)
})

test('where no hub has run there is nothing to back up', async () => {
  await expect(stage.backUp()).rejects.toThrow(/sending.sqlite cannot be read .*has a hub run on it/)
})

test('a backup is checked in a folder of its own, while the hub runs', async () => {
  const hub = await stage.start()
  await stage.backUp()
  expect(await stage.run('check a backup of DATA_DIR')).toContain('is as it was at')
  expect(await hub.post(numbered(0, 1))).toMatchObject({ accepted: 1 })
})

test('a restore does not touch a DATA_DIR that is in use, or that holds anything', async () => {
  const hub = await stage.start()
  await stage.backUp()
  await expect(stage.restoreAll()).rejects.toThrow(/DATA_DIR: another hub is running/)
  await hub.stop()
  await expect(stage.restoreAll()).rejects.toThrow(/DATA_DIR: .* is not empty/)
  expect((await (await stage.start()).post(numbered(0, 1))).accepted).toBe(1)
})

test('a damaged backup is not restored, and says which file it is', async () => {
  await backedUp()
  const file = join(copy(), 'hub.sqlite')
  const bytes = await readFile(file)
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
  await writeFile(file, bytes)
  await expect(restoreTo(join(scratch, 'data'))).rejects.toThrow(/hub.sqlite is damaged/)
})

test('a backup that was interrupted is none', async () => {
  await backedUp()
  await rm(join(copy(), 'backup.json'))
  await expect(restoreTo(join(scratch, 'data'))).rejects.toThrow(/ is not a complete backup/)
})

test('no hub starts on a restore that did not come to its end; the next restore begins it anew', async () => {
  await backedUp()
  const [file, aside] = [join(copy(), 'feed.sqlite'), join(scratch, 'feed.sqlite')]
  await rename(file, aside)
  await stage.loseAll()
  await expect(stage.restoreAll()).rejects.toThrow(/feed.sqlite cannot be copied/)
  await expect(stage.start()).rejects.toThrow(/DATA_DIR: a restore into .* was interrupted/)
  await rename(aside, file)
  await stage.restoreAll()
  expect(await (await stage.start()).post(numbered(0, 10))).toMatchObject({ duplicates: 10 })
})

test('of the mails that went out before the backup began, only those in flight may go twice', async () => {
  const hub = await stage.start()
  await subscribe(hub, 40)
  const { campaign } = await hub.ask('/subscribe/send-mail', { subject: 'Now', content: 'Hi' })
  await eventually(() => stage.sink.mails.length).toBeGreaterThan(4)
  const before = stage.sink.mails.flatMap(({ to }) => to)
  await stage.backUp()
  await hub.stop()
  await stage.loseAll()
  await stage.restoreAll()
  const again = await stage.start(FAST)
  await again.ask(`/campaigns/${campaign.id}/resume`, {})
  await eventually(async () => (await again.ask(`/campaigns/${campaign.id}`)).status).toBe('finished')
  const all = stage.sink.mails.flatMap(({ to }) => to)
  const twice = before.filter((address) => all.filter((other) => other === address).length > 1)
  expect(twice.length).toBeLessThanOrEqual(1) // one connection
})

test('mails of the outbox and settings that are kept elsewhere', async () => {
  const hub = await stage.start({ SMTP_URL: '', SECRET })
  await hub.ask('/subscribe', { email: 'reader@example.com', name: '' })
  await hub.ask('/subscribe/send-mail', { subject: 'Hello', content: 'Hi' })
  await eventually(async () => (await hub.ask('/campaigns')).campaigns[0]?.status).toBe('finished')
  const printed = await runDoc('backup.md', 'back up DATA_DIR', { ...stage.commandsEnv, SECRET })
  expect(printed).toContain('outbox: 1 mails')
  expect(printed).toContain('SECRET comes from your settings')
  await hub.stop()
  await stage.loseAll()
  await stage.restoreAll()
  const again = await stage.start({ SMTP_URL: '', SECRET })
  expect((await again.ask('/campaigns')).campaigns).toMatchObject([
    { status: 'finished', deliveries: { sent: 1 } },
  ])
})
