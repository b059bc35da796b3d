// A SQLite file that one hub has alone: nobody else writes it, and it is laid out as this version knows it.
import { DatabaseSync } from 'node:sqlite'
import { lockFile } from './lock.ts'

/**
 * `version`: of the layout; a newer hub's would be read wrongly, and then written. The lock is beside the file, not in it: on the file
 * itself it would keep backups out, which read it while the hub runs.
 */
export function openOwn(file: string, version: number, schema: string) {
  const lock = lockFile(`${file}.lock`)
  const db = new DatabaseSync(file, { timeout: 2_000 })
  function close(): void {
    if (!db.isOpen) return
    db.close()
    lock.release()
  }
  try {
    const row = db.prepare('PRAGMA user_version').get()
    if (Number(row?.user_version) > version)
      throw new Error(
        `${file} is from a newer version of this program: start that version, or restore a backup`,
      )
    db.exec(`PRAGMA user_version = ${version}`)
    db.exec(schema)
  } catch (error) {
    close()
    throw error
  }
  return { db, close }
}
