// Runs in the thread of a SQLite file: opens the file at the first question, and answers one question after the other.
import { parentPort, workerData } from 'node:worker_threads'
import { giveBackMemoryWhenQuiet } from '../../memory.ts'

export type Api = { readonly [name: string]: (...args: never[]) => unknown; close(): void }
export type Question = { readonly name: string; readonly args: readonly unknown[] }
export type Answer = { readonly value: unknown } | { readonly error: Failure }
/** An error as it is sent to another thread: only these fields arrive. */
export type Failure = { readonly message: string; readonly code: unknown; readonly errcode: unknown }

/** Called by the module that the thread starts with. The thread ends after `close`. */
export function answerWith<Data>(open: (data: Data) => Api): void {
  let opened: Api | undefined

  function answer(name: string, args: readonly unknown[]): Answer {
    try {
      if (name === 'close') return { value: opened?.close() }
      opened ??= open(workerData as Data)
      return { value: opened[name]?.(...(args as never[])) }
    } catch (error) {
      const { message, code, errcode } = error as Failure
      return { error: { message, code, errcode } }
    }
  }

  parentPort?.on('message', ({ name, args }: Question) => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    parentPort?.postMessage(answer(name, args))
    if (name === 'close') parentPort?.close()
  })
  giveBackMemoryWhenQuiet()
}
