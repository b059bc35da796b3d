// Which layout a SQLite file of the embedded stores has. A newer hub's would be read wrongly, and then written.
import type { DatabaseSync } from 'node:sqlite'

export function claimVersion(db: DatabaseSync, file: string, version: number): void {
  const row = db.prepare('PRAGMA user_version').get()
  if (Number(row?.user_version) > version)
    throw new Error(`${file} is of a newer version of this program: start that one, or restore a backup`)
  db.exec(`PRAGMA user_version = ${version}`)
}
