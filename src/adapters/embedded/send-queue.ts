// The send queue of a single process, kept in SQLite: after a restart every chunk that was waiting or being worked on is
// handed out again.
import type { Log } from '../../core/log.ts'
import type { ChunkRef } from '../../core/mailing/ports.ts'
import type { SendQueue } from '../../core/sending/ports.ts'
import type { SendStore } from './send-store.ts'

type Handle = Parameters<SendQueue['work']>[2]
type Row = { readonly place: number; readonly campaign: string; readonly chunk: number }

export function createEmbeddedSendQueue(store: SendStore, log: Log): SendQueue {
  const { db, atomically } = store
  const insert = db.prepare('INSERT OR IGNORE INTO queue (lane, campaign, chunk) VALUES (?, ?, ?)')
  const remove = db.prepare('DELETE FROM queue WHERE place = ?')
  const next = db.prepare(
    'SELECT place, campaign, chunk FROM queue WHERE lane = ? AND place > ? ORDER BY place LIMIT 1',
  )
  const workers = new Set<ReturnType<typeof startWorker>>()
  /** The last place of each lane that was handed out. */
  const handedOut = new Map<string, number>()

  function takeNext(lane: string): Row | undefined {
    const row = atomically(() => next.get(lane, handedOut.get(lane) ?? 0) as Row | undefined)
    if (row) handedOut.set(lane, row.place)
    return row
  }

  const work = (lane: string, width: number, handle: Handle) =>
    startWorker({
      width,
      handle: (row, signal) => handle({ campaignId: row.campaign, chunk: row.chunk, lane }, signal),
      next: () => takeNext(lane),
      done: (place) => atomically(() => void remove.run(place)),
      log,
    })

  return {
    async add(refs: readonly ChunkRef[]) {
      atomically(() => refs.forEach(({ lane, campaignId, chunk }) => insert.run(lane, campaignId, chunk)))
      for (const worker of workers) worker.wake()
    },
    work(lane, width, handle) {
      const worker = work(lane, width, handle)
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

/** Hands out one place after the other; each is in hand from then on, and gone when it is over. */
function startWorker({ width, handle, next, done, log }: WorkerParts) {
  const stop = new AbortController()
  const inHand = new Set<Promise<void>>()

  async function take(row: Row): Promise<void> {
    try {
      await handle(row, stop.signal)
    } catch (err) {
      log.warn({ err, chunk: row }, 'a chunk of a mailing was left')
    }
    try {
      done(row.place)
    } catch (err) {
      // It is handed out again at the next start, and the ledger then says that there is nothing to do.
      log.error({ err }, 'a chunk cannot be taken out of the queue')
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
