// Asks the thread of a SQLite file. A commit waits for the disk, and sockets must not wait with it.
//
// A thread may end although nobody has closed it: it has a heap of its own, and may run out of it. What it was at is
// unavailable then, SQLite rolls back what was not committed, and the next question begins another thread.
import { Worker } from 'node:worker_threads'
import { HubError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { SqliteFile } from './file.ts'
import type { Answer, Failure, Method, Question, Setup } from './worker.ts'

// Busy, locked, out of memory, read-only, disk error, damaged, full, cannot open, no database.
const UNAVAILABLE = new Set([5, 6, 7, 8, 10, 11, 13, 14, 26])
/** At most one is begun again in this time: a thread that ends again and again must not keep the process busy. */
const REST_MS = 1_000

export type Thread = ReturnType<typeof startThread>

export function startThread(setup: Setup, log: Log) {
  let running: Asked | undefined
  let resting = false
  let closed = false

  function begin(): Asked {
    running = startWorker(setup, (cause) => {
      running = undefined
      if (!closed)
        log.error({ err: cause, ...setup }, 'a thread of the database has ended: another one takes its place')
    })
    return running
  }

  function beginAgain(): Asked {
    resting = true
    setTimeout(() => (resting = false), REST_MS).unref()
    return begin()
  }

  function ask<M extends Method>(
    method: M,
    ...args: Parameters<SqliteFile[M]>
  ): Promise<ReturnType<SqliteFile[M]>>
  function ask(method: Method, ...args: unknown[]): Promise<unknown> {
    if (closed || (!running && resting)) return Promise.reject(new HubError('archive.unavailable'))
    return (running ?? beginAgain())(method, args)
  }

  begin()
  return {
    ask,
    async close(): Promise<void> {
      closed = true
      await running?.('close', []).catch(() => undefined)
    },
  }
}

type Asked = (method: Method, args: unknown[]) => Promise<unknown>

/** One life of the thread. `onEnd` is told why it has ended, if that is known. */
function startWorker(setup: Setup, onEnd: (cause: unknown) => void): Asked {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: setup,
    execArgv: [],
  })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let asked = 0
  let cause: unknown

  worker.on('error', (error) => (cause = error)) // always followed by its exit
  worker.on('exit', () => {
    onEnd(cause)
    for (const { reject } of waiting.values()) reject(new HubError('archive.unavailable', { cause }))
    waiting.clear()
  })
  worker.on('message', (answer: Answer) => {
    const question = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('error' in answer) question?.reject(toError(answer.error))
    else question?.resolve(answer.value)
  })

  return (method, args) => {
    const question = Promise.withResolvers<unknown>()
    const id = (asked += 1)
    waiting.set(id, question)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage({ id, method, args } satisfies Question)
    return question.promise
  }
}

function toError({ message, code, errcode }: Failure): Error {
  const error = Object.assign(new Error(message), { code, errcode: Number(errcode) })
  return UNAVAILABLE.has(error.errcode & 255) ? new HubError('archive.unavailable', { cause: error }) : error
}
