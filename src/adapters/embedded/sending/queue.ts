// The send queue of a single process, in SQLite: after a restart every chunk that was waiting or being worked on is handed
// out again.
import type { Log } from '../../../core/log.ts'
import type { ChunkRef } from '../../../core/campaigns/ports.ts'
import type { SendQueue } from '../../../core/sending/ports.ts'
import type { SendFile } from './store.ts'

type Row = { readonly place: number; readonly campaign: string; readonly chunk: number }
type Elsewhere = { readonly place: number; readonly lane: string }

export function openEmbeddedSendQueue(store: SendFile, log: Log): SendQueue {
  const { db, atomically } = store
  const insert = db.prepare('INSERT OR IGNORE INTO queue (lane, campaign, chunk) VALUES (?, ?, ?)')
  const elsewhere = db.prepare('SELECT place, lane FROM queue WHERE campaign = ? AND chunk = ? AND lane <> ?')
  const remove = db.prepare('DELETE FROM queue WHERE place = ?')
  const next = db.prepare(
    'SELECT place, campaign, chunk FROM queue WHERE lane = ? AND place > ? ORDER BY place LIMIT 1',
  )
  const workers = new Set<ReturnType<typeof startWorker>>()
  const handedOut = new Map<string, number>()
  /** Finished places that could not be deleted from the file yet: left there, they would keep their chunks out of the queue. */
  const finished = new Set<number>()

  function deleteFinished(): void {
    finished.forEach((place) => remove.run(place))
  }

  function done(place: number): void {
    finished.add(place)
    atomically(deleteFinished)
    finished.clear()
  }

  /** A chunk that waits on another lane is moved: that lane may have been renamed or removed, so that nobody works on it. */
  function put({ lane, campaignId, chunk }: ChunkRef): void {
    const other = elsewhere.get(campaignId, chunk, lane) as Elsewhere | undefined
    if (other && other.place > (handedOut.get(other.lane) ?? 0)) remove.run(other.place)
    insert.run(lane, campaignId, chunk)
  }

  function takeNext(lane: string): Row | undefined {
    const row = atomically(() => next.get(lane, handedOut.get(lane) ?? 0) as Row | undefined)
    if (row) handedOut.set(lane, row.place)
    return row
  }

  return {
    async add(refs: readonly ChunkRef[]) {
      atomically(() => {
        deleteFinished()
        refs.forEach(put)
      })
      finished.clear()
      for (const worker of workers) worker.wake()
    },
    work(lane, width, handle) {
      const worker = startWorker({
        width,
        handle: (row, signal) => handle({ campaignId: row.campaign, chunk: row.chunk, lane }, signal),
        next: () => takeNext(lane),
        done,
        log,
      })
      workers.add(worker)
      return { close: () => worker.close().finally(() => workers.delete(worker)) }
    },
    async close() {
      await Promise.all([...workers].map((worker) => worker.close()))
    },
  }
}

type WorkerParts = {
  readonly width: number
  readonly handle: (row: Row, signal: AbortSignal) => Promise<void>
  readonly next: () => Row | undefined
  readonly done: (place: number) => void
  readonly log: Log
}

/** Hands out one place after the other, up to `width` at a time; each is done when its handling ends, however it ends. */
function startWorker({ width, handle, next, done, log }: WorkerParts) {
  const stop = new AbortController()
  const inHand = new Set<Promise<void>>()

  async function take(row: Row): Promise<void> {
    try {
      await handle(row, stop.signal)
    } catch (err) {
      log.warn({ err, chunk: row }, 'a chunk of a campaign was given back')
    }
    try {
      done(row.place)
    } catch (err) {
      log.error({ err }, 'a chunk cannot be taken out of the queue, trying again with the next one')
    }
  }

  function wake(): void {
    while (inHand.size < width && !stop.signal.aborted) {
      const row = next()
      if (!row) return
      const work = take(row).finally(() => {
        inHand.delete(work)
        wakeSafely()
      })
      inHand.add(work)
    }
  }

  function wakeSafely(): void {
    try {
      wake()
    } catch (err) {
      log.error({ err }, 'the send queue cannot be read')
    }
  }

  setImmediate(wakeSafely)
  return {
    wake: wakeSafely,
    async close(): Promise<void> {
      stop.abort()
      await Promise.all(inHand)
    },
  }
}
