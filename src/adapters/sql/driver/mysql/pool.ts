// The connections to MySQL: a few, bounded in number, in waiting and in time, and set up all alike.
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import {
  createPool,
  format,
  type Connection,
  type ConnectionOptions,
  type ResultSetHeader,
  type RowDataPacket,
} from 'mysql2'
import type { PoolConnection } from 'mysql2/promise'
import { HubError, isHubError } from '../../../../core/errors.ts'
import type { Value } from '../dialect.ts'
import { isSettled, toHubError } from './errors.ts'
import type { MysqlServer } from './url.ts'

const CONNECTIONS = 10
const WAITING = 1_000
const CONNECT_MS = 5_000
const CLOSE_MS = 3_000

// Set rather than inherited: each of them changes what a statement does. Backslash escapes must be on for
// mysql2.
const SETTINGS = `SET time_zone = '+00:00', innodb_lock_wait_timeout = 10,
  sql_mode = 'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,NO_ENGINE_SUBSTITUTION'`
// Others' inserts need not wait for ranges that a statement merely looked at.
const ISOLATION = 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED'

export type Connections = ReturnType<typeof openConnections>

/** Of a packet, beside the statement. */
const PACKET_HEAD = 1024
/** Where the server has not told. */
const USUAL_PACKET = 16 * 1024 * 1024

export type Session = ReturnType<typeof createSession>

/** A server that has not answered within `queryMs` is as good as one that is gone. */
export function openConnections(server: MysqlServer, queryMs: number) {
  const sockets = createSockets()
  const packets = new WeakMap<object, Promise<number>>()
  const pool = createPool({
    ...server,
    stream: sockets.open,
    connectionLimit: CONNECTIONS,
    queueLimit: WAITING,
    connectTimeout: CONNECT_MS,
    charset: 'UTF8MB4_BIN',
    timezone: 'Z',
    supportBigNumbers: true,
    trace: false,
    queryFormat: (text) => text, // whole already: mysql2 would go through all its rows in search of a placeholder
  })
  pool.on('connection', (connection) => {
    connection.on('error', () => {}) // told to whoever uses it; without a listener it would end the process
    for (const text of [SETTINGS, ISOLATION])
      connection.query(text, (error: unknown) => {
        if (error) sockets.drop(connection)
      })
    packets.set(connection, readPacket(connection))
  })

  /** Lends a connection. It is used again only if the server is known to be done with it. */
  async function use<T>(work: (session: Session) => Promise<T>, timeoutMs = queryMs): Promise<T> {
    let connection: PoolConnection | undefined
    try {
      connection = await pool.promise().getConnection()
      const packet = (await packets.get(connection.connection)) ?? USUAL_PACKET
      const result = await work(createSession(connection, packet, timeoutMs))
      connection.release()
      return result
    } catch (error) {
      const translated = toHubError(error)
      if (isSettled(error) && !isHubError(translated, 'archive.unavailable')) connection?.release()
      else if (connection) sockets.drop(connection.connection)
      throw translated
    }
  }

  return {
    use,
    /** Says goodbye to the server, but does not wait long for one that does not answer. */
    async close(): Promise<void> {
      const ended = new Promise<boolean>((resolve) => pool.end(() => resolve(true)))
      sockets.close(await Promise.race([ended, pause(CLOSE_MS, false, { ref: false })]))
    },
  }
}

type Ended = { readonly config: ConnectionOptions; destroy(): void }

/**
 * The sockets under mysql2's connections. Its own way to destroy one is to end it politely, and that would
 * leave it open, and the process running, for as long as a server hangs.
 */
function createSockets() {
  const sockets = new Map<ConnectionOptions, Socket>()
  return {
    open({ config }: { config: ConnectionOptions }): Socket {
      const { host, port = 3306, socketPath } = config
      const socket = connect(
        socketPath ? { path: socketPath } : { host, port, noDelay: true, keepAlive: true },
      )
      sockets.set(config, socket)
      socket.once('close', () => sockets.delete(config))
      return socket
    },
    drop(connection: Ended): void {
      connection.destroy()
      sockets.get(connection.config)?.destroy()
    },
    close(polite: boolean): void {
      for (const socket of sockets.values()) {
        if (polite) socket.destroySoon()
        else socket.destroy()
      }
    },
  }
}

/** It may change while the server runs: each connection keeps what it began with. */
function readPacket(connection: Connection): Promise<number> {
  return new Promise((resolve) => {
    connection.query<RowDataPacket[]>('SELECT @@max_allowed_packet AS bytes', (error, rows) =>
      resolve(error ? USUAL_PACKET : Number(rows[0]?.bytes)),
    )
  })
}

type Question = {
  readonly sql: string
  readonly values?: unknown[] | undefined
  readonly rowsAsArray?: boolean
}

/** What is lent of a connection. A statement that is larger than the server takes throws archive.too_large unsent. */
function createSession(connection: PoolConnection, packet: number, timeout: number) {
  const most = packet - PACKET_HEAD
  async function query<T extends ResultSetHeader | RowDataPacket[] | RowDataPacket[][]>({
    values,
    ...options
  }: Question): Promise<T> {
    const sql = values === undefined ? options.sql : format(options.sql, values as Value[])
    if (sql.length * 3 > most && Buffer.byteLength(sql) > most) throw new HubError('archive.too_large')
    const [result] = await connection.query<T>({ ...options, sql, timeout })
    return result
  }
  return {
    /** The server's max_allowed_packet, as this connection has it. */
    packet,
    most,
    run: async (sql: string, values?: unknown[]): Promise<number> =>
      (await query<ResultSetHeader>({ sql, values })).affectedRows,
    select: (sql: string, values?: unknown[]) => query<RowDataPacket[]>({ sql, values }),
    selectArrays: (sql: string, values: unknown[]) =>
      query<RowDataPacket[][]>({ sql, values, rowsAsArray: true }),
  }
}
