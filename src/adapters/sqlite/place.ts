// Tells whether a file is still the one that was opened. After it was removed or replaced, SQLite goes on writing into what the
// next start does not find: in WAL mode it does not look, as it does for a rollback journal (SQLITE_READONLY_DBMOVED).
import { statSync } from 'node:fs'

const CANNOT_OPEN = 14

/** Called when the file is open. The returned function throws when another one, or none, is in its place. */
export function rememberPlace(file: string): () => void {
  const opened = inodeOf(file)
  return () => {
    if (inodeOf(file) === opened) return
    const error = new Error(
      `the file of the store is gone: ${file} was removed or replaced; put it back, or restart the hub`,
    )
    throw Object.assign(error, { errcode: CANNOT_OPEN })
  }
}

const inodeOf = (file: string) => statSync(file, { bigint: true, throwIfNoEntry: false })?.ino
