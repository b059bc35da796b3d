// One process for one DATA_DIR: embedded stores are not made for two, and the second would only find out slowly.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * Locks a folder for as long as this process lives: the kernel lets go of SQLite's file lock even after kill -9.
 * Throws when another process has it.
 */
export function lockDataDir(dir: string): { release(): void } {
  const db = new DatabaseSync(join(dir, 'lock'), { timeout: 0 })
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT')
  } catch (error) {
    db.close()
    throw new Error(`DATA_DIR: another hub is running on ${dir}`, { cause: error })
  }
  return { release: () => db.close() }
}
