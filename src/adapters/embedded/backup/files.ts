// A backup of DATA_DIR is a folder of files with a list of them, which is written last: without it, it is no backup.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, copyFile, mkdir, open, readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'

export type Backup = {
  readonly madeAt: number
  readonly version: string
  readonly files: ReadonlyMap<string, string>
}

const LIST = 'backup.json'
/** In the order of backup.ts. */
export const DATABASES = ['sending.sqlite', 'hub.sqlite', 'feed.sqlite'] as const
export type Database = (typeof DATABASES)[number]

/** Paths that a backup may hold: the databases, the secrets, and mails. */
const SAFE = /^(?:[a-z-]+(?:\.sqlite)?|outbox(?:\/[a-z0-9][a-z0-9.-]*){1,2})$/i

export class BackupError extends Error {}

export async function writeList(dir: string, { madeAt, version, files }: Backup): Promise<void> {
  const list = { made_at: new Date(madeAt).toISOString(), version, files: Object.fromEntries(files) }
  const file = await open(join(dir, LIST), 'wx', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(list, null, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}

export async function readList(dir: string): Promise<Backup> {
  const text = await readFile(join(dir, LIST), 'utf8').catch(() => {
    throw new BackupError(`${dir} is not a complete backup: it has no ${LIST}`)
  })
  const list = parse(text)
  const madeAt = Date.parse(String(list.made_at))
  const files = Object.entries(Object(list.files) as Record<string, unknown>)
  const isSound = ([path, sum]: [string, unknown]) => SAFE.test(path) && /^[\da-f]{64}$/.test(String(sum))
  if (Number.isNaN(madeAt) || files.length === 0 || !files.every(isSound))
    throw new BackupError(`${join(dir, LIST)} was not written by a backup`)
  return {
    madeAt,
    version: String(list.version),
    files: new Map(files.map(([path, sum]) => [path, String(sum)])),
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** Copies a file, and settles it. */
export async function bring(from: string, to: string): Promise<string> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  await copyFile(from, to)
  return settleFile(to)
}

/** Makes a file accessible to its owner only, waits until it is on disk, and returns its SHA-256. */
export async function settleFile(path: string): Promise<string> {
  await chmod(path, 0o600)
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  await syncPath(path)
  return hash.digest('hex')
}

/** A new file's name is on disk only once its folder is. */
export async function syncFolders(dir: string): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true }))
    if (entry.isDirectory()) await syncPath(join(entry.parentPath, entry.name))
  await syncPath(dir)
}

async function syncPath(path: string): Promise<void> {
  const file = await open(path, 'r')
  await file.sync().finally(() => file.close())
}
