// The feed in one SQLite file, for a hub of one process: appending wakes the followers directly.
import { HubError, isHubError } from '../../../core/errors.ts'
import { gather } from '../../../core/gather.ts'
import type { Log } from '../../../core/log.ts'
import { countIn, packEvents, type Piece } from '../../../core/events/packed/pieces.ts'
import type { EventFeed } from '../../../core/events/ports.ts'
import { startFollower, type EmbeddedFollower } from './follow.ts'
import { openMirror } from './mirror.ts'
import type { Bounds } from './store.ts'

type EmbeddedFeedOptions = Bounds & {
  readonly file: string
  readonly now?: () => number
  readonly log: Log
}

/** Events in one commit. The disk takes as long for many as for one, but whoever comes later waits for all of them. */
const COMMIT_EVENTS = 2_000

/** Rejects if the file cannot be used, or another hub has it open. */
export async function openEmbeddedFeed(options: EmbeddedFeedOptions): Promise<EventFeed> {
  const { file, now = Date.now, log, ...bounds } = options
  const followers = new Set<EmbeddedFollower>()
  const wakeAll = () => followers.forEach((follower) => follower.wake())
  const mirror = await openMirror({ file, now, log, onRenewed: wakeAll })
  let taken = 0
  let closing: Promise<void> | undefined

  /** Runs work on the file. Any error that is not a HubError becomes feed.unavailable. */
  function attempt<T>(work: () => Promise<T>): Promise<T> {
    return closing ? Promise.reject(new HubError('feed.unavailable')) : work().catch(translate)
  }

  const commits = gather(
    async (batches: readonly (readonly Piece[])[]) => {
      const results = await mirror.append(batches, now())
      wakeAll()
      return results
    },
    { most: COMMIT_EVENTS, sizeOf: countIn },
  )

  async function makeRoom(): Promise<void> {
    if (mirror.bytes() >= bounds.maxBytes) await mirror.trim(taken, bounds)
    if (mirror.bytes() >= bounds.maxBytes) throw new HubError('feed.full')
  }

  async function close(): Promise<void> {
    await Promise.all([commits.idle(), ...Array.from(followers, (follower) => follower.close())])
    await mirror.close()
  }

  return {
    append(events) {
      const pieces = packEvents(events, now())
      return attempt(() => makeRoom().then(() => commits.ask(pieces)))
    },
    read: (after, limit) => attempt(() => mirror.read(after, limit)),
    search: (after, limit, names) => attempt(() => mirror.search(after, limit, names)),
    follow(after, onPage) {
      const follower = startFollower({ after, read: mirror.read, onPage, log })
      followers.add(follower)
      return { close: () => follower.close().finally(() => followers.delete(follower)) }
    },
    last: async (count) => mirror.last(count),
    trim: (cursor) =>
      attempt(async () => {
        taken = Math.max(taken, mirror.reached(cursor))
        await mirror.setTaken(cursor)
        await mirror.trim(taken, bounds)
        await mirror.forget(now())
      }),
    taken: () => attempt(mirror.taken),
    outlive: (known) => attempt(() => mirror.outlive(known)),
    size: () => attempt(async () => ({ bytes: mirror.bytes(), bound: bounds.maxBytes })),
    erase: (cursors) => attempt(() => mirror.erase(cursors)),
    ping: () => attempt(() => makeRoom().then(async () => void (await commits.ask([])))), // an empty commit
    close: () => (closing ??= close()),
  }
}

function translate(error: unknown): never {
  throw isHubError(error) ? error : new HubError('feed.unavailable', { cause: error })
}
