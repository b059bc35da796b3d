// The embedded feed's store, asked from the main thread: the same functions, answered by promises.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Store } from './store.ts'

export type ThreadData = { readonly file: string; readonly at: number }
export type Question = { readonly id: number; readonly name: keyof Store; readonly args: readonly unknown[] }
export type Answer = { readonly id: number; readonly result?: unknown; readonly error?: unknown }

export type StoreThread = {
  /** Calls are answered in their order. */
  call<K extends keyof Store>(name: K, ...args: Parameters<Store[K]>): Promise<ReturnType<Store[K]>>
  /** Why it can answer nothing any more; undefined while it can. Then the file is free for another one. */
  failure(): unknown
  /** Ends the thread; what was asked before is answered first. */
  close(): Promise<void>
}

/** Rejects when the file cannot be opened, or when another process has it. */
export async function openStoreThread(data: ThreadData): Promise<StoreThread> {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: data })
  const asked = new Map<number, PromiseWithResolvers<unknown>>()
  let lastId = 0
  let cause: unknown
  let failure: unknown

  worker.on('error', (error) => (cause = error)) // always followed by its exit
  worker.on('exit', () => {
    failure = cause ?? new Error('The thread of the event feed has ended')
    for (const { reject } of asked.values()) reject(failure)
    asked.clear()
  })
  worker.on('message', ({ id, result, error }: Answer) => {
    const question = asked.get(id)
    asked.delete(id)
    if (error === undefined) question?.resolve(result)
    else question?.reject(error)
  })

  const call: StoreThread['call'] = (name, ...args) => {
    if (failure) return Promise.reject(failure)
    const question = Promise.withResolvers<unknown>()
    asked.set((lastId += 1), question)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage({ id: lastId, name, args } satisfies Question)
    return question.promise as Promise<ReturnType<Store[typeof name]>>
  }

  await call('state')
  return {
    call,
    failure: () => failure,
    async close() {
      if (failure) return
      const ended = once(worker, 'exit')
      await call('close').catch((error: unknown) => {
        if (!failure) throw error
      })
      await worker.terminate()
      await ended
    },
  }
}
