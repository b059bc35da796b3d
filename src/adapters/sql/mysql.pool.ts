// The connections to MySQL: a few, bounded in number, in waiting and in time, and set up all alike.
import {
  createPool,
  type Connection,
  type QueryOptions,
  type ResultSetHeader,
  type RowDataPacket,
} from 'mysql2'
import type { PoolConnection } from 'mysql2/promise'
import { isHubError } from '../../core/errors.ts'
import { isAnswer, toHubError } from './mysql.errors.ts'

const CONNECTIONS = 10
const WAITING = 1_000
const CONNECT_MS = 5_000
const CLOSE_MS = 3_000

// Set rather than inherited: each of them changes what a statement does. Backslash escapes must be on for mysql2.
const SETTINGS = `SET time_zone = '+00:00', innodb_lock_wait_timeout = 10,
  sql_mode = 'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,NO_ENGINE_SUBSTITUTION'`
// Others' inserts need not wait for ranges that a statement merely looked at.
const ISOLATION = 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED'

export type Connections = ReturnType<typeof createConnections>

/** What is lent of a connection. */
export type Session = {
  /** Runs a statement; tells how many rows it touched. */
  run(text: string, values?: unknown[]): Promise<number>
  select(text: string, values?: unknown[]): Promise<RowDataPacket[]>
  /** The same with each row as an array. */
  selectArrays(text: string, values: unknown[]): Promise<RowDataPacket[][]>
}

/** A server that has not answered within `queryMs` is as good as one that is gone. */
export function createConnections(url: string, queryMs: number) {
  const open = new Set<Connection>()
  const pool = createPool({
    uri: url,
    connectionLimit: CONNECTIONS,
    queueLimit: WAITING,
    connectTimeout: CONNECT_MS,
    enableKeepAlive: true,
    charset: 'UTF8MB4_BIN',
    timezone: 'Z',
    supportBigNumbers: true,
    trace: false,
  })
  pool.on('connection', (connection) => {
    open.add(connection)
    connection.on('end', () => open.delete(connection))
    for (const text of [SETTINGS, ISOLATION])
      connection.query(text, (error: unknown) => {
        if (error) connection.destroy()
      })
  })

  /** Lends a connection. It is used again only if the server is known to be done with it. */
  async function use<T>(work: (session: Session) => Promise<T>, timeoutMs = queryMs): Promise<T> {
    let connection: PoolConnection | undefined
    try {
      connection = await pool.promise().getConnection()
      const result = await work(createSession(connection, timeoutMs))
      connection.release()
      return result
    } catch (error) {
      const translated = toHubError(error)
      if (isAnswer(error) && !isHubError(translated)) connection?.release()
      else connection?.destroy()
      throw translated
    }
  }

  return {
    use,
    /** Says goodbye to the server; one that does not answer is left. */
    async close(): Promise<void> {
      const timer = setTimeout(() => open.forEach((connection) => connection.destroy()), CLOSE_MS)
      await new Promise((resolve) => pool.end(resolve))
      clearTimeout(timer)
    },
  }
}

function createSession(connection: PoolConnection, timeout: number): Session {
  async function query<T extends ResultSetHeader | RowDataPacket[] | RowDataPacket[][]>(
    options: QueryOptions,
  ): Promise<T> {
    const [result] = await connection.query<T>({ ...options, timeout })
    return result
  }
  return {
    run: async (sql, values) => (await query<ResultSetHeader>({ sql, values })).affectedRows,
    select: (sql, values) => query({ sql, values }),
    selectArrays: (sql, values) => query({ sql, values, rowsAsArray: true }),
  }
}
