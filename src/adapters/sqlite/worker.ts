// The thread of a SQLite file: does what it is asked, one thing after the other.
import { parentPort, workerData } from 'node:worker_threads'
import { openFile, type Access, type SqliteFile } from './file.ts'

export type Setup = { readonly file: string; readonly access: Access }
export type Method = keyof SqliteFile
export type Question = { readonly id: number; readonly method: Method; readonly args: unknown[] }
export type Answer = { readonly id: number } & ({ readonly value: unknown } | { readonly error: Failure })
/** What is left of an error on its way between threads is only what is named here. */
export type Failure = { readonly message: string; readonly code: unknown; readonly errcode: unknown }

const { file, access } = workerData as Setup
let opened: SqliteFile | undefined

parentPort?.on('message', ({ id, method, args }: Question) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage({ id, ...answer(method, args) } satisfies Answer)
  if (method === 'close') parentPort?.close()
})

function answer(method: Method, args: unknown[]): { value: unknown } | { error: Failure } {
  try {
    if (method === 'close') return { value: opened?.close() }
    opened ??= openFile(file, access)
    const call = opened[method] as (...args: unknown[]) => unknown
    return { value: call(...args) }
  } catch (error) {
    const { message, code, errcode } = error as Failure
    return { error: { message, code, errcode } }
  }
}
