// Asks the thread of a SQLite file. A commit waits for the disk, and sockets must not wait with it.
import { Worker } from 'node:worker_threads'
import { HubError } from '../../core/errors.ts'
import type { SqliteFile } from './sqlite.file.ts'
import type { Answer, Failure, Method, Question, Setup } from './sqlite.worker.ts'

// Busy, locked, out of memory, read-only, disk error, damaged, full, cannot open, no database.
const UNAVAILABLE = new Set([5, 6, 7, 8, 10, 11, 13, 14, 26])

export type Thread = ReturnType<typeof startThread>

export function startThread(setup: Setup) {
  const worker = new Worker(new URL('./sqlite.worker.ts', import.meta.url), {
    workerData: setup,
    execArgv: [],
  })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let asked = 0
  let ended: Error | undefined

  function end(cause?: Error): void {
    ended ??= new HubError('archive.unavailable', { cause })
    for (const { reject } of waiting.values()) reject(ended)
    waiting.clear()
  }
  worker.on('error', end)
  worker.on('exit', () => end())
  worker.on('message', (answer: Answer) => {
    const question = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('error' in answer) question?.reject(toError(answer.error))
    else question?.resolve(answer.value)
  })

  function ask<M extends Method>(
    method: M,
    ...args: Parameters<SqliteFile[M]>
  ): Promise<ReturnType<SqliteFile[M]>>
  function ask(method: Method, ...args: unknown[]): Promise<unknown> {
    if (ended) return Promise.reject(ended)
    const question = Promise.withResolvers<unknown>()
    const id = (asked += 1)
    waiting.set(id, question)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage({ id, method, args } satisfies Question)
    return question.promise
  }
  return {
    ask,
    close: () =>
      ask('close').then(
        () => undefined,
        () => undefined,
      ),
  }
}

function toError({ message, code, errcode }: Failure): Error {
  const error = Object.assign(new Error(message), { code, errcode: Number(errcode) })
  return UNAVAILABLE.has(error.errcode & 255) ? new HubError('archive.unavailable', { cause: error }) : error
}
