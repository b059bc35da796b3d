// All or nothing, on a SQLite connection that is driven synchronously.
import type { DatabaseSync } from 'node:sqlite'

/** Begins by locking: of two processes that write at once, one waits for the other. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK') // SQLite has rolled back by itself where the disk is full
    throw error
  }
}
