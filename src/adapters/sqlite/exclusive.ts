// Opens a SQLite file that only one hub uses, and refuses one with the layout of a newer version.
import { DatabaseSync } from 'node:sqlite'
import { lockFile } from './lock.ts'

/**
 * `version` is that of the layout: a newer one would be misread, and then overwritten. The lock is a file of its own, because a lock
 * on the data file would keep out backups, which read it while the hub runs. Throws while another hub has the lock.
 */
export function openExclusive(file: string, version: number, schema: string) {
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
