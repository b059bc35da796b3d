// MySQL 8 and MariaDB, through mysql2: for hubs of several processes.
import { setTimeout as pause } from 'node:timers/promises'
import { drizzle } from 'drizzle-orm/mysql-proxy'
import type { Log } from '../../core/log.ts'
import { onMysql, type Changes, type Driver, type Rows, type Sql, type Write } from './dialect.ts'
import { errorNumber, isAnswer, isRefusal } from './mysql.errors.ts'
import { migrate } from './mysql.migrate.ts'
import { createConnections, type Connections, type Session } from './mysql.pool.ts'
import * as tables from './schema.mysql.ts'

const NULL_REFUSED = 1048
const DUPLICATE = 1062
const DEADLOCK = 1213
const DEADLOCK_TRIES = 5
const QUERY_MS = 20_000
const NO_LIMIT = 0 // a large table takes its time
/** A server takes 16 MiB at once unless it was told otherwise, and escaping may double a text. */
const INSERT_CHARACTERS = 2_000_000
/** Each is a SELECT in a UNION, and the server's parser goes one level deeper for it. */
const CHANGES_AT_ONCE = 100

export type MysqlOptions = { readonly url: string; readonly log: Log; readonly queryMs?: number }

export async function openMysql({ url, log, queryMs = QUERY_MS }: MysqlOptions): Promise<Sql> {
  const connections = createConnections(url, queryMs)
  try {
    const steps = await connections.use(migrate, NO_LIMIT)
    if (steps > 0) log.info({ steps }, 'the tables of the database were brought up to date')
  } catch (error) {
    await connections.close()
    throw isRefusal(error) ? error.cause : error
  }
  const query = drizzle(async (text, values: unknown[]) => ({
    rows: await connections.use((session) => session.selectArrays(text, values)),
  }))
  return onMysql(query, tables, createDriver(connections))
}

function createDriver({ use, close }: Connections): Driver {
  return {
    run: (write) => use((session) => runOne(session, write)),
    atomically: (writes) => use((session) => transaction(session, writes)),
    fault(error) {
      const number = errorNumber(error)
      return number === NULL_REFUSED ? 'null' : number === DUPLICATE ? 'duplicate' : undefined
    },
    ping: () => use(async (session) => void (await session.select('SELECT 1'))),
    close,
  }
}

async function runOne(session: Session, write: Write): Promise<number> {
  if ('toSQL' in write) return despiteDeadlocks(() => execute(session, write))
  const [count = 0] = await transaction(session, [write])
  return count
}

function transaction(session: Session, writes: readonly Write[]): Promise<number[]> {
  return despiteDeadlocks(async () => {
    try {
      await session.run('START TRANSACTION')
      const counts = []
      for (const write of writes) counts.push(await execute(session, write))
      await session.run('COMMIT')
      return counts
    } catch (error) {
      if (isAnswer(error)) await session.run('ROLLBACK')
      throw error
    }
  })
}

async function despiteDeadlocks<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (errorNumber(error) !== DEADLOCK || tries >= DEADLOCK_TRIES) throw error
      await pause(tries * 20 * Math.random())
    }
  }
}

async function execute(session: Session, write: Write): Promise<number> {
  if ('changes' in write) return change(session, write)
  if (!('rows' in write)) {
    const { sql: text, params } = write.toSQL()
    return session.run(text, params)
  }
  const text = insertion(write)
  let count = 0
  for (const part of parts(write.rows)) count += await session.run(text, [part])
  return count
}

function insertion({ table, columns, adding, keeping }: Rows): string {
  const names = columns.map((name) => `\`${name}\``).join()
  // IGNORE would pass over any other trouble, too; a column set to itself changes nothing.
  const otherwise = adding
    ? `\`${adding}\` = \`${adding}\` + VALUES(\`${adding}\`)`
    : `\`${columns[0]}\` = \`${table}\`.\`${columns[0]}\``
  const upsert = adding || keeping ? ` ON DUPLICATE KEY UPDATE ${otherwise}` : ''
  return `INSERT INTO \`${table}\` (${names}) VALUES ?${upsert}`
}

async function change(session: Session, write: Changes): Promise<number> {
  let count = 0
  for (let start = 0; start < write.changes.length; start += CHANGES_AT_ONCE) {
    const part = write.changes.slice(start, start + CHANGES_AT_ONCE)
    count += await session.run(update(write, part.length), part.flat())
  }
  return count
}

/** The new values are a table to join with: one statement for many rows, and one that never inserts. */
export function update({ table, key, set }: Changes, count: number): string {
  const columns = [...key, ...set]
  const first = `SELECT ${columns.map((name) => `? AS \`${name}\``).join()}`
  const others = ` UNION ALL SELECT ${columns.map(() => '?').join()}`.repeat(count - 1)
  const same = key.map((name) => `target.\`${name}\` = news.\`${name}\``).join(' AND ')
  const values = set.map((name) => `target.\`${name}\` = news.\`${name}\``).join()
  return `UPDATE \`${table}\` AS target JOIN (${first}${others}) AS news ON ${same} SET ${values}`
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
