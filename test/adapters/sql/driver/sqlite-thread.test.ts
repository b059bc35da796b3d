// A thread of the database that ends although nobody has closed it: another one takes its place, and nothing is lost.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { rowsFor, type Sql } from '../../../../src/adapters/sql/driver/dialect.ts'
import { openSqlite } from '../../../../src/adapters/sql/driver/sqlite/sqlite.ts'
import { isWriting, watchThreads } from '../../../support/database/cut-threads.ts'
import { silentLog } from '../../../support/events/feed-lab.ts'
import { until } from '../../../support/eventually.ts'

/** Takes long enough to be cut off in the middle. */
const SLOW = `WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000000)
  INSERT INTO leases SELECT 'lease ' || x, 'a test', 1 FROM n`

const unavailable = { code: 'archive.unavailable', status: 503 }

let threads: ReturnType<typeof watchThreads>
let dir: string
let file: string
let sql: Sql
const told: string[] = []
const log = { ...silentLog, error: (_: object, text: string) => void told.push(text) }

beforeEach(async () => {
  threads = watchThreads()
  dir = await mkdtemp(join(tmpdir(), 'hub-sqlite-'))
  file = join(dir, 'hub.sqlite')
  sql = await openSqlite({ file, log })
})
afterEach(async () => {
  await sql.close()
  threads.end()
  told.length = 0
  await rm(dir, { recursive: true })
})

const lease = (name: string) => rowsFor(sql.tables.leases, [{ name, owner: 'a test', untilMs: 1 }])
const names = async () => (await sql.read(sql.db.select().from(sql.tables.leases))).map(({ name }) => name)
const [writer, reader] = [0, 1]

test('the reader: what it was at is unavailable, what is asked next is answered', async () => {
  await sql.run(lease('before'))
  const asked = names()
  const refused = expect(asked).rejects.toMatchObject(unavailable)
  await threads.cutOff(reader)
  await refused
  expect(await names()).toEqual(['before'])
  await sql.ping()
  expect(told).toEqual(['a thread of the database has ended: a new one takes its place'])
})

test('a question that cannot be sent to the thread is refused, and the next one gets its own answer', async () => {
  const unsendable = { toSQL: () => ({ sql: 'SELECT ?', params: [() => 1] }) }
  await expect(sql.run(unsendable)).rejects.toMatchObject(unavailable)
  expect(await sql.run(lease('next'))).toBe(1)
})

test('the writer: the transaction that it was at is rolled back, the next one is taken', async () => {
  await sql.run(lease('before'))
  const asked = sql.atomically([lease('half'), { toSQL: () => ({ sql: SLOW, params: [] }) }])
  const refused = expect(asked).rejects.toMatchObject(unavailable)
  await isWriting(file)
  await threads.cutOff(writer)
  await refused
  await sql.run(lease('after'))
  expect((await names()).sort()).toEqual(['after', 'before'])
})

test('after both, closing still leaves one file', async () => {
  await sql.run(lease('one'))
  await names()
  await Promise.all([threads.cutOff(writer), threads.cutOff(reader)])
  await sql.run(lease('two'))
  expect((await names()).sort()).toEqual(['one', 'two'])
  await sql.close()
  expect(await readdir(dir)).toEqual(['hub.sqlite'])
  expect(threads.begun()).toBe(4)
})

test('one that ends as soon as it begins is not begun again at every question', async () => {
  const cutShort = (worker: Worker) => void worker.terminate()
  process.on('worker', cutShort)
  await threads.cutOff(reader)
  for (let n = 0; n < 50; n++) await expect(names()).rejects.toMatchObject(unavailable)
  expect(threads.begun()).toBe(3)
  process.off('worker', cutShort)
  await until(names)
})

test.runIf(process.platform === 'linux')(
  'the writer steps back behind all others, who stay as they were',
  async () => {
    const priorities = async () => {
      const ids = await readdir('/proc/self/task')
      const stats = await Promise.all(ids.map((id) => readFile(`/proc/self/task/${id}/stat`, 'utf8')))
      return stats.map((stat) => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])) // proc_pid_stat(5)
    }
    const usual = getPriority()
    const back = async () => (await priorities()).filter((priority) => priority !== usual)
    expect(await back()).toEqual([5])
    await names()
    await sql.run(lease('one'))
    expect(await back()).toEqual([5])
    await threads.cutOff(writer)
    await sql.run(lease('two'))
    expect(await back()).toEqual([5])
  },
)
