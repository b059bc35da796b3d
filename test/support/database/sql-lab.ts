// What the tests of stores in SQL work with: an empty database of their own, and archive rows.
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { rowsFor, type Sql, type Write } from '../../../src/adapters/sql/driver/dialect.ts'
import { openMysql } from '../../../src/adapters/sql/driver/mysql/mysql.ts'
import { openSqlite } from '../../../src/adapters/sql/driver/sqlite/sqlite.ts'
import type { Kind } from '../../../src/core/events/event.ts'
import { NO_FACTS, readFacts, writeFacts, type EventFacts } from '../../../src/core/events/facts.ts'
import type { Log } from '../../../src/core/log.ts'
import type { ArchiveRow } from '../../../src/core/events/ports.ts'
import { silentLog } from '../events/feed-lab.ts'
import type { MariaDb } from '../servers/mariadb.ts'

export type SqlLab = {
  /** Opens the database, as another process would. The lab closes it at the end. */
  open(log?: Log): Promise<Sql>
  /** The same for a process of its own: arguments for openDatabase. */
  readonly recipe: readonly [kind: string, place: string]
  close(): Promise<void>
}

export function openDatabase(kind: string, place: string, log: Log = silentLog): Promise<Sql> {
  return kind === 'sqlite' ? openSqlite({ file: place, log }) : openMysql({ url: place, log })
}

export async function openSqliteLab(): Promise<SqlLab> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-sql-'))
  const remove = () => rm(folder, { recursive: true })
  return createLab(['sqlite', join(folder, 'hub.sqlite')], remove)
}

export async function openMysqlLab(server: MariaDb): Promise<SqlLab> {
  return createLab(['mysql', await server.database()])
}

function createLab(recipe: SqlLab['recipe'], remove: () => Promise<void> = async () => {}): SqlLab {
  const opened: Sql[] = []
  return {
    recipe,
    async open(log) {
      const sql = await openDatabase(...recipe, log)
      opened.push(sql)
      return sql
    },
    async close() {
      await Promise.all(opened.map((sql) => sql.close()))
      await remove()
    },
  }
}

/**
 * The same database for every test of a suite, emptied in between: its threads or connections, and its tables, cost more
 * than most tests do. A test that closes it, as a process does that ends, has had it for itself.
 */
export function emptied(openLab: () => Promise<SqlLab>): () => Promise<SqlLab> {
  let kept: { lab: SqlLab; sql: Sql; emptying: readonly Write[] } | undefined
  afterAll(() => kept?.lab.close())
  return async () => {
    if (kept) await kept.sql.atomically(kept.emptying)
    else {
      const lab = await openLab()
      const sql = await lab.open()
      kept = { lab, sql, emptying: await emptyingOf(sql) }
    }
    const { lab, sql } = kept
    const lent = {
      ...sql,
      close() {
        kept = undefined
        return sql.close()
      },
    }
    const others: Sql[] = []
    let isLent = false
    return {
      recipe: lab.recipe,
      async open(log) {
        if (!isLent) {
          isLent = true
          return lent
        }
        const other = await openDatabase(...lab.recipe, log)
        others.push(other)
        return other
      },
      async close() {
        await Promise.all(others.map((other) => other.close()))
        if (!kept) await lab.close()
      },
    }
  }
}

/** Brings each table back to what migrations have put there. */
async function emptyingOf(sql: Sql): Promise<Write[]> {
  const writes = Object.values(sql.tables).map(async (table) => {
    const rows = await sql.read(sql.db.select().from(table))
    return [sql.db.delete(table), ...(rows.length > 0 ? [rowsFor(table, rows)] : [])]
  })
  return (await Promise.all(writes)).flat()
}

export const EPOCH = Date.UTC(2026, 2, 10, 12)

export type RowOptions = {
  readonly epoch?: number
  readonly kind?: Kind
  /** Makes it an event of this list. */
  readonly list?: string
  readonly receivedAt?: number
  readonly messageId?: string
  readonly email?: string
  readonly campaignId?: string
  readonly tags?: readonly string[]
  readonly subject?: string
  readonly subaccount?: string
  readonly url?: string
  readonly by?: EventFacts['by']
}

/** An archive row as tracking makes it. Rows with equal seq and options are the same event. */
export function makeRow(seq: number, options: RowOptions = {}): ArchiveRow {
  const { epoch = EPOCH, kind = 'opened', receivedAt = EPOCH + seq, messageId, email, campaignId } = options
  const { tags = [], subject = '안녕 ✓ 😀', list } = options
  const metadata = campaignId === undefined ? [] : { campaign_id: campaignId }
  const msg = { _id: messageId, email, tags, metadata, subject }
  const data = Buffer.from(
    JSON.stringify({ ...(list ? { type: list } : { event: kind }), ts: 1_773_144_000 + seq, msg }),
  )
  const id = createHash('sha256').update(data).digest().subarray(0, 16)
  const stored = writeFacts('postbird', {
    ...NO_FACTS,
    at: (1_773_144_000 + seq) * 1000,
    messageId: messageId ?? null,
    recipient: email ?? null,
    tags,
    campaignId: campaignId ?? null,
    subject: subject.slice(0, 100),
    subaccount: options.subaccount ?? null,
    url: options.url ?? null,
    list: list ?? null,
  })
  const event = { id, kind, data, cursor: { epoch, seq }, receivedAt, ...stored }
  const facts = readFacts(stored)
  return { event, facts: options.by ? { ...facts, by: options.by } : facts }
}

export function makeRows(from: number, to: number, options?: RowOptions): ArchiveRow[] {
  return Array.from({ length: to - from + 1 }, (_, n) => makeRow(from + n, options))
}
