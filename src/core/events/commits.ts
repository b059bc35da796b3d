// Appends that come at once share a commit: a disk, or a server, is waited for as long for many events as for one.
import type { NewEvent } from './event.ts'
import type { Appended } from './ports.ts'

type Batch = readonly NewEvent[]
type Waiting = { readonly batch: Batch } & PromiseWithResolvers<Appended>

/**
 * One commit at a time; what comes meanwhile is in the next. A commit takes whole batches until it has `most` events: those
 * who come later wait for all of it.
 */
export function createCommits(
  commit: (batches: readonly Batch[]) => Promise<readonly Appended[]>,
  most: number,
) {
  let queue: Waiting[] = []
  let running: Promise<void> | undefined

  function takeNext(): Waiting[] {
    let count = 0
    const end = queue.findIndex(({ batch }) => (count += batch.length) > most)
    return queue.splice(0, end < 0 ? queue.length : Math.max(end, 1))
  }

  async function run(): Promise<void> {
    while (queue.length > 0) {
      const waiting = takeNext()
      try {
        const results = await commit(waiting.map(({ batch }) => batch))
        for (const [n, { resolve }] of waiting.entries())
          resolve(results[n] ?? { accepted: 0, duplicates: 0 })
      } catch (error) {
        for (const { reject } of waiting) reject(error)
      }
    }
    running = undefined
  }

  return {
    add(batch: Batch): Promise<Appended> {
      const waiting = { batch, ...Promise.withResolvers<Appended>() }
      queue.push(waiting)
      running ??= Promise.resolve().then(run)
      return waiting.promise
    },
    /** Resolves when nothing waits. */
    idle: async (): Promise<void> => running,
  }
}
