// A thread of the database's file: there is one for all that is written, and one for all that is read.
import { setPriority } from 'node:os'
import { answerWith } from '../../../sqlite/answers.ts'
import { openFile, type Access } from '../../../sqlite/file.ts'

export type DatabaseFile = { readonly file: string; readonly access: Access }

/** A third of what a thread gets that does not step back, where both want the same core. */
const BEHIND = 5

answerWith(({ file, access }: DatabaseFile) => {
  if (access === 'write') stepBack()
  return openFile(file, access)
})

/** Filling the archive must not slow down the hook. A thread has a priority of its own on Linux only (setpriority(2)). */
function stepBack(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(BEHIND)
  } catch {} // a sandbox that does not allow it: as it was
}
