// Forgetting a person's events: in the feed, in the archive, and what lies in quarantine.
//
// The archive knows where they are, so it goes last: whoever is told of a failure on the way can ask again.
import { HubError } from '../errors.ts'
import type { EventArchive, EventFeed, Quarantine } from './ports.ts'
import type { Tracking } from './tracking.ts'

export type ErasureDeps = {
  readonly feed: Pick<EventFeed, 'last' | 'erase'>
  readonly archive: Pick<EventArchive, 'placesOf' | 'erase'>
  readonly quarantine: Pick<Quarantine, 'erase'>
  readonly tracking: Pick<Tracking, 'reached'>
}

const STEP_EVENTS = 250
const PATIENCE_MS = 5_000

/** Everything that was received before it was asked. Throws archive.behind when that cannot be had in time. */
export function createErasure({ feed, archive, quarantine, tracking }: ErasureDeps) {
  return async ({ email }: { readonly email: string }): Promise<void> => {
    if (!(await tracking.reached(await feed.last(0), PATIENCE_MS))) throw new HubError('archive.behind')
    const address = email.toLowerCase() // as events are filed
    for (;;) {
      const places = await archive.placesOf(address, STEP_EVENTS)
      if (places.length === 0) break
      await feed.erase(places)
      await archive.erase(places)
    }
    await quarantine.erase(address)
  }
}
