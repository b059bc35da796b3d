// The thread that has the feed's file: a commit waits for the disk, and here that holds up nobody else.
import { parentPort, workerData } from 'node:worker_threads'
import { openStore } from './store.ts'
import type { Answer, Question, ThreadData } from './store-thread.ts'

const { file, at } = workerData as ThreadData
const store = openStore(file, at)

function answer({ id, name, args }: Question): Answer {
  try {
    return { id, result: (store[name] as (...args: unknown[]) => unknown)(...args) }
  } catch (error) {
    return { id, error }
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.on('message', (question: Question) => parentPort?.postMessage(answer(question)))
