// A lock that ends with its process: the kernel releases SQLite's file lock even after kill -9.
import { DatabaseSync } from 'node:sqlite'

export type FileLock = { release(): void }

/** Throws SQLite's "database is locked" while another process has it. */
export function lockFile(path: string): FileLock {
  const db = new DatabaseSync(path, { timeout: 0 })
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT')
  } catch (error) {
    db.close()
    throw error
  }
  return { release: () => db.close() }
}
