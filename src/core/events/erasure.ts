// Forgetting a person's events: in the feed, in the archive, and what lies in quarantine.
//
// Either store may hold what the other does not: the feed keeps what ARCHIVE_DAYS has pruned and what came twice, the
// archive what the feed has let go of. So both are gone through. Each step may be repeated.
import { HubError } from '../errors.ts'
import { emailKey } from '../list/subscriber.ts'
import { breath } from '../pause.ts'
import { BEGINNING, compareCursors, type Cursor } from './cursor.ts'
import { eventFacts, type FeedEvent } from './event.ts'
import { asObject } from './payload.ts'
import type { EventArchive, EventFeed, Quarantine } from './ports.ts'
import type { Tracking } from './tracking.ts'

export type ErasureDeps = {
  readonly feed: Pick<EventFeed, 'last' | 'read' | 'erase'>
  readonly archive: Pick<EventArchive, 'find' | 'placesOf' | 'erase'>
  readonly quarantine: Pick<Quarantine, 'erase'>
  readonly tracking: Pick<Tracking, 'reached'>
}

const STEP_EVENTS = 1_000
const STEP_ERASED = 250
/** A mail that was sent in may hold whole files. */
const STEP_INBOUND = 20
const PATIENCE_MS = 5_000

/** Everything that was received before it was asked. Throws archive.behind when that cannot be had in time. */
export function createErasure({ feed, archive, quarantine, tracking }: ErasureDeps) {
  return async ({ email }: { readonly email: string }): Promise<void> => {
    const head = await feed.last(0)
    if (!(await tracking.reached(head, PATIENCE_MS))) throw new HubError('archive.behind')
    const key = emailKey(email)
    await eraseFromFeed(feed, key, head)
    await eraseFromArchive(archive, key)
    for (const spelling of new Set([key, email.toLowerCase()])) await quarantine.erase(spelling)
  }
}

/** Reads all that is kept: a million events take some seconds. */
async function eraseFromFeed(feed: ErasureDeps['feed'], key: string, head: Cursor): Promise<void> {
  for (let after = BEGINNING; compareCursors(after, head) < 0; await breath()) {
    const { events, next } = await feed.read(after, STEP_EVENTS)
    const theirs = events.filter((event) => isAbout(event, key)).map(({ cursor }) => cursor)
    if (theirs.length > 0) await feed.erase(theirs)
    if (compareCursors(next, after) <= 0) return
    after = next
  }
}

async function eraseFromArchive(archive: ErasureDeps['archive'], key: string): Promise<void> {
  for (;;) {
    const places = await archive.placesOf(key, STEP_ERASED)
    if (places.length === 0) break
    await archive.erase(places)
  }
  // What they have sent in is filed under the address that received it: all of these are looked at.
  for (let before: Cursor | undefined; ;) {
    const page = await archive.find({ kinds: ['inbound'], limit: STEP_INBOUND, before })
    const last = page.at(-1)
    if (!last) return
    before = last.cursor
    await archive.erase(
      page.filter(({ data }) => senderOf(JSON.parse(data)) === key).map(({ cursor }) => cursor),
    )
  }
}

function isAbout(event: FeedEvent, key: string): boolean {
  const { email, payload } = eventFacts(event)
  return email === key || (event.kind === 'inbound' && senderOf(payload) === key)
}

function senderOf(payload: unknown): string | undefined {
  const { from_email: sender } = asObject(asObject(payload).msg)
  return typeof sender === 'string' ? emailKey(sender) : undefined
}
