// What the events' side asks of the world: feed, archive, quarantine. Read this file first.
// Every sentence here is a promise that test/contracts/ holds against each adapter.
import type { Cursor } from './cursor.ts'
import type { FeedEvent, Kind, NewEvent } from './event.ts'
import type { EventFacts, StoredFacts } from './facts.ts'
import type { Filter } from './filter.ts'

/** Events that a cursor asked for and that are no longer to be had: those in (from, to]. */
export type Gap = {
  readonly from: Cursor
  readonly to: Cursor
  /** expired: trimmed. reset: the cursor is of another feed, or of a tail that this feed has lost. */
  readonly reason: 'expired' | 'reset'
}

export type FeedPage = {
  /** In cursor order; none is left out but those that were erased. What one process is given never goes back. */
  readonly events: readonly FeedEvent[]
  /** Told once, where it lies before the first of `events`. */
  readonly gap: Gap | undefined
  /**
   * Where to go on reading: the last event's cursor, or else the gap's end, or else the head. A place that has several
   * names, because lives of the feed began there without an event, is called by the latest one.
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
   * Stores a batch, in its order, durably; an event whose id was stored within the last 48 hours is a
   * duplicate and changes nothing. Throws feed.unavailable or feed.full when it is not sure that all is stored;
   * the same batch may then be given again. What was appended can be read at once. When it returns, before anything is stored,
   * it has copied what it needs of the events' bytes.
   */
  append(events: readonly NewEvent[]): Promise<Appended>
  /** The events after a cursor, at most `limit` (1 to 10,000) of them and about 4 MiB of data. */
  read(after: Cursor, limit: number): Promise<FeedPage>
  /**
   * Looks at about so many of the events after a cursor, and leaves out what it knows to name none of these in its facts:
   * neither as recipient or sender (by emailKey) nor, without a recipient, as message. `next` is where it has got to: what
   * it knows without looking counts for nearly nothing.
   */
  search(after: Cursor, limit: number, names: readonly string[]): Promise<Pick<FeedPage, 'events' | 'next'>>
  /**
   * Gives every event after a cursor, once and in order, as it comes, until closed. `onPage` is awaited before
   * the next page is read. An outage of the store is waited out; nothing is missed over it.
   */
  follow(after: Cursor, onPage: (page: FeedPage) => void | Promise<void>): Follower
  /** The cursor `count` events before the newest, or where what is kept begins. 0 = the head. */
  last(count: number): Promise<Cursor>
  /**
   * Tells the feed that everything up to a cursor has been taken into the archive. It then lets go of the
   * oldest events beyond its bounds (count and bytes), never of one after `taken`.
   */
  trim(taken: Cursor): Promise<void>
  /** What trim was told last, by whichever process; BEGINNING when it never was. After a power cut it may be older. */
  taken(): Promise<Cursor>
  /**
   * Tells the feed, at the start, of a place that it has once given. Where it does not reach that, it is an older one: then a
   * new life begins, later than that place. A feed minds by itself what it has given since.
   */
  outlive(known: Cursor): Promise<void>
  /**
   * Takes these events out for good. Every other keeps its cursor, and readers pass over the place without a gap; but
   * where nothing older is kept, it counts as trimmed. They stay known as duplicates.
   */
  erase(cursors: readonly Cursor[]): Promise<void>
  /** Resolves when a batch could be stored now, else throws feed.unavailable or feed.full. */
  ping(): Promise<void>
  /** How large what it keeps is, and may be, in bytes. */
  size(): Promise<{ readonly bytes: number; readonly bound: number }>
  /** Waits for what is under way, then lets go of files and connections. Appends from then on are refused. */
  close(): Promise<void>
}

export type ArchiveRow = { readonly event: FeedEvent; readonly facts: EventFacts }

/** What is wanted of the archive; several conditions must all hold. */
export type EventSelection = Filter & {
  readonly messageId?: string | undefined
  readonly subaccount?: string | undefined
  /** What was clicked. */
  readonly url?: string | undefined
  /** Part of an address, from its start or after the @, or beginnings of words of a subject. */
  readonly q?: string | undefined
  /** Received then or later, and before then: milliseconds since 1970. */
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

/** Events of a kind that were received in the `step` milliseconds from `at` on. */
export type Count = { readonly at: number; readonly kind: Kind; readonly count: number }

/** What the archive gives back: enough to answer, not to track. */
export type ArchivedEvent = Pick<FeedEvent, 'cursor' | 'kind' | 'receivedAt'> &
  StoredFacts & {
    /** The event's JSON text exactly as it came. */
    readonly data: string
  }

/** The searchable history in SQL, filled behind the feed. Everything throws archive.unavailable in an outage. */
export type EventArchive = {
  /** How far the archive has taken the feed; BEGINNING when it has taken nothing. */
  position(): Promise<Cursor>
  /**
   * Takes events and moves the position from `from` to `to`, all or nothing. An event that is archived already
   * (same id) is passed over. Throws archive.conflict, and changes nothing, when the position is not `from`.
   */
  record(from: Cursor, to: Cursor, rows: readonly ArchiveRow[]): Promise<void>
  /**
   * At most `limit` events, and about 8 MiB of data, but one at least where there is any: a page that is shorter than
   * its limit need not be the last one.
   */
  find(query: EventQuery): Promise<readonly ArchivedEvent[]>
  /**
   * How many there are of each kind and step, oldest first; steps are counted from 1970. Throws stats.too_many where more than
   * a million events would have to be looked at, or 50,000 entries of lists. Whole minutes, of all events, a campaign or a
   * subaccount, by kind, are told at once: with those that were erased since.
   */
  counts(query: CountQuery): Promise<readonly Count[]>
  /**
   * How many events have come, also those that were pruned or erased since; and since when they are counted, which is
   * when the database was made. Quarantined texts that were erased are in it, too: they have come as well.
   */
  total(): Promise<{ readonly count: number; readonly since: number }>
  /**
   * When an event that its provider itself brought was received, the first and the last one; and how many of the total were
   * brought by hand.
   */
  brought(): Promise<{ readonly first: number | null; readonly last: number | null; readonly byHand: number }>
  /** The cursors of the oldest events of an address (its emailKey), so many at most. */
  cursorsOf(email: string, limit: number): Promise<readonly Cursor[]>
  /** Drops these events. The counts that are told at once, which name nobody, stay. */
  erase(cursors: readonly Cursor[]): Promise<void>
  /** Drops at most `limit` of the events received before an instant; tells how many. The total stays. */
  prune(before: number, limit: number): Promise<number>
}

export type QuarantineEntry = {
  readonly id: string
  readonly receivedAt: number
  readonly reason: string
  /** What came, with invalid UTF-8 replaced. */
  readonly data: string
}

/** What was signed but cannot be read as an event: kept until someone has looked at it. */
export type Quarantine = {
  /** Durable when it resolves. The same id again changes nothing. */
  add(entries: readonly QuarantineEntry[]): Promise<void>
  /**
   * Newest first, of one reason if it is given: at most `limit`, and about 8 MiB of texts, but one at least where there is
   * any.
   */
  list(limit: number, before?: string, reason?: string): Promise<readonly QuarantineEntry[]>
  count(): Promise<number>
  get(id: string): Promise<QuarantineEntry | undefined>
  /** Takes out what has become an event; false when it is not there. */
  remove(id: string): Promise<boolean>
  /** Drops an entry that nobody wants. The archive's total counts it from then on, as all that is dropped here. */
  discard(id: string): Promise<boolean>
  /** Drops every entry with this very reason; how many. */
  discardAll(reason: string): Promise<number>
  /** Drops at most `limit` of those received before an instant; how many. */
  prune(before: number, limit: number): Promise<number>
  /** Drops every entry whose text holds this, whatever the case; how many. */
  erase(text: string): Promise<number>
}
