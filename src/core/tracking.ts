// Tracking: takes the feed into the archive behind the hook's back, every event exactly once.
//
// Exactly once is the archive's doing: it stores events and moves its position in one transaction, and only from
// where this process believes the position to be. The lease merely spares several processes the work in vain.
import { compareCursors, type Cursor } from './cursor.ts'
import type { Log } from './log.ts'
import type { EventArchive, EventFeed, FeedPage, Leases, Quarantine } from './ports.ts'
import { createNap, createProgress } from './tracking.progress.ts'
import { createRecorder } from './tracking.record.ts'

export type TrackingOptions = {
  readonly feed: EventFeed
  readonly archive: EventArchive
  readonly quarantine: Quarantine
  readonly leases: Leases
  /** This process, unlike any other on the same database. */
  readonly owner: string
  /** How long events stay in the archive; for good without it. */
  readonly archiveDays?: number
  readonly now?: () => number
  readonly log: Log
  /** Told after each step: where the archive is, and how many events it took. */
  readonly onProgress?: (position: Cursor, events: number) => void
}

export type Tracking = {
  /** How far the archive is, as far as this process knows. */
  position(): Cursor
  /** Resolves true as soon as the archive holds everything up to a cursor, false after `timeoutMs`. */
  reached(cursor: Cursor, timeoutMs: number): Promise<boolean>
  /** How many events of the feed are not in the archive yet. */
  lag(): number
  close(): Promise<void>
}

const LEASE = 'tracking'
const LEASE_MS = 10_000
const RENEW_MS = 3_000
const BEAT_MS = 1_000
const POLL_MS = 25
/** A commit waits for the disk: what comes within this time of the last one shares the next, unless someone asks. */
const PACE_MS = 10
const PAGE_EVENTS = 1_000
const RETRY_MS = { first: 200, most: 5_000 }
const PRUNE = { events: 250, steps: 10, napMs: 20, everyMs: 600_000 }
const DAY_MS = 86_400_000

export function startTracking(options: TrackingOptions): Tracking {
  const { feed, archive, leases, owner, archiveDays, log, now = Date.now } = options
  const progress = createProgress()
  const record = createRecorder(options)
  const [beat, pace, poll] = [createNap(), createNap(), createNap()]
  const stop = new AbortController()
  const state = { leading: false, trouble: undefined as unknown, renewAt: 0, pruneAt: 0, failures: 0 }
  let turn: Promise<unknown> = Promise.resolve()

  /** One step after the other: each begins where the one before it ended. */
  function step(work: (from: Cursor) => Promise<void>): Promise<void> {
    const run = turn.then(async () => {
      if (state.leading && !state.trouble) await work(progress.position())
    })
    turn = run.catch((error: unknown) => {
      state.trouble = error
      beat.wake()
    })
    return run.catch(() => undefined)
  }

  async function takePage(page: FeedPage): Promise<void> {
    progress.headAt(page.head)
    await step(async (from) => {
      if (page.gap) log.error({ gap: page.gap }, 'events were lost before tracking could take them')
      await record(from, page, progress.moveTo)
    })
    if (page.events.length < PAGE_EVENTS && !stop.signal.aborted && !progress.wanted())
      await pace.wait(PACE_MS)
  }

  /** A feed that has begun a new life without an event yet has a head that no event leads to. */
  async function meetHead(from: Cursor): Promise<void> {
    const page = await feed.read(from, 1)
    progress.headAt(page.head)
    if (page.gap || page.events.length > 0 || compareCursors(page.head, from) <= 0) return
    await record(from, { events: [], next: page.head }, progress.moveTo)
  }

  async function prune(): Promise<void> {
    if (archiveDays === undefined || now() < state.pruneAt) return
    state.pruneAt = now() + PRUNE.everyMs
    for (let i = 0; i < PRUNE.steps && !stop.signal.aborted; i++) {
      if ((await archive.prune(now() - archiveDays * DAY_MS, PRUNE.events)) < PRUNE.events) return
      await beat.wait(PRUNE.napMs)
    }
    state.pruneAt = now()
  }

  async function takeLease(): Promise<boolean> {
    if (state.leading && now() < state.renewAt) return true
    state.renewAt = now() + RENEW_MS
    return leases.take(LEASE, owner, now(), now() + LEASE_MS)
  }

  async function lead(): Promise<void> {
    progress.moveTo(await archive.position())
    state.leading = true
    state.trouble = undefined
    const follower = feed.follow(progress.position(), takePage)
    try {
      while (!stop.signal.aborted && (await takeLease())) {
        await step(meetHead)
        await feed.trim(progress.position())
        await prune()
        if (!stop.signal.aborted && !state.trouble) await beat.wait(BEAT_MS)
        if (state.trouble) throw state.trouble
        recovered()
      }
    } finally {
      state.leading = false
      pace.wake()
      await follower.close()
      await turn
    }
  }

  async function standBy(): Promise<void> {
    progress.moveTo(await archive.position())
    progress.headAt(await feed.last(0))
    recovered()
    if (!stop.signal.aborted) await beat.wait(BEAT_MS)
  }

  function recovered(): void {
    if (state.failures > 0) log.info({ position: progress.position() }, 'tracking goes on')
    state.failures = 0
  }

  async function waitOut(error: unknown): Promise<void> {
    if (state.failures === 0) log.warn({ err: error }, 'tracking waits and tries again')
    const delay = Math.min(RETRY_MS.first * 2 ** state.failures, RETRY_MS.most)
    state.failures += 1
    if (!stop.signal.aborted) await beat.wait(delay)
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted)
      await takeLease()
        .then((mine) => (mine ? lead() : standBy()))
        .catch(waitOut)
    await leases.release(LEASE, owner).catch(() => undefined)
  }

  /** Where another process does the work, only the database tells how far it is. */
  async function watch(): Promise<void> {
    while (!stop.signal.aborted && !state.leading && progress.wanted()) {
      await archive.position().then(progress.moveTo, () => undefined)
      await poll.wait(POLL_MS)
    }
  }

  const done = run()
  return {
    position: progress.position,
    lag: progress.lag,
    async reached(cursor, timeoutMs) {
      const result = progress.reached(cursor, timeoutMs)
      if (!progress.wanted()) return result
      pace.wake()
      if (!state.leading) void watch()
      else if (cursor.epoch !== progress.position().epoch) void step(meetHead)
      return result
    },
    async close() {
      stop.abort()
      for (const nap of [beat, pace, poll]) nap.wake()
      progress.giveUp()
      await done
    },
  }
}
