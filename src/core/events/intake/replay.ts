// Reads an entry of quarantine again: the events it becomes, and their ids.
import { hash } from 'node:crypto'
import { readBatch, type Batch } from './batch.ts'
import type { FeedEvent } from '../event.ts'
import type { QuarantineEntry } from '../ports.ts'

const SET_ASIDE = 'event-'
const ID_BYTES = 16

/** The entry's id for an event that the archive has refused. */
export const setAsideId = ({ id }: Pick<FeedEvent, 'id'>): string => SET_ASIDE + id.toString('hex')

/** The events of an entry: one, or those of a whole batch that was no JSON array when it came. */
export function readAgain({ id, data }: Pick<QuarantineEntry, 'id' | 'data'>): Batch {
  if (data.trimStart().startsWith('[')) return readBatch(Buffer.from(data))
  const { events, unreadable } = readBatch(Buffer.from(`[${data}]`))
  return { events: events.map((event) => ({ ...event, id: idAfter(id) })), unreadable }
}

/**
 * The event's id is the entry's own, so that two equal texts of a batch stay two events. But an event that the archive refused is
 * known to the feed, which would drop it as a duplicate: it gets a new id.
 */
function idAfter(entryId: string): Buffer {
  const own = Buffer.from(entryId, 'hex')
  return own.length === ID_BYTES ? own : hash('sha256', `again ${entryId}`, 'buffer').subarray(0, ID_BYTES)
}
