// Asks the thread of a SQLite file. A commit waits for the disk, and sockets must not wait with it.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Answer, Api, Failure, Question } from './answers.ts'

export type Thread<A extends Api> = {
  /** Calls are answered in their order; what had been asked when the thread ends is rejected. */
  call<K extends keyof A & string>(name: K, ...args: Parameters<A[K]>): Promise<ReturnType<A[K]>>
  /** Why it can answer nothing any more; undefined while it can. Then the file is free for another one. */
  failure(): unknown
  /** Ends the thread; what was asked before is answered first. */
  close(): Promise<void>
}

/** `module` calls answerWith, which is given `data`. */
export function startThread<A extends Api>(module: URL, data: unknown): Thread<A> {
  const worker = new Worker(module, { workerData: data, execArgv: [] })
  /** In their order. No Map: of one whose entries come and go, each table that it outgrows keeps the next one, and all in it, alive. */
  const asked: PromiseWithResolvers<unknown>[] = []
  let cause: unknown
  let failure: unknown

  worker.on('error', (error) => (cause = error)) // always followed by its exit
  worker.on('exit', () => {
    failure = cause ?? new Error('The thread has ended')
    for (const { reject } of asked) reject(failure)
  })
  worker.on('message', (answer: Answer) => {
    if (!('value' in answer || 'error' in answer)) return // with --watch Node tells here which files it has loaded
    const question = asked.shift()
    if ('error' in answer) question?.reject(toError(answer.error))
    else question?.resolve(answer.value)
  })

  function call(name: string, ...args: readonly unknown[]): Promise<unknown> {
    if (failure) return Promise.reject(failure)
    const question = Promise.withResolvers<unknown>()
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage({ name, args } satisfies Question)
    asked.push(question) // only what could be sent is answered
    return question.promise
  }

  return {
    call: call as Thread<A>['call'],
    failure: () => failure,
    async close() {
      if (failure) return
      const ended = once(worker, 'exit')
      await call('close').catch((error: unknown) => {
        if (!failure) throw error
      })
      await ended
    },
  }
}

const toError = ({ message, code, errcode }: Failure): Error =>
  Object.assign(new Error(message), { code, errcode: Number(errcode) })
