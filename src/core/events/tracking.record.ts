// Puts pages of the feed into the archive, and sees to it that one bad event does not stop all that follow.
import type { Cursor } from './cursor.ts'
import { isHubError } from '../errors.ts'
import { eventFacts } from './event.ts'
import type { Log } from '../log.ts'
import type { ArchiveRow, EventArchive, FeedPage, Quarantine } from './ports.ts'
import { setAsideId } from './replay.ts'

/** Takes a page that follows `from`. What it has taken it tells by `moved`, also when it fails half-way. */
export type Recorder = (from: Cursor, page: Pick<FeedPage, 'events' | 'next'>) => Promise<void>

type Options = {
  readonly archive: EventArchive
  readonly quarantine: Quarantine
  readonly log: Log
  readonly moved: (position: Cursor, events: number) => void
  readonly now: () => number
}

const BATCH_EVENTS = 1_000
/**
 * One bad event is at fault itself. When so many are refused in a row within a minute, the database may be: tracking waits,
 * and goes on at this pace, for the good ones behind them.
 */
const REFUSALS = { most: 10, withinMs: 60_000 }

export function createRecorder({ archive, quarantine, log, moved, now }: Options): Recorder {
  let refusals: readonly number[] = []

  /** The event's text goes into quarantine, and tracking past it. */
  async function setAside(from: Cursor, to: Cursor, { event }: ArchiveRow, error: unknown): Promise<void> {
    refusals = refusals.filter((at) => at > now() - REFUSALS.withinMs)
    if (refusals.length >= REFUSALS.most) throw error
    refusals = [...refusals, now()]
    const id = setAsideId(event)
    const reason = `The archive refused it: ${error instanceof Error ? error.message : String(error)}`
    const { receivedAt, data } = event
    await quarantine.add([{ id, receivedAt, reason: reason.slice(0, 1000), data: data.toString() }])
    await archive.record(from, to, [])
    moved(to, 0)
    log.error({ err: error, cursor: event.cursor, quarantine: id }, 'an event could not be archived')
  }

  async function take(from: Cursor, to: Cursor, rows: readonly ArchiveRow[]): Promise<void> {
    try {
      await archive.record(from, to, rows)
      if (rows.length > 0) refusals = []
      moved(to, rows.length)
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

  return async (from, { events, next }) => {
    const rows = events.map((event) => ({ event, facts: eventFacts(event) }))
    for (let start = 0; start === 0 || start < rows.length; start += BATCH_EVENTS) {
      const batch = rows.slice(start, start + BATCH_EVENTS)
      const last = start + BATCH_EVENTS >= rows.length
      const to = last ? next : (batch.at(-1)?.event.cursor ?? next)
      await take(from, to, batch)
      from = to
    }
  }
}
