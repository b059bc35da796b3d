// MySQL 8 and MariaDB, through mysql2: for hubs of several processes.
import { sql as words } from '../drizzle.ts'
import { drizzle } from '../drizzle.mysql.ts'
import type { Log } from '../../../../core/log.ts'
import { CHANGING_NOTHING, onMysql, timesTouched, type Driver, type Sql, type Write } from '../dialect.ts'
import { again } from '../again.ts'
import { errorNumber, isRefusal, isSettled } from './errors.ts'
import { migrate } from './migrate.ts'
import { openConnections, type Connections, type Session } from './pool.ts'
import { statementsOf } from './statements.ts'
import { readMysqlUrl } from './url.ts'
import { columns } from '../../schema/columns.mysql.ts'

const NULL_REFUSED = 1048
const DUPLICATE = 1062
const DEADLOCK = 1213
const QUERY_MS = 20_000
const NO_LIMIT = 0 // a large table takes its time
/** What the stores write at once fits into it: parts of texts, lists of keys, steps of an import. */
const LEAST_PACKET = 1024 * 1024

type MysqlOptions = { readonly url: string; readonly log: Log; readonly queryMs?: number }

export async function openMysql({ url, log, queryMs = QUERY_MS }: MysqlOptions): Promise<Sql> {
  const connections = openConnections(readMysqlUrl(url), queryMs)
  try {
    const steps = await connections.use(migrate, NO_LIMIT)
    if (steps > 0) log.info({ steps }, 'the tables of the database were brought up to date')
    await connections.use(requireRoom)
  } catch (error) {
    await connections.close()
    throw isRefusal(error) ? error.cause : error
  }
  const query = drizzle(async (text, values: unknown[]) => ({
    rows: await connections.use((session) => session.selectArrays(text, values)),
  }))
  return onMysql(query, columns, createDriver(connections))
}

async function requireRoom(session: Session): Promise<void> {
  if (session.packet < LEAST_PACKET)
    throw new Error(
      `DATABASE_URL: the server's max_allowed_packet is ${session.packet}, and the hub needs ${LEAST_PACKET} at least`,
    )
}

function createDriver({ use, close }: Connections): Driver {
  return {
    run: (write) => use((session) => runOne(session, write)),
    atomically: (writes) => use((session) => transaction(session, writes)),
    fault(error) {
      const number = errorNumber(error)
      return number === NULL_REFUSED ? 'null' : number === DUPLICATE ? 'duplicate' : undefined
    },
    now: words`cast(unix_timestamp(now(3)) * 1000 as signed)`,
    portion: 20_000, // others have connections of their own
    // A list as a value is written as one: 'a', 'b'.
    among: (column, texts) => (texts.length > 0 ? words`${column} in (${words.param(texts)})` : words`false`),
    ping: () => use(async (session) => void (await session.run(CHANGING_NOTHING))),
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
      if (isSettled(error)) await session.run('ROLLBACK')
      throw error
    }
  })
}

/** Of two, InnoDB undoes the one that has changed less: beside large ones the same may lose many times. */
const despiteDeadlocks = <T>(work: () => Promise<T>): Promise<T> =>
  again(work, (error) => errorNumber(error) === DEADLOCK)

async function execute(session: Session, write: Write): Promise<number> {
  if ('counted' in write) {
    const touched = await execute(session, write.counted)
    if (touched > 0) await execute(session, timesTouched(write.adding, touched))
    return touched
  }
  if ('toSQL' in write) {
    const { sql: text, params } = write.toSQL()
    return session.run(text, params)
  }
  let count = 0
  for (const text of statementsOf(write, session.most)) count += await session.run(text)
  return count
}
