// Copies DATA_DIR, also while a hub runs on it.
//
// For each database a read transaction is opened, one after the other, before any is copied (with WAL nobody waits for it).
// The order makes the copies fit together. Marks come before the ledger: an outcome leaves the marks only when the ledger has
// it, so no sent mail is forgotten. Ledger and archive come before the feed, so that the feed is not behind them.
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { BackupError, bring, DATABASES, settleFile, syncFolders, writeList } from './files.ts'
import type { Backup, Database } from './files.ts'

type BackUpOptions = {
  readonly dataDir: string
  /** Is made if it is missing, else must be empty. */
  readonly to: string
  /** Those that this hub uses. */
  readonly databases: readonly Database[]
  readonly version: string
  readonly now?: () => number
}

const SECRETS = ['api-token', 'secret']
const OUTBOX = 'outbox'
const PAGES_A_STEP = 1_000

/** undefined, and no folder is left, if there is nothing to back up. */
export async function backUp({
  dataDir,
  to,
  databases,
  version,
  now = Date.now,
}: BackUpOptions): Promise<Backup | undefined> {
  await claimFolder(to)
  const madeAt = now()
  const files = new Map<string, string>()
  const wanted = DATABASES.filter((name) => databases.includes(name))
  for (const [name, sum] of await copyDatabases(dataDir, to, wanted)) files.set(name, sum)
  for (const path of [...SECRETS, ...(await mails(dataDir))]) {
    const sum = await bring(join(dataDir, path), join(to, path)).catch(isGone)
    if (sum) files.set(path, sum)
  }
  if (files.size === 0) return rm(to, { recursive: true }).then(() => undefined)
  await syncFolders(to)
  const made = { madeAt, version, files }
  await writeList(to, made)
  await syncFolders(to)
  return made
}

async function claimFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  if ((await readdir(dir)).length > 0)
    throw new BackupError(`${dir} is not empty: each backup needs a folder of its own`)
}

async function copyDatabases(dataDir: string, to: string, names: readonly Database[]) {
  const opened: DatabaseSync[] = []
  try {
    for (const name of names) opened.push(openSnapshot(join(dataDir, name)))
    for (const [n, db] of opened.entries()) await backup(db, join(to, names[n] ?? ''), { rate: PAGES_A_STEP })
  } finally {
    for (const db of opened) db.close()
  }
  return Promise.all(names.map(async (name) => [name, await settleFile(join(to, name))] as const))
}

/** Opens a connection on which the database stays as it is at this moment. */
function openSnapshot(file: string): DatabaseSync {
  try {
    const db = new DatabaseSync(file, { readOnly: true, timeout: 10_000 })
    db.exec('BEGIN; SELECT count(*) FROM sqlite_schema')
    return db
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new BackupError(`${file} cannot be read (${why}): has a hub run on it?`, { cause })
  }
}

/** The mails in the outbox. Unfinished ones have another name. */
async function mails(dataDir: string): Promise<string[]> {
  const entries = await readdir(join(dataDir, OUTBOX), { recursive: true }).catch(isGone)
  return (entries ?? []).filter((path) => path.endsWith('.eml')).map((path) => join(OUTBOX, path))
}

/** A mail may be erased at any moment, and secrets may be settings. */
function isGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
