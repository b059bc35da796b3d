// `npm run backup` where the stores of a hub are not in DATA_DIR. It asks neither store, so none has to run.
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { backUpHere } from '../../src/wire/backup.ts'
import { runDoc } from '../support/doc-commands.ts'

const ELSEWHERE = {
  REDIS_URL: 'redis://127.0.0.1:1',
  DATABASE_URL: 'mysql://root@127.0.0.1:1/hub',
  SECRET: 'secret-from-the-settings',
  API_TOKEN: 'from-the-settings-too',
}

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'hub-backup-'))))
afterEach(() => rm(folder, { recursive: true }))

const configOf = (settings: Record<string, string>) =>
  loadConfig({ ...settings, DATA_DIR: join(folder, 'data') }, '/nonexistent/.env')
const backUp = (settings: Record<string, string>) =>
  runDoc('backup.md', 'back up DATA_DIR', {
    ...settings,
    DATA_DIR: join(folder, 'data'),
    BACKUP: join(folder, 'backup'),
  })

test('where all is elsewhere it says so, fails no script and makes no folder', async () => {
  const printed = await backUp(ELSEWHERE)
  expect(printed).toContain('holds nothing to back up')
  expect(printed).toContain('Not included: the database (DATABASE_URL) and Redis (REDIS_URL)')
  expect(printed).toContain('SECRET comes from your settings')
  expect(await readdir(join(folder, 'backup'))).toEqual([])
})

test('one store that should be in DATA_DIR, and is not, stays an error', async () => {
  const { REDIS_URL, DATABASE_URL, ...secrets } = ELSEWHERE
  const some: Record<string, string>[] = [{}, { REDIS_URL }, { DATABASE_URL }]
  for (const url of some)
    await expect(backUpHere(configOf({ ...secrets, ...url }), join(folder, 'backup'))).rejects.toThrow(
      /has a hub run on it/,
    )
})

test('a folder that holds something is refused, and left alone', async () => {
  const taken = join(folder, 'backup', 'data')
  await mkdir(taken, { recursive: true })
  await writeFile(join(taken, 'mine'), 'not to be lost')
  await expect(backUp(ELSEWHERE)).rejects.toThrow(/backup failed: .* is not empty/)
  expect(await readdir(taken)).toEqual(['mine'])
})

test.each([
  ['none', []],
  ['two', ['one', 'two']],
  ['an option', ['--help']],
])('what is not one folder is told how it is called, and fails the script: %s', (_, words) => {
  const { status, stderr } = spawnSync(process.execPath, ['src/commands/backup.ts', ...words], {
    encoding: 'utf8',
    env: { ...process.env, DATA_DIR: join(folder, 'data') },
  })
  expect(stderr).toMatch(/^backup failed: usage: /)
  expect(status).toBe(1)
})
