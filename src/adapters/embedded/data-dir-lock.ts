// Locks DATA_DIR: embedded stores serve only one process.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { lockFile, type FileLock } from '../sqlite/lock.ts'

export const LOCK_FILE = 'lock'
/** The folder of a restore that is not finished. */
export const RESTORING = '.restoring'

/** Locks a folder for as long as this process lives. Throws when another process has it, or it is half restored. */
export function lockDataDir(dir: string): FileLock {
  const lock = lockFolder(dir)
  if (!existsSync(join(dir, RESTORING))) return lock
  lock.release()
  throw new Error(`DATA_DIR: a restore into ${dir} was interrupted: empty it, and restore again`)
}

/** Locks a folder, whatever is in it. */
export function lockFolder(dir: string): FileLock {
  try {
    return lockFile(join(dir, LOCK_FILE))
  } catch (error) {
    throw new Error(`DATA_DIR: another hub is running on ${dir}`, { cause: error })
  }
}
