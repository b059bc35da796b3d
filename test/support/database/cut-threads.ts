// Threads of this process, cut off wherever they are: as happens to one that runs out of memory.
import { DatabaseSync } from 'node:sqlite'
import type { Worker } from 'node:worker_threads'
import { expect } from 'vitest'
import { until } from '../eventually.ts'

/** Watches the threads that begin from now on. */
export function watchThreads() {
  const threads: Worker[] = []
  const remember = (worker: Worker) => void threads.push(worker)
  process.on('worker', remember)
  return {
    begun: () => threads.length,
    /** The n-th of them, from 0. */
    cutOff: async (n: number) => void (await threads[n]?.terminate()),
    end: () => void process.off('worker', remember),
  }
}

/** Waits until somebody is writing to a SQLite file. */
export async function isWriting(file: string): Promise<void> {
  const other = new DatabaseSync(file, { timeout: 0 })
  const begin = () => other.exec('BEGIN IMMEDIATE; ROLLBACK')
  await until(() => expect(begin).toThrow(/locked/), 1)
  other.close()
}
