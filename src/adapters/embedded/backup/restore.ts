// Restores a backup into an empty DATA_DIR. It is checked in a separate folder first, so a hub finds all of it or nothing.
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { BackupError, bring, readList, syncFolders, type Backup } from './files.ts'
import { LOCK_FILE, lockFolder, RESTORING } from '../data-dir-lock.ts'

type RestoreOptions = {
  readonly from: string
  readonly dataDir: string
  /** Is called before a hub may see the files in this folder. */
  readonly prepare: (folder: string, backup: Backup) => Promise<void>
}

/** A file system's own folder, and the rest of an interrupted restore. */
const IGNORED = [RESTORING, 'lost+found']

export async function restore({ from, dataDir, prepare }: RestoreOptions): Promise<Backup> {
  const backup = await readList(from)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const lock = lockFolder(dataDir)
  const aside = join(dataDir, RESTORING)
  try {
    await requireEmpty(dataDir)
    await rm(aside, { recursive: true, force: true }) // of a restore that was interrupted
    for (const [path, sum] of backup.files) await bringWhole(join(from, path), join(aside, path), sum)
    for (const path of backup.files.keys()) if (path.endsWith('.sqlite')) checkDatabase(join(aside, path))
    await prepare(aside, backup)
    await syncFolders(aside)
    for (const name of await readdir(aside)) await rename(join(aside, name), join(dataDir, name))
    await rmdir(aside)
    await syncFolders(dataDir)
    return backup
  } finally {
    lock.release()
  }
}

async function requireEmpty(dir: string): Promise<void> {
  const held = (await readdir(dir)).filter((name) => !IGNORED.includes(name) && !name.startsWith(LOCK_FILE))
  if (held.length > 0)
    throw new BackupError(
      `DATA_DIR: ${dir} is not empty (${held.slice(0, 3).join(', ')}): move it away first`,
    )
}

async function bringWhole(from: string, to: string, sum: string): Promise<void> {
  const found = await bring(from, to).catch((cause: unknown) => {
    throw new BackupError(`${from} cannot be copied`, { cause })
  })
  if (found !== sum) throw new BackupError(`${from} is damaged: it differs from what was backed up`)
}

function checkDatabase(file: string): void {
  const db = new DatabaseSync(file)
  try {
    const [first] = db.prepare('PRAGMA integrity_check(1)').all() as { integrity_check: string }[]
    if (first?.integrity_check !== 'ok')
      throw new BackupError(`${file} is damaged: ${first?.integrity_check}`)
  } finally {
    db.close()
  }
}
