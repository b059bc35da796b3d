// What events ask of the world: feed, archive and quarantine. Read this file first.
// Every sentence here is a promise that test/contracts/ holds against each adapter.
import type { Cursor } from './cursor.ts'
import type { FeedEvent, Kind, NewEvent } from './event.ts'
import type { EventFacts, StoredFacts } from './facts.ts'
import type { Filter } from './filter.ts'

/** Events after a cursor that are no longer available: those in (from, to]. */
export type Gap = {
  readonly from: Cursor
  readonly to: Cursor
  /** expired: they were trimmed. reset: the cursor belongs to another feed, or to events that this feed has lost. */
  readonly reason: 'expired' | 'reset'
}

export type FeedPage = {
  /** In cursor order, with none left out except erased ones. Within one process later pages never go back. */
  readonly events: readonly FeedEvent[]
  /** Given once, if it lies before the first of `events`. */
  readonly gap: Gap | undefined
  /**
   * Where to go on reading: the last event's cursor, else the end of the gap, else the head. If several lives of the feed began
   * at that place, it is a cursor of the latest one.
   */
  readonly next: Cursor
  /** The feed's newest cursor when the page was read. */
  readonly head: Cursor
}

export type Appended = { readonly accepted: number; readonly duplicates: number }

export type Follower = { close(): Promise<void> }

/** The feed: a durable log, and the truth about events. Every reader is a cursor over it. */
export type EventFeed = {
  /**
   * Stores a batch, in its order, durably; an event whose id was stored within the last 48 hours is a duplicate and changes
   * nothing. Throws feed.unavailable or feed.full if it is not certain that all is stored; the same batch may then be appended
   * again. Appended events can be read at once. The events' bytes are copied before the promise is returned.
   */
  append(events: readonly NewEvent[]): Promise<Appended>
  /** The events after a cursor, at most `limit` (1 to 10,000) of them and about 4 MiB of data. */
  read(after: Cursor, limit: number): Promise<FeedPage>
  /**
   * Looks at about `limit` events after a cursor, and returns those that may hold one of these names in their facts: as
   * recipient or sender (by emailKey) or, without a recipient, as message id. `next` is where it has got to. Events that can be
   * ruled out without reading them hardly count towards `limit`.
   */
  search(after: Cursor, limit: number, names: readonly string[]): Promise<Pick<FeedPage, 'events' | 'next'>>
  /**
   * Passes on every event after a cursor, once and in order, as it comes, until closed. `onPage` is awaited before the next
   * page is read. It waits through outages of the store, and misses nothing.
   */
  follow(after: Cursor, onPage: (page: FeedPage) => void | Promise<void>): Follower
  /** The cursor `count` events before the newest one, or where the kept events begin. 0: the head. */
  last(count: number): Promise<Cursor>
  /**
   * Tells the feed that everything up to a cursor has been archived. It then drops the oldest events beyond its bounds (count
   * and bytes), but none after `taken`.
   */
  trim(taken: Cursor): Promise<void>
  /** The latest argument of trim, in any process; BEGINNING if there was none. After a power cut it may be an older one. */
  taken(): Promise<Cursor>
  /**
   * Tells the feed, at the start, a cursor that it once gave out. If it does not reach that far, it was restored from an earlier
   * moment: then it begins a new life, later than that cursor. From then on the feed itself knows what it has given out.
   */
  outlive(known: Cursor): Promise<void>
  /**
   * Removes these events for good. All others keep their cursors, and readers skip the places without a gap, except at the
   * beginning of the feed, where they count as trimmed. Their ids stay known as duplicates.
   */
  erase(cursors: readonly Cursor[]): Promise<void>
  /** Resolves if a batch could be stored now, else throws feed.unavailable or feed.full. */
  ping(): Promise<void>
  /** How many bytes the feed keeps, and may keep. */
  size(): Promise<{ readonly bytes: number; readonly bound: number }>
  /** Refuses further appends, waits for those under way, then closes files and connections. */
  close(): Promise<void>
}

export type ArchiveRow = { readonly event: FeedEvent; readonly facts: EventFacts }

/** Which events are wanted; all given conditions must hold. */
export type EventSelection = Filter & {
  readonly messageId?: string | undefined
  readonly subaccount?: string | undefined
  /** The URL that was clicked. */
  readonly url?: string | undefined
  /** The beginning of an address or its domain, or beginnings of words of a subject. */
  readonly q?: string | undefined
  /** Received at or after `since`, and before `until`: milliseconds since 1970. */
  readonly since?: number | undefined
  readonly until?: number | undefined
}

export type EventQuery = EventSelection & {
  readonly limit: number
  /** Only events before this place, newest first. */
  readonly before?: Cursor | undefined
  /** Only events after this place, oldest first. Without `before` and `after`: newest first. */
  readonly after?: Cursor | undefined
}

export type CountQuery = EventSelection & { readonly step: number }

/** How many events of a kind were received in the `step` milliseconds from `at` on. */
export type Count = { readonly at: number; readonly kind: Kind; readonly count: number }

/** An event as the archive returns it: enough for the API, not for tracking. */
export type ArchivedEvent = Pick<FeedEvent, 'cursor' | 'kind' | 'receivedAt'> &
  StoredFacts & {
    /** The event's JSON text exactly as it came. */
    readonly data: string
  }

/** The searchable history in SQL, filled from the feed. All methods throw archive.unavailable in an outage. */
export type EventArchive = {
  /** Up to where the feed is archived; BEGINNING if nothing is. */
  position(): Promise<Cursor>
  /**
   * Stores events and moves the position from `from` to `to`, all or nothing. An event that is archived already (same id) is
   * skipped. Throws archive.conflict, and changes nothing, if the position is not `from`.
   */
  record(from: Cursor, to: Cursor, rows: readonly ArchiveRow[]): Promise<void>
  /**
   * At most `limit` events and about 8 MiB of data, but at least one if there is any: a page that is shorter than its limit need
   * not be the last one.
   */
  find(query: EventQuery): Promise<readonly ArchivedEvent[]>
  /**
   * How many events there are of each kind and step, oldest first; steps are counted from 1970. Throws stats.too_many if more
   * than a million events, or 50,000 entries of lists, would have to be read. Counts by whole minutes and kind, of all events, a
   * campaign or a subaccount, are kept ready, and include events that were erased since.
   */
  counts(query: CountQuery): Promise<readonly Count[]>
  /**
   * How many events have come, including those that were pruned or erased since (quarantined ones, too); and since when they are
   * counted, which is when the database was made.
   */
  total(): Promise<{ readonly count: number; readonly since: number }>
  /**
   * When the first and the last event from a provider's own webhook were received, and how many of the total came otherwise.
   */
  brought(): Promise<{ readonly first: number | null; readonly last: number | null; readonly byHand: number }>
  /** The cursors of the oldest events of an address (its emailKey), at most `limit`. */
  cursorsOf(email: string, limit: number): Promise<readonly Cursor[]>
  /** Deletes these events. The counts that are kept ready, which name nobody, stay as they are. */
  erase(cursors: readonly Cursor[]): Promise<void>
  /** Deletes at most `limit` of the events received before an instant; returns how many. The total stays as it is. */
  prune(before: number, limit: number): Promise<number>
}

export type QuarantineEntry = {
  readonly id: string
  readonly receivedAt: number
  readonly reason: string
  /** What came, with invalid UTF-8 replaced. */
  readonly data: string
}

/** What was signed but cannot be read as an event: kept until somebody has looked at it. */
export type Quarantine = {
  /** Durable when it resolves. Adding the same id again changes nothing. */
  add(entries: readonly QuarantineEntry[]): Promise<void>
  /**
   * Newest first, only those with `reason` if it is given: at most `limit` and about 8 MiB of texts, but at least one if there
   * is any.
   */
  list(limit: number, before?: string, reason?: string): Promise<readonly QuarantineEntry[]>
  count(): Promise<number>
  get(id: string): Promise<QuarantineEntry | undefined>
  /** Removes an entry that has become an event; false if it is not there. */
  remove(id: string): Promise<boolean>
  /** Deletes an entry that nobody wants; false if it is not there. Like all deleted entries, it goes into the archive's total. */
  discard(id: string): Promise<boolean>
  /** Deletes all entries with exactly this reason; returns how many. */
  discardAll(reason: string): Promise<number>
  /** Deletes at most `limit` entries received before an instant; returns how many. */
  prune(before: number, limit: number): Promise<number>
  /** Deletes all entries whose text contains this, in any case; returns how many. */
  erase(text: string): Promise<number>
}
