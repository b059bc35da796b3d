// Suppressions in MariaDB, against the contract.
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renote } from '../../../../src/adapters/sql/list/suppressed.ts'
import { suppressionsContract } from '../../../contracts/list/suppressions.ts'
import { eventually } from '../../../support/eventually.ts'
import { makeReaders, makeSuppression, openListLab } from '../../../support/list/list-lab.ts'
import { run, startMariaDb, type MariaDb } from '../../../support/servers/mariadb.ts'
import { openMysqlLab } from '../../../support/database/sql-lab.ts'
import { NOON } from '../../../support/times.ts'

let server: MariaDb
beforeAll(async () => void (server = await startMariaDb()))
afterAll(() => server?.close())

describe('suppressions in MariaDB', () => suppressionsContract(() => openMysqlLab(server)))

test('a suppression that comes while its subscriber is being changed notes them as they then are', async () => {
  const database = await openMysqlLab(server)
  const { list, suppressions, sql, close } = await openListLab(async () => database)
  const [, url] = database.recipe
  await list.import(makeReaders(1, 1), NOON, false)
  const other = await createConnection(url)
  await other.query('START TRANSACTION')
  await other.query('UPDATE subscribers SET subscribed = 0')
  let isDone = false
  const put = suppressions.put(makeSuppression('reader-1@example.com')).then(() => (isDone = true))
  const waiting = `SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'`
  await eventually(async () => isDone || String(await run(url, waiting)) !== '').toBe(true)
  await other.query('COMMIT')
  await put
  expect(await renote(sql, new AbortController().signal)).toBe(0)
  await other.end()
  await close()
})
