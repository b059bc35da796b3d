// Forgetting a person's events: in the feed, in the archive, and what lies in quarantine.
//
// The archive knows where they are, so it goes last: whoever is told of a failure on the way can ask again.
import { HubError } from '../errors.ts'
import type { Cursor } from './cursor.ts'
import { asObject } from './payload.ts'
import type { EventArchive, EventFeed, Quarantine } from './ports.ts'
import type { Tracking } from './tracking.ts'

export type ErasureDeps = {
  readonly feed: Pick<EventFeed, 'last' | 'erase'>
  readonly archive: Pick<EventArchive, 'find' | 'placesOf' | 'erase'>
  readonly quarantine: Pick<Quarantine, 'erase'>
  readonly tracking: Pick<Tracking, 'reached'>
}

const STEP_EVENTS = 250
/** A mail that was sent in may hold whole files. */
const STEP_INBOUND = 20
const PATIENCE_MS = 5_000

/** Everything that was received before it was asked. Throws archive.behind when that cannot be had in time. */
export function createErasure({ feed, archive, quarantine, tracking }: ErasureDeps) {
  return async ({ email }: { readonly email: string }): Promise<void> => {
    if (!(await tracking.reached(await feed.last(0), PATIENCE_MS))) throw new HubError('archive.behind')
    const address = email.toLowerCase() // as events are filed
    for (;;) {
      const places = await archive.placesOf(address, STEP_EVENTS)
      if (places.length === 0) break
      await forget(places)
    }
    for await (const places of inboundFrom(archive, address)) await forget(places)
    await quarantine.erase(address)
  }

  async function forget(places: readonly Cursor[]): Promise<void> {
    await feed.erase(places)
    await archive.erase(places)
  }
}

/** Mails that the person has sent in, which are filed under the address that received them: all of them are looked at. */
async function* inboundFrom(archive: Pick<EventArchive, 'find'>, address: string): AsyncGenerator<Cursor[]> {
  for (let before: Cursor | undefined; ;) {
    const page = await archive.find({ kinds: ['inbound'], limit: STEP_INBOUND, before })
    const last = page.at(-1)
    if (!last) return
    before = last.cursor
    const places = page.filter(({ data }) => senderOf(data) === address).map(({ cursor }) => cursor)
    if (places.length > 0) yield places
  }
}

function senderOf(data: string): string | undefined {
  const { from_email: sender } = asObject(asObject(JSON.parse(data)).msg)
  return typeof sender === 'string' ? sender.toLowerCase() : undefined
}
