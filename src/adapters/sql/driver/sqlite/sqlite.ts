// SQLite, through node:sqlite: for a hub that needs nothing else installed.
import type { SQLInputValue } from 'node:sqlite'
import { sql as words } from '../drizzle.ts'
import { drizzle } from '../drizzle.sqlite.ts'
import { HubError } from '../../../../core/errors.ts'
import type { Log } from '../../../../core/log.ts'
import {
  CHANGING_NOTHING,
  onSqlite,
  type Changes,
  type Driver,
  type Rows,
  type Sql,
  type Value,
  type Write,
} from '../dialect.ts'
import { columns } from '../../schema/columns.sqlite.ts'
import type { Job, SqliteFile } from '../../../sqlite/file.ts'
import { createRenewal } from '../../../sqlite/renewal.ts'
import { startThread, type Thread } from '../../../sqlite/thread.ts'
import type { DatabaseFile } from './thread.ts'

const NOT_NULL = 1299
const DUPLICATE = new Set([1555, 2067])
// Busy, locked, out of memory, read-only, disk error, damaged, full, cannot open, no database.
const UNAVAILABLE = new Set([5, 6, 7, 8, 10, 11, 13, 14, 26])

export async function openSqlite({ file, log }: { file: string; log: Log }): Promise<Sql> {
  const writer = await openThread({ file, access: 'write' }, log)
  const reader = await openThread({ file, access: 'read' }, log)
  /** One after the other: only who is the last one to close brings the WAL back into the file. */
  const close = () => reader.close().then(writer.close)
  try {
    const steps = await writer.ask('steps')
    if (steps > 0) log.info({ file, steps }, 'the tables of the database were brought up to date')
    await reader.ask('steps')
  } catch (error) {
    await close()
    throw error
  }
  const query = drizzle(async (text, values: Value[], method) => {
    const rows = await reader.ask('all', text, values.map(sendable))
    return { rows: method === 'get' ? (rows[0] as never) : rows }
  })
  return onSqlite(query, columns, { ...createDriver(writer, reader), close })
}

type Asked = Awaited<ReturnType<typeof openThread>>

/** The file is opened at the first question. */
async function openThread(about: DatabaseFile, log: Log) {
  const module = new URL('./thread.ts', import.meta.url)
  const open = async () => ({ thread: startThread<SqliteFile>(module, about) })
  const renewal = await createRenewal({ open, name: 'a thread of the database', about, log })

  const ask: Thread<SqliteFile>['call'] = async (name, ...args) => {
    try {
      const { thread } = await renewal.current()
      return await thread.call(name, ...args)
    } catch (error) {
      const isOurs =
        error instanceof Error && 'errcode' in error && !UNAVAILABLE.has(Number(error.errcode) & 255)
      throw isOurs ? error : new HubError('archive.unavailable', { cause: error })
    }
  }
  return { ask, close: renewal.close }
}

function createDriver(writer: Asked, reader: Asked): Omit<Driver, 'close'> {
  return {
    run: (write) => writer.ask('run', toJob(write)),
    atomically: (writes) => writer.ask('atomically', writes.map(toJob)),
    fault(error) {
      const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0
      return code === NOT_NULL ? 'null' : DUPLICATE.has(code) ? 'duplicate' : undefined
    },
    now: words`cast(unixepoch('subsec') * 1000 as integer)`,
    portion: 2_000, // one thread reads for all
    among: (column, texts) => words`${column} in (select value from json_each(${JSON.stringify(texts)}))`,
    async ping() {
      await writer.ask('run', { text: CHANGING_NOTHING, values: [] })
      await reader.ask('all', 'SELECT 1', [])
    },
  }
}

function toJob(write: Write): Job {
  if ('counted' in write) {
    const { adding } = write
    return {
      ...toJob(write.counted),
      adding: { text: insertion(adding), rows: sendableRows(adding.rows) },
    }
  }
  if ('rows' in write) return { text: insertion(write), rows: sendableRows(write.rows) }
  if ('changes' in write) return { text: update(write), rows: sendableRows(write.changes) }
  const { sql: text, params } = write.toSQL()
  return { text, values: (params as Value[]).map(sendable) }
}

/** A buffer is sent with all the memory that it is a part of, so its bytes are copied out first. */
function sendable(value: Value): SQLInputValue {
  return Buffer.isBuffer(value) ? new Uint8Array(value) : value
}

/** The bytes of all of them in one piece: each piece costs more than what is in it. */
function sendableRows(rows: readonly Value[][]): SQLInputValue[][] {
  let length = 0
  for (const row of rows) row.forEach((value) => (length += Buffer.isBuffer(value) ? value.length : 0))
  const bytes = new Uint8Array(length)
  let at = 0
  const placed = (value: Value) => {
    if (!Buffer.isBuffer(value)) return value
    bytes.set(value, at)
    return bytes.subarray(at, (at += value.length))
  }
  return rows.map((row) => row.map(placed))
}

function insertion({ table, columns, adding, keeping }: Rows): string {
  const names = columns.map((name) => `"${name}"`).join()
  const otherwise = adding ? ` UPDATE SET "${adding}" = "${adding}" + excluded."${adding}"` : ' NOTHING'
  const upsert = adding || keeping ? ` ON CONFLICT DO${otherwise}` : ''
  return `INSERT INTO "${table}" (${names}) VALUES (${columns.map(() => '?').join()})${upsert}`
}

function update({ table, key, set }: Changes): string {
  const numbered = (names: readonly string[], from: number) =>
    names.map((name, index) => `"${name}" = ?${from + index}`)
  const values = numbered(set, key.length + 1).join()
  return `UPDATE "${table}" SET ${values} WHERE ${numbered(key, 1).join(' AND ')}`
}
