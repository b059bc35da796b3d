// What MySQL refuses: a deadlock is tried again, an outage is known as one, and no error tells of anybody.
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toHubError } from '../../../../src/adapters/sql/driver/mysql/errors.ts'
import { openMysql } from '../../../../src/adapters/sql/driver/mysql/mysql.ts'
import { eventually } from '../../../support/eventually.ts'
import { silentLog } from '../../../support/events/feed-lab.ts'
import { run, startMariaDb, type MariaDb } from '../../../support/servers/mariadb.ts'

let server: MariaDb
beforeAll(async () => void (server = await startMariaDb()))
afterAll(() => server?.close())

const write = (sql: string) => ({ toSQL: () => ({ sql, params: [] }) })

test('a transaction that loses a deadlock is made again, and nothing of it twice', async () => {
  const url = await server.database()
  const sql = await openMysql({ url, log: silentLog })
  await run(url, 'CREATE TABLE counters (id INT PRIMARY KEY, n INT NOT NULL)')
  await run(url, `INSERT INTO counters VALUES ${Array.from({ length: 100 }, (_, id) => `(${id}, 0)`).join()}`)
  const other = await createConnection(url)
  await other.query('START TRANSACTION')
  await other.query('UPDATE counters SET n = n + 1 WHERE id > 0') // it has done more, so it is not the one to lose
  const done = sql.atomically([
    write('UPDATE counters SET n = n + 10 WHERE id = 0'),
    write('UPDATE counters SET n = n + 10 WHERE id = 1'),
  ])
  const waiting = `SELECT count(*) AS n FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'`
  await eventually(() => run(url, waiting)).toEqual([{ n: 1 }])
  await other.query('UPDATE counters SET n = n + 1 WHERE id = 0')
  await other.query('COMMIT')
  await done
  expect(await run(url, 'SELECT n FROM counters WHERE id < 2 ORDER BY id')).toEqual([{ n: 11 }, { n: 11 }])
  await other.end()
  await sql.close()
})

test('what does not fit is refused, whatever the server is set to', async () => {
  const url = await server.database()
  await run(url, `SET GLOBAL sql_mode = ''`)
  const sql = await openMysql({ url, log: silentLog })
  await run(url, 'CREATE TABLE words (word VARCHAR(3) NOT NULL)')
  await expect(sql.run(write(`INSERT INTO words VALUES ('longer')`))).rejects.toThrow('Data too long')
  await sql.close()
})

test.each([
  ['ended by an operator', { errno: 1927 }],
  ['read-only, as in a failover', { errno: 1290 }],
  ['read-only within a transaction', { errno: 1792 }],
  ['locked by others', { errno: 1205 }],
  ['a deadlock', { errno: 1213 }],
  ['a full disk', { errno: 1021 }],
  ['too many connections', { errno: 1040 }],
  ['a broken connection', { fatal: true }],
  ['a connection that was refused', { code: 'ECONNREFUSED' }],
])('%s is an outage', (_, details) => {
  expect(toHubError(Object.assign(new Error('no'), details))).toMatchObject({ code: 'archive.unavailable' })
})

test('a statement that is wrong is no outage', () => {
  const error = Object.assign(new Error('no such column'), { errno: 1054, code: 'ER_BAD_FIELD_ERROR' })
  expect(toHubError(error)).toBe(error)
})

test.each([
  [`Duplicate entry 'o'brien@example.com' for key 'email'`, 1062, `Duplicate entry '…' for key 'email'`],
  [`Incorrect value: 'it's 'quoted'' at row 1`, 1366, `Incorrect value: '…' at row 1`],
  [`Unknown column 'nme' in 'field list'`, 1054, `Unknown column 'nme' in 'field list'`],
])('an error quotes no value of anybody: %s', (message, errno, told) => {
  const error = Object.assign(new Error(message), { errno, sql: 'INSERT …', sqlMessage: message })
  expect(toHubError(error)).toMatchObject({ message: told, sqlMessage: told })
  expect([error.stack?.includes('brien'), 'sql' in error]).toEqual([false, false])
})
