// MySQL 8 and MariaDB, through mysql2: for hubs of several processes.
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/mysql-proxy'
import type { PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise'
import type { Log } from '../../core/log.ts'
import { onMysql, type Changes, type Driver, type Rows, type Sql, type Write } from './dialect.ts'
import { errorNumber } from './mysql.errors.ts'
import { migrate } from './mysql.migrate.ts'
import { createConnections, type Connections } from './mysql.pool.ts'
import * as tables from './schema.mysql.ts'

const NULL_REFUSED = 1048
const DUPLICATE = 1062
const DEADLOCK = 1213
const DEADLOCK_TRIES = 5
/** A server that hangs is as good as one that is gone. */
const QUERY_MS = 20_000
/** A server takes 16 MiB at once unless it was told otherwise, and escaping may double a text. */
const INSERT_CHARACTERS = 2_000_000

export async function openMysql({ url, log }: { url: string; log: Log }): Promise<Sql> {
  const connections = createConnections(url)
  try {
    const taken = await connections.use(migrate)
    if (taken > 0) log.info({ steps: taken }, 'the tables of the database were brought up to date')
  } catch (error) {
    await connections.close()
    throw error
  }
  const query = drizzle(async (text, values: unknown[]) => {
    const options = { sql: text, values, rowsAsArray: true, timeout: QUERY_MS }
    const [rows] = await connections.use((connection) => connection.query<RowDataPacket[][]>(options))
    return { rows }
  })
  return onMysql(query, tables, createDriver(connections))
}

function createDriver({ use, close }: Connections): Driver {
  return {
    run: (write) => use((connection) => execute(connection, write)),
    atomically: (writes) => use((connection) => transaction(connection, writes)),
    fault(error) {
      const number = errorNumber(error)
      return number === NULL_REFUSED ? 'null' : number === DUPLICATE ? 'duplicate' : undefined
    },
    // Not as a comparison of pairs: MySQL finds no range in one.
    before: (place, { epoch, seq }) =>
      sql`(${place.epoch} < ${epoch} OR (${place.epoch} = ${epoch} AND ${place.seq} < ${seq}))`,
    after: (place, { epoch, seq }) =>
      sql`(${place.epoch} > ${epoch} OR (${place.epoch} = ${epoch} AND ${place.seq} > ${seq}))`,
    ping: () => use(async (connection) => void (await run(connection, 'SELECT 1'))),
    close,
  }
}

async function transaction(connection: PoolConnection, writes: readonly Write[]): Promise<number[]> {
  for (let tries = 1; ; tries++) {
    try {
      await run(connection, 'START TRANSACTION')
      const counts = []
      for (const write of writes) counts.push(await execute(connection, write))
      await run(connection, 'COMMIT')
      return counts
    } catch (error) {
      await run(connection, 'ROLLBACK').catch(() => undefined)
      if (errorNumber(error) !== DEADLOCK || tries >= DEADLOCK_TRIES) throw error
      await pause(tries * 20 * Math.random())
    }
  }
}

async function execute(connection: PoolConnection, write: Write): Promise<number> {
  if ('changes' in write) return change(connection, write)
  if (!('rows' in write)) {
    const { sql: text, params } = write.toSQL()
    return run(connection, text, params)
  }
  const text = insertion(write)
  let count = 0
  for (const part of parts(write.rows)) count += await run(connection, text, [part])
  return count
}

function insertion({ table, columns, adding }: Rows): string {
  const names = columns.map((name) => `\`${name}\``).join()
  const upsert = adding
    ? ` ON DUPLICATE KEY UPDATE \`${adding}\` = \`${adding}\` + VALUES(\`${adding}\`)`
    : ''
  return `INSERT INTO \`${table}\` (${names}) VALUES ?${upsert}`
}

async function change(connection: PoolConnection, write: Changes): Promise<number> {
  let count = 0
  for (const part of parts(write.changes))
    count += await run(connection, update(write, part.length), part.flat())
  return count
}

/** The new values are a table to join with: one statement for all rows, and one that never inserts. */
function update({ table, key, set }: Changes, count: number): string {
  const columns = [...key, ...set]
  const first = `SELECT ${columns.map((name) => `? AS \`${name}\``).join()}`
  const others = ` UNION ALL SELECT ${columns.map(() => '?').join()}`.repeat(count - 1)
  const same = key.map((name) => `target.\`${name}\` = news.\`${name}\``).join(' AND ')
  const values = set.map((name) => `target.\`${name}\` = news.\`${name}\``).join()
  return `UPDATE \`${table}\` AS target JOIN (${first}${others}) AS news ON ${same} SET ${values}`
}

async function run(connection: PoolConnection, text: string, values: unknown[] = []): Promise<number> {
  const [result] = await connection.query<ResultSetHeader>({ sql: text, values, timeout: QUERY_MS })
  return result.affectedRows
}

/** Rows that fit into one statement each. */
function* parts(rows: Rows['rows']): Generator<Rows['rows']> {
  let part: Rows['rows'] = []
  let size = 0
  for (const row of rows) {
    const length = row.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 8), 0)
    if (part.length > 0 && size + length > INSERT_CHARACTERS) {
      yield part
      part = []
      size = 0
    }
    part.push(row)
    size += length
  }
  if (part.length > 0) yield part
}
