// Reading again what lies in quarantine: which event it becomes, and by which id it is known from then on.
import { hash } from 'node:crypto'
import { readBatch, type Batch } from './batch.ts'
import type { FeedEvent } from '../event.ts'
import type { QuarantineEntry } from '../ports.ts'

const SET_ASIDE = 'event-'
const ID_BYTES = 16

/** The entry of an event that the feed holds and the archive refused. */
export const setAsideId = ({ id }: Pick<FeedEvent, 'id'>): string => SET_ASIDE + id.toString('hex')

/** What an entry says by now: one event, or a whole batch that was no array when it came. */
export function readAgain({ id, data }: Pick<QuarantineEntry, 'id' | 'data'>): Batch {
  if (data.trimStart().startsWith('[')) return readBatch(Buffer.from(data))
  const { events, unreadable } = readBatch(Buffer.from(`[${data}]`))
  return { events: events.map((event) => ({ ...event, id: idAfter(id) })), unreadable }
}

/**
 * The entry's own id: of two equal texts in a batch each stays one of two. But what was set aside is a duplicate to the
 * feed, and would be gone: it comes back as another event, which the archive has never taken.
 */
function idAfter(entryId: string): Buffer {
  const own = Buffer.from(entryId, 'hex')
  return own.length === ID_BYTES ? own : hash('sha256', `again ${entryId}`, 'buffer').subarray(0, ID_BYTES)
}
