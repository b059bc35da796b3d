// Tracking: copies the feed into the archive in the background, every event exactly once.
//
// The archive itself makes sure of that: it stores events and moves its position in one transaction, and only from the position
// that this process expects. The lease merely saves several processes from doing the same work in vain.
import type { Cursor } from '../cursor.ts'
import type { Log } from '../../log.ts'
import type { EventArchive, EventFeed, Quarantine } from '../ports.ts'
import type { Leases } from '../../ports.ts'
import { createLease } from '../../lease.ts'
import { backOff, createNap } from '../../pause.ts'
import { createProgress } from './progress.ts'
import { createPruning } from './prune.ts'
import { createRecorder } from './record.ts'
import { startTerm, type Term } from './term.ts'

export type TrackingOptions = {
  readonly feed: EventFeed
  readonly archive: EventArchive
  /** Takes events that the archive refuses. */
  readonly quarantine: Quarantine
  readonly leases: Leases
  /** This process: an id like no other on the same database. */
  readonly owner: string
  /** How many days an event stays in the archive; undefined: for ever. */
  readonly archiveDays?: number
  readonly now?: () => number
  readonly log: Log
  /** Called after each step with the archive's position and the number of events. */
  readonly onProgress?: (position: Cursor, events: number) => void
}

export type Tracking = {
  /** The archive's position, as far as this process knows. */
  position(): Cursor
  /** True as soon as the archive holds everything up to a cursor; false after `timeoutMs`. */
  reached(cursor: Cursor, timeoutMs: number): Promise<boolean>
  /** How many events of the feed are not in the archive yet. */
  lag(): number
  close(): Promise<void>
}

const BEAT_MS = 1_000
const POLL_MS = 25
const RETRY_MS = { first: 200, most: 5_000 }

export function startTracking(options: TrackingOptions): Tracking {
  const { feed, archive, quarantine, archiveDays, log, now = Date.now, onProgress } = options
  const progress = createProgress()
  const beat = createNap()
  const stop = new AbortController()
  const lease = createLease('tracking', { ...options, now })
  const prune = createPruning({ archive, quarantine, archiveDays, now, nap: beat.wait })
  const record = createRecorder({ ...options, now, moved })
  let term: Term | undefined
  let watching = false
  let failures = 0

  const leading = () => term !== undefined

  function moved(position: Cursor, events: number): void {
    progress.moveTo(position)
    onProgress?.(position, events)
  }

  async function lead(): Promise<void> {
    progress.moveTo(await archive.position())
    term = startTerm({ feed, progress, record, log, onTrouble: beat.wake })
    try {
      while (!stop.signal.aborted && (await lease.hold())) {
        await term.meetHead()
        term.check()
        await feed.trim(progress.position())
        await prune()
        if (!stop.signal.aborted) await beat.wait(BEAT_MS)
        term.check()
        recovered()
      }
    } finally {
      const last = term
      term = undefined
      await last.close()
    }
  }

  async function standBy(): Promise<void> {
    progress.moveTo(await archive.position())
    progress.headAt(await feed.last(0))
    recovered()
    if (!stop.signal.aborted) await beat.wait(BEAT_MS)
  }

  function recovered(): void {
    if (failures > 0) log.info({ position: progress.position() }, 'tracking continues')
    failures = 0
  }

  /** Read even in an outage of the database, so that the growing lag is shown. */
  async function lookAhead(): Promise<void> {
    await feed.last(0).then(progress.headAt, () => undefined)
  }

  async function waitOut(error: unknown): Promise<void> {
    if (failures === 0) log.warn({ err: error }, 'tracking has stopped and tries again')
    const delay = backOff(failures, RETRY_MS)
    failures += 1
    await lookAhead()
    if (!stop.signal.aborted) await beat.wait(delay)
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await ((await lease.take()) ? lead() : standBy())
      } catch (error) {
        await waitOut(error)
      }
    }
    await lease.release()
  }

  /** The position that the database has reported, unless this process tracks by now and knows better. */
  function seenAt(position: Cursor): void {
    if (!leading()) progress.moveTo(position)
  }

  /** While another process tracks, only the database knows how far it is. */
  async function watch(): Promise<void> {
    if (watching) return
    watching = true
    while (!leading() && progress.wanted()) {
      await archive.position().then(seenAt, () => undefined)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
    watching = false
  }

  const done = run()
  return {
    position: progress.position,
    lag: progress.lag,
    reached(cursor, timeoutMs) {
      const result = stop.signal.aborted ? Promise.resolve(false) : progress.reached(cursor, timeoutMs)
      if (!progress.wanted()) return result
      if (!term) void watch()
      else if (cursor.epoch !== progress.position().epoch) void term.meetHead()
      term?.hurry()
      return result
    },
    async close() {
      stop.abort()
      beat.wake()
      await done
      progress.giveUp()
    },
  }
}
