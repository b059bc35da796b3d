// Puts pages of the feed into the archive, and sees to it that one bad event does not stop all that follow.
import type { Cursor } from './cursor.ts'
import { isHubError } from './errors.ts'
import { eventFacts } from './event.ts'
import type { Log } from './log.ts'
import type { ArchiveRow, EventArchive, FeedPage, Quarantine } from './ports.ts'

type Options = {
  readonly archive: EventArchive
  readonly quarantine: Quarantine
  readonly log: Log
  readonly onProgress?: (position: Cursor, events: number) => void
}

const BATCH_EVENTS = 1_000
/** One bad event is at fault itself; when so many are refused in a row, the database is. */
const REFUSALS_IN_A_ROW = 10

export function createRecorder({ archive, quarantine, log, onProgress }: Options) {
  let refusals = 0

  /** The event's text moves to quarantine, the position past it. */
  async function setAside(from: Cursor, to: Cursor, { event }: ArchiveRow, error: unknown): Promise<void> {
    refusals += 1
    if (refusals > REFUSALS_IN_A_ROW) throw error
    const id = `event-${event.id.toString('hex')}`
    const reason = `The archive refused it: ${error instanceof Error ? error.message : String(error)}`
    const { receivedAt, data } = event
    await quarantine.add([{ id, receivedAt, reason: reason.slice(0, 1000), data: data.toString() }])
    await archive.record(from, to, [])
    log.error({ err: error, cursor: event.cursor, quarantine: id }, 'an event could not be archived')
  }

  async function take(from: Cursor, to: Cursor, rows: readonly ArchiveRow[]): Promise<void> {
    try {
      await archive.record(from, to, rows)
      if (rows.length > 0) refusals = 0
    } catch (error) {
      const [first] = rows
      if (isHubError(error) || !first) throw error
      if (rows.length === 1) return setAside(from, to, first, error)
      const half = rows.slice(0, rows.length >> 1)
      const middle = half.at(-1)?.event.cursor ?? from
      await take(from, middle, half)
      await take(middle, to, rows.slice(half.length))
    }
  }

  return async (
    from: Cursor,
    { events, next }: Pick<FeedPage, 'events' | 'next'>,
    moved: (position: Cursor) => void,
  ): Promise<void> => {
    let start = 0
    do {
      const batch = events.slice(start, start + BATCH_EVENTS)
      start += BATCH_EVENTS
      const to = start < events.length ? (batch.at(-1)?.cursor ?? next) : next
      await take(
        from,
        to,
        batch.map((event) => ({ event, facts: eventFacts(event) })),
      )
      moved((from = to))
      onProgress?.(to, batch.length)
    } while (start < events.length)
  }
}
