// Puts pages of the feed into the archive, and makes sure that one bad event does not stop all others.
import type { Cursor } from '../cursor.ts'
import { isHubError } from '../../errors.ts'
import { breath } from '../../pause.ts'
import { eventFacts } from '../event.ts'
import type { Log } from '../../log.ts'
import type { ArchiveRow, EventArchive, FeedPage, Quarantine, QuarantineEntry } from '../ports.ts'
import { setAsideId } from '../intake/replay.ts'

/** Records a page that follows `from`. It reports each recorded part by `moved`, even if it fails half-way. */
export type Recorder = (from: Cursor, page: Pick<FeedPage, 'events' | 'next'>) => Promise<void>

type Options = {
  readonly archive: EventArchive
  readonly quarantine: Quarantine
  readonly log: Log
  readonly moved: (position: Cursor, events: number) => void
  readonly now: () => number
}

const BATCH_EVENTS = 2_000
const AT_ONCE = 250
/**
 * A single refused event is itself at fault. After this many in a row within a minute the database may be: then tracking waits,
 * and goes on at this pace to reach the good events behind them.
 */
const REFUSALS = { most: 10, withinMs: 60_000 }
/** When one event alone fails this many times while the database accepts others, it is no outage. */
const STRIKES = 5
/** What is kept of an event that is too large even for quarantine. */
const KEPT_CHARACTERS = 100_000

export function createRecorder({ archive, quarantine, log, moved, now }: Options): Recorder {
  let refusals: readonly number[] = []
  let strikes = 0

  function countRefusal(error: unknown): void {
    if (isHubError(error, 'archive.too_large')) return // no fault of the database
    refusals = refusals.filter((at) => at > now() - REFUSALS.withinMs)
    if (refusals.length >= REFUSALS.most) throw error
    refusals = [...refusals, now()]
  }

  /** Puts as much of the text as possible into quarantine. */
  async function keep(entry: QuarantineEntry): Promise<void> {
    for (const length of [entry.data.length, KEPT_CHARACTERS, 0]) {
      try {
        return await quarantine.add([cut(entry, length)])
      } catch (error) {
        if (isOutage(error) || length === 0) throw error
      }
    }
  }

  /** Puts the event into quarantine, and moves tracking past it. */
  async function setAside(from: Cursor, to: Cursor, { event }: ArchiveRow, error: unknown): Promise<void> {
    countRefusal(error)
    const id = setAsideId(event)
    const reason = `The archive refused it: ${error instanceof Error ? error.message : String(error)}`
    const { receivedAt, data } = event
    await keep({ id, receivedAt, reason: reason.slice(0, 1000), data: data.toString() })
    await archive.record(from, to, [])
    moved(to, 0)
    log.error({ err: error, cursor: event.cursor, quarantine: id }, 'an event could not be archived')
  }

  /**
   * Throws if the database cannot be reached. If it can, the page was too much for it (too slow, or locking what others need), and
   * is tried in halves. An event that fails alone may have had bad luck, but not STRIKES times.
   */
  async function requireAnswer(from: Cursor, rows: readonly ArchiveRow[], error: unknown): Promise<void> {
    await archive.record(from, from, [])
    if (rows.length > 1) return
    strikes += 1
    if (strikes < STRIKES) throw error
  }

  async function take(from: Cursor, to: Cursor, rows: readonly ArchiveRow[]): Promise<void> {
    try {
      await archive.record(from, to, rows)
      if (rows.length > 0) refusals = []
      strikes = 0
      moved(to, rows.length)
    } catch (error) {
      const [first] = rows
      if (!first || isHubError(error, 'archive.conflict')) throw error
      if (isOutage(error)) await requireAnswer(from, rows, error)
      if (rows.length === 1) return setAside(from, to, first, error)
      const half = rows.slice(0, rows.length >> 1)
      const middle = half.at(-1)?.event.cursor ?? from
      await take(from, middle, half)
      await take(middle, to, rows.slice(half.length))
    }
  }

  return async (from, { events, next }) => {
    const rows = await withFacts(events)
    for (let start = 0; start === 0 || start < rows.length; start += BATCH_EVENTS) {
      const batch = rows.slice(start, start + BATCH_EVENTS)
      const last = start + BATCH_EVENTS >= rows.length
      const to = last ? next : (batch.at(-1)?.event.cursor ?? next)
      await take(from, to, batch)
      from = to
    }
  }
}

/** Parses facts a few at a time, so that the hook need not wait for a whole page. */
async function withFacts(events: FeedPage['events']): Promise<readonly ArchiveRow[]> {
  const rows: ArchiveRow[] = []
  for (const event of events) {
    rows.push({ event, facts: eventFacts(event) })
    if (rows.length % AT_ONCE === 0) await breath()
  }
  return rows
}

/** An error that any other event would meet as well. */
function isOutage(error: unknown): boolean {
  return isHubError(error) && error.code !== 'archive.too_large'
}

function cut({ data, reason, ...entry }: QuarantineEntry, length: number): QuarantineEntry {
  if (data.length <= length) return { ...entry, reason, data }
  const mark = `[cut: ${length} of ${data.length} characters are kept here; the feed has all of it until it is trimmed]`
  return { ...entry, reason: `${reason} ${mark}`, data: `${data.slice(0, length).toWellFormed()} ${mark}` }
}
