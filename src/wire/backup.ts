// Puts backup and restore together. Like wire.ts, it names adapters.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../config/config.ts'
import { backUp } from '../adapters/embedded/backup/backup.ts'
import type { Backup, Database } from '../adapters/embedded/backup/files.ts'
import { lockDataDir } from '../adapters/embedded/data-dir-lock.ts'
import { restore } from '../adapters/embedded/backup/restore.ts'
import { forgetMarks } from '../adapters/embedded/sending/marks.ts'
import { openSendFile } from '../adapters/embedded/sending/store.ts'
import type { Sql } from '../adapters/sql/driver/dialect.ts'
import { createLeases } from '../adapters/sql/driver/leases.ts'
import { holdCampaigns } from '../adapters/sql/campaigns/hold.ts'
import { openSqlite } from '../adapters/sql/driver/sqlite/sqlite.ts'
import { createLease } from '../core/lease.ts'
import type { Log } from '../core/log.ts'
import { restoredReason } from '../core/campaigns/campaign.ts'
import { version } from '../version.ts'
import { makeFolder } from './data-dir.ts'
import { named } from './reach.ts'
import { databaseOf, openDatabase } from './stores.ts'

const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} }
/** The leases of a hub's processes. */
const LEASES = ['tracking', 'sending']
const ASK_MS = 250
/** Several times as long as a lease outlasts its holder. */
const PATIENCE_MS = 15_000

/** The stores that are not in DATA_DIR. */
export function elsewhere({ REDIS_URL, DATABASE_URL }: Config): readonly string[] {
  return [
    ...(DATABASE_URL ? ['the database (DATABASE_URL)'] : []),
    ...(REDIS_URL ? ['Redis (REDIS_URL)'] : []),
  ]
}

/** undefined if DATA_DIR holds nothing to back up. */
export function backUpHere(
  { DATA_DIR, REDIS_URL, DATABASE_URL }: Config,
  to: string,
): Promise<Backup | undefined> {
  const databases: Database[] = [
    ...(REDIS_URL ? [] : (['sending.sqlite', 'feed.sqlite'] as const)),
    ...(DATABASE_URL ? [] : (['hub.sqlite'] as const)),
  ]
  return backUp({ dataDir: DATA_DIR, to, databases, version })
}

/** Restores DATA_DIR. `held`: how many campaigns were paused; unknown if the database is elsewhere. */
export async function restoreHere(config: Config, from: string) {
  let held: number | undefined
  const prepare = async (folder: string, { madeAt, files }: Backup): Promise<void> => {
    if (!files.has('hub.sqlite')) return
    const sql = await openSqlite({ file: join(folder, 'hub.sqlite'), log: quiet })
    held = await holdCampaigns(sql, restoredReason(madeAt), Date.now()).finally(() => sql.close())
    // Embedded marks come from the same backup, and fit.
    if (config.REDIS_URL) await forgetMarksOf(config)
  }
  const backup = await restore({ from, dataDir: config.DATA_DIR, prepare })
  return { backup, held }
}

/** To be called after the database was restored by its own tools; returns how many campaigns were paused. */
export async function finishRestore(config: Config, patienceMs = PATIENCE_MS): Promise<number> {
  makeFolder(config.DATA_DIR)
  const lock = config.REDIS_URL && config.DATABASE_URL ? undefined : lockDataDir(config.DATA_DIR)
  const sql = await named(databaseOf(config), () => openDatabase(config, quiet))
  try {
    await requireAlone(sql, patienceMs)
    return await holdAll(config, sql)
  } finally {
    await sql.close()
    lock?.release()
  }
}

/** Makes a database of an earlier moment safe: drops the marks, whose chunks may differ now, and pauses its campaigns. */
export async function holdAll(config: Config, sql: Sql): Promise<number> {
  await forgetMarksOf(config)
  return holdCampaigns(sql, restoredReason(), Date.now())
}

/** Leases in a backup end within seconds; those of a running hub do not. */
async function requireAlone(sql: Sql, patienceMs: number): Promise<void> {
  const holder = { leases: createLeases(sql), owner: randomUUID(), now: Date.now }
  const until = Date.now() + patienceMs
  for (const name of LEASES) {
    while (!(await createLease(name, holder).take())) {
      if (Date.now() > until) throw new Error('a hub is running on this database: stop it first')
      await pause(ASK_MS)
    }
  }
}

async function forgetMarksOf({ REDIS_URL, DATA_DIR }: Config): Promise<void> {
  if (REDIS_URL) {
    const { forgetRedisMarks } = await import('../adapters/redis/sending/marks.ts')
    return named('REDIS_URL', () => forgetRedisMarks({ url: REDIS_URL, log: quiet }))
  }
  const store = openSendFile(join(DATA_DIR, 'sending.sqlite'))
  try {
    forgetMarks(store)
  } finally {
    store.close()
  }
}
