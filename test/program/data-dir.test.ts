// DATA_DIR: what is in it is for its owner alone, and what a newer hub has made is not touched.
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { stepsLeft } from '../../src/adapters/sqlite/migrations.ts'
import { makeDataDir } from '../../src/wire/data-dir.ts'
import { startHub } from '../support/hub.ts'

let dir: string
beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'hub-data-'))))
afterEach(() => rm(dir, { recursive: true, force: true }))

const modeOf = async (name: string) => (await stat(join(dir, name))).mode & 0o777

test('files are readable by their owner only, also those that were there, in a folder that others may read', async () => {
  await chmod(dir, 0o755)
  await mkdir(join(dir, 'outbox'), { mode: 0o755 })
  new DatabaseSync(join(dir, 'hub.sqlite')).exec('PRAGMA user_version = 0; CREATE TABLE t (a)')
  await writeFile(join(dir, 'feed.sqlite'), '', { mode: 0o644 })
  await chmod(join(dir, 'hub.sqlite'), 0o644)
  const hub = await startHub({}, dir)
  try {
    await hub.post([{ event: 'send', _id: 'a' }])
    const modes = await Promise.all(
      (await readdir(dir)).map(async (name) => [name, await modeOf(name)] as const),
    )
    expect(modes.map(([name]) => name)).toContain('hub.sqlite-wal')
    expect(modes.filter(([name, mode]) => mode !== (name === 'outbox' ? 0o700 : 0o600))).toEqual([])
  } finally {
    await hub.close()
  }
})

test.for([
  ['hub.sqlite', `INSERT INTO migrations VALUES ('9999_newer', 1)`],
  ['feed.sqlite', 'PRAGMA user_version = 99'],
  ['sending.sqlite', 'PRAGMA user_version = 99'],
] as const)('a %s of a newer hub is refused at the start', async ([name, change]) => {
  await (await startHub({}, dir)).close()
  const db = new DatabaseSync(join(dir, name))
  db.exec(change)
  db.close()
  await expect(startHub({}, dir)).rejects.toThrow(/^DATA_DIR: .*newer version of this program/)
})

test('it is made with the folders that it stands in, and what takes no folder is named', async () => {
  makeDataDir(join(dir, 'a', 'b'))
  expect(await modeOf('a/b')).toBe(0o700)
  await writeFile(join(dir, 'file'), '')
  for (const wrong of [join(dir, 'file'), join(dir, 'file', 'a'), '/proc/hub', '/proc/hub/a'])
    expect(() => makeDataDir(wrong)).toThrow(/^DATA_DIR: E/)
})

test('a database that has taken more steps of a migration than there are is of a newer hub', () => {
  const migrations = [{ name: '0000_first', statements: ['A', 'B'] }]
  expect(() => stepsLeft(migrations, new Map([['0000_first', 3]]))).toThrow('newer version')
  expect(stepsLeft(migrations, new Map([['0000_first', 1]]))).toHaveLength(1)
})
