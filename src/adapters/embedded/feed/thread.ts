// The thread that has the feed's file: a commit waits for the disk, and here that holds up nobody else.
import { answerWith } from '../../sqlite/answers.ts'
import { openStore } from './store.ts'

export type FeedFile = { readonly file: string; readonly at: number }

answerWith(({ file, at }: FeedFile) => openStore(file, at))
