// What a backup of DATA_DIR holds, and what a restore takes: by files alone, without a hub.
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as breath } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { backUp } from '../../../src/adapters/embedded/backup/backup.ts'
import { BackupError, settleFile, writeList } from '../../../src/adapters/embedded/backup/files.ts'
import { restore } from '../../../src/adapters/embedded/backup/restore.ts'
import { lockDataDir } from '../../../src/adapters/embedded/data-dir-lock.ts'

let folder: string
const at = (...path: string[]) => join(folder, ...path)
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-files-'))
  for (const name of ['data', 'backup', 'new']) await mkdir(at(name), { mode: 0o700 })
})
afterEach(() => rm(folder, { recursive: true }))

/** Everybody may read it. */
async function put(path: string, text = 'x'): Promise<void> {
  await mkdir(dirname(at(path)), { recursive: true })
  await writeFile(at(path), text)
  await chmod(at(path), 0o644)
}

function database(path: string, pages = 1): DatabaseSync {
  const db = new DatabaseSync(at(path))
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE kept (what)')
  const row = db.prepare('INSERT INTO kept VALUES (zeroblob(4000))')
  db.exec('BEGIN')
  for (let n = 0; n < pages; n++) row.run()
  db.exec('COMMIT')
  return db
}
const rowsOf = (path: string) => {
  const db = new DatabaseSync(at(path), { readOnly: true })
  const row = db.prepare('SELECT count(*) AS count FROM kept').get()
  db.close()
  return row?.count
}

const make = (to = 'backup') =>
  backUp({ dataDir: at('data'), to: at(to), databases: ['sending.sqlite', 'hub.sqlite'], version: '1' })
const bringBack = (dataDir = 'new') =>
  restore({ from: at('backup'), dataDir: at(dataDir), prepare: async () => {} })

async function fill(pages?: number): Promise<DatabaseSync> {
  database('data/sending.sqlite', pages).close()
  return database('data/hub.sqlite')
}

/** A backup of files as they are: that they are damaged does not show by their sums. */
async function madeOf(paths: readonly string[]): Promise<void> {
  const files = new Map<string, string>()
  for (const path of paths) files.set(path, await settleFile(at('backup', path)))
  await writeList(at('backup'), { madeAt: 0, version: '1', files })
}

/** Permissions of all that is in a folder. */
async function modes(dir: string): Promise<Set<string>> {
  const entries = await readdir(at(dir), { recursive: true, withFileTypes: true })
  const ofEach = entries.map(async (entry) => {
    const { mode } = await stat(join(entry.parentPath, entry.name))
    return `${entry.isDirectory() ? 'folder' : 'file'} ${(mode & 0o777).toString(8)}`
  })
  return new Set(await Promise.all(ofEach))
}

test('all of it is for its owner alone, there and back', async () => {
  const db = await fill()
  await put('data/secret')
  await put('data/outbox/day/a.eml')
  await make('there/backup')
  expect(await modes('there')).toEqual(new Set(['folder 700', 'file 600']))
  await rm(at('backup'), { recursive: true })
  await make()
  db.close()
  await bringBack('back/data')
  await rm(at('back/data/lock'), { force: true })
  expect(await modes('back')).toEqual(new Set(['folder 700', 'file 600']))
})

test('holds whole mails and those secrets that are there', async () => {
  const db = await fill()
  await put('data/api-token')
  await put('data/outbox/a.eml')
  await put('data/outbox/b.eml.part')
  expect([...((await make())?.files.keys() ?? [])].toSorted()).toEqual([
    'api-token',
    'hub.sqlite',
    'outbox/a.eml',
    'sending.sqlite',
  ])
  db.close()
})

test('marks are held still before the ledger: else a mail that was sent might be forgotten', async () => {
  await expect(make()).rejects.toThrow(/sending.sqlite cannot be read/)
})

test('a folder that holds something takes no backup', async () => {
  const db = await fill()
  await put('backup/mine')
  await expect(make()).rejects.toThrow(/is not empty/)
  db.close()
})

test('the second database is that of the moment when the first one was begun', async () => {
  const db = await fill(3_000)
  const made = make()
  while (!existsSync(at('backup/sending.sqlite'))) await breath()
  db.exec("INSERT INTO kept VALUES ('later')")
  await made
  db.close()
  expect(rowsOf('backup/hub.sqlite')).toBe(1)
})

describe('a list that no backup has written is refused:', () => {
  const sum = 'a'.repeat(64)
  const made_at = new Date(0).toISOString()
  test.each([
    ['a path out of the folder', { made_at, files: { '../secret': sum } }],
    ['a path from the root', { made_at, files: { '/secret': sum } }],
    ['one of two is none', { made_at, files: { secret: sum, 'outbox/../../secret': sum } }],
    ['no sum', { made_at, files: { secret: 'aa' } }],
    ['no time', { made_at: 'once', files: { secret: sum } }],
    ['no files', { made_at, files: {} }],
    ['no list', null],
  ])('%s', async (_, list) => {
    await put('backup/backup.json', JSON.stringify(list))
    await expect(bringBack()).rejects.toThrow(/was not written by a backup/)
    expect(await readdir(at('new'))).toEqual([])
  })
})

test('a database that was damaged before it was backed up is not restored', async () => {
  const db = database('backup/hub.sqlite', 20)
  db.exec('PRAGMA journal_mode = DELETE')
  db.close()
  const bytes = await readFile(at('backup/hub.sqlite'))
  await writeFile(at('backup/hub.sqlite'), bytes.fill(7, 4096, 3 * 4096))
  await madeOf(['hub.sqlite'])
  await expect(bringBack()).rejects.toThrow(/malformed|damaged/)
  expect(existsSync(at('new/hub.sqlite'))).toBe(false)
})

test('a restore begins anew, also on a file system of its own, and leaves nothing but what it brings', async () => {
  await put('backup/secret', 'the secret')
  await madeOf(['secret'])
  await put('new/.restoring/secret', 'half')
  await put('new/.restoring/of-before')
  await mkdir(at('new/lost+found'))
  await put('new/lock')
  await bringBack()
  expect(await readFile(at('new/secret'), 'utf8')).toBe('the secret')
  const left = (await readdir(at('new'))).filter((name) => !name.startsWith('lock'))
  expect(left).toEqual(['lost+found', 'secret'])
})

test('a DATA_DIR that holds anything is left alone', async () => {
  await put('backup/secret')
  await madeOf(['secret'])
  await put('new/mine')
  await expect(bringBack()).rejects.toThrow(BackupError)
  expect(await readFile(at('new/mine'), 'utf8')).toBe('x')
  expect(existsSync(at('new/secret'))).toBe(false)
})

test('what has changed since it was backed up is not restored', async () => {
  await put('backup/secret')
  await madeOf(['secret'])
  await writeFile(at('backup/secret'), 'y')
  await expect(bringBack()).rejects.toThrow(/secret is damaged/)
})

test('a DATA_DIR that a hub has is left alone', async () => {
  await put('backup/secret')
  await madeOf(['secret'])
  const lock = lockDataDir(at('new'))
  await expect(bringBack()).rejects.toThrow(/another hub is running/)
  lock.release()
  await bringBack()
})
