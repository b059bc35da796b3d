// The thread of the feed's file: here a commit that waits for the disk holds up nobody else.
import { answerWith } from '../../sqlite/answers.ts'
import { openStore } from './store.ts'

export type FeedFile = { readonly file: string; readonly at: number }

answerWith(({ file, at }: FeedFile) => openStore(file, at))
