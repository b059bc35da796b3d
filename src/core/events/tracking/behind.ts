// Compares the database with the feed: whether it is from an earlier moment (restored, or a replica that took over), or only
// has not caught up yet.
import { createNap, pause } from '../../pause.ts'
import { compareCursors } from '../cursor.ts'
import type { EventArchive, EventFeed } from '../ports.ts'

/** By then, a replica that is merely a little late has caught up. */
const LOOKS = 4
const APART_MS = 500

type Stores = {
  readonly feed: Pick<EventFeed, 'taken'>
  readonly archive: Pick<EventArchive, 'position'>
  readonly wait?: (ms: number) => Promise<void>
}

/** The feed is only told what the database has committed, so one that knows less has lost commits. Called before tracking starts. */
export async function isBehindFeed({ feed, archive, wait = createNap().wait }: Stores): Promise<boolean> {
  const told = await feed.taken()
  for (let look = 1; compareCursors(told, await archive.position()) > 0; look += 1) {
    if (look === LOOKS) return true
    await wait(APART_MS)
  }
  return false
}

const CATCH_UP_MS = 50

/** Resolves when tracking, in any process, has taken all that the feed holds now; or when `signal` aborts. */
export async function catchUp(
  {
    feed,
    archive,
  }: { readonly feed: Pick<EventFeed, 'last'>; readonly archive: Pick<EventArchive, 'position'> },
  signal: AbortSignal,
): Promise<void> {
  const head = await feed.last(0)
  while (!signal.aborted && compareCursors(await archive.position(), head) < 0)
    await pause(CATCH_UP_MS, signal)
}
