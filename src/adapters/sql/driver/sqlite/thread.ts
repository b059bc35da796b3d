// A thread of the database's file: there is one for all that is written, and one for all that is read.
import { letArchiveStepBack } from '../../../../priority.ts'
import { answerWith } from '../../../sqlite/answers.ts'
import { openFile, type Access } from '../../../sqlite/file.ts'

export type DatabaseFile = { readonly file: string; readonly access: Access }

answerWith(({ file, access }: DatabaseFile) => {
  if (access === 'write') letArchiveStepBack() // filling the archive must not slow down the hook
  return openFile(file, access)
})
