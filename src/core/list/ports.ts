// What the mailing list asks of the world. Every sentence is a promise of test/contracts/.
import type { Order } from '../ports.ts'

/** `subscribed`: wants mail. Whether they get any also depends on suppressions. */
export type Subscriber = {
  readonly id: string
  /** As typed. Two addresses are the same if their emailKey() is. */
  readonly email: string
  readonly name: string
  readonly subscribed: boolean
  readonly suppressed: Suppression | null
  readonly createdAt: number
  readonly updatedAt: number
}

export const SUPPRESSION_REASONS = ['bounce', 'complaint', 'unsubscribe', 'reject', 'manual'] as const
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number]

/** Stops mail to an address, whatever the list says; outlives the subscriber. */
export type Suppression = {
  readonly email: string
  readonly reason: SuppressionReason
  /** Who said so: api, import, smtp, mandrill, … */
  readonly source: string
  readonly since: number
  /** null = for good. */
  readonly until: number | null
}

export type SubscriberQuery = {
  readonly limit: number
  /** The id after which the page begins. Ids are in order of creation. */
  readonly after?: string | undefined
  /** desc: the last one first. */
  readonly order?: Order | undefined
  readonly email?: string | undefined
  /** A part of address or name that begins at a place named by core/list/search.ts. */
  readonly q?: string | undefined
  readonly subscribed?: boolean | undefined
  /** Suppressed now. */
  readonly suppressed?: boolean | undefined
  /** Subscribed, and not suppressed. */
  readonly mailable?: boolean | undefined
}

/** Why somebody may not be mailed, in the words of deliveries. */
export type Unmailable = 'unsubscribed' | 'gone' | `suppressed: ${SuppressionReason}`

export type ImportRow = {
  readonly email: string
  readonly name: string
  /** The file says that they have left, or never confirmed. */
  readonly wish?: 'left' | 'unconfirmed'
  /** The file says that they may not be mailed. */
  readonly suppressed?: SuppressionReason
}
export type ImportCounts = {
  readonly added: number
  readonly updated: number
  readonly skipped: number
  /** Rows whose file says that they get no mail, whether that is news or not. */
  readonly left: number
}

/** All methods throw archive.unavailable in an outage. Suppressions that are over are ignored. */
export type SubscriberStore = {
  /**
   * Adds a subscriber, or brings back one who had left; an empty name keeps the old one. It lifts the subscriber's own earlier
   * wish, but no other suppression. 'exists': subscribed already; 'suppressed': may not be brought back.
   */
  subscribe(
    email: string,
    name: string,
    now: number,
    /** false: the row is made, but waits for confirmation (double opt-in), and nothing is lifted yet. */
    confirmed?: boolean,
  ): Promise<{
    readonly outcome: 'created' | 'returned' | 'exists' | 'suppressed'
    readonly subscriber: Subscriber | null
  }>
  /**
   * The right to send a confirmation mail, while the subscriber waits for confirmation: at most every `everyMs`, for one of all
   * callers. Returns when they asked to be subscribed, which goes into the link; else undefined. After confirming, and after
   * `unsubscribe`, the next mail may be claimed at once; not after `unsubscribeById` or an event, since whoever has an old mail
   * of theirs could then make the hub send mail after mail.
   */
  claimConfirmation(id: string, now: number, everyMs: number): Promise<number | undefined>
  /** The mail could not be sent: it may be claimed again at once. */
  releaseConfirmation(id: string): Promise<void>
  /** 'left': had left already; 'unknown': not on the list. The row stays. Who waits for confirmation stops waiting. */
  unsubscribe(email: string, now: number): Promise<'done' | 'left' | 'unknown'>
  /** The subscriber's own wish, by a link: the same, and a suppression keeps it even when the row is removed. */
  unsubscribeById(id: string, now: number): Promise<'done' | 'left' | 'unknown'>
  /**
   * Subscribes somebody who waits since `asked`. 'unknown': not there, suppressed, or has left since (and perhaps asked anew).
   */
  confirm(id: string, asked: number, now: number): Promise<'done' | 'already' | 'unknown'>
  get(id: string): Promise<Subscriber | undefined>
  /** In order of ids. */
  find(query: SubscriberQuery): Promise<readonly Subscriber[]>
  /** How many match, on all pages. */
  count(query: Omit<SubscriberQuery, 'limit' | 'after' | 'order'>): Promise<number>
  /** Who had left stays suppressed, so that no import brings them back; so they do with the two methods below. */
  remove(id: string): Promise<boolean>
  /** Removes those who are there when it begins. */
  removeAll(): Promise<void>
  /**
   * Removes the person, on the list or not. A suppression stays in force, but keeps only a keyed hash of the address.
   */
  erase(email: string, now: number): Promise<void>
  /**
   * One bulk step of an import, at most 1,000 rows; never re-subscribes who left or is suppressed. `updated`: the name has
   * changed; an empty name changes nothing. Of several rows with one address the first counts, with the most careful status of
   * them all. Who left or is suppressed according to the file is so afterwards, whatever they were; who never confirmed is not
   * subscribed.
   */
  import(rows: readonly ImportRow[], now: number, dryRun: boolean): Promise<ImportCounts>
  /** Those of these ids who may not be mailed now (left, suppressed or gone): the last look before sending. */
  unmailable(ids: readonly string[], now: number): Promise<ReadonlyMap<string, Unmailable>>
}

/** `email` is null for an erased person: only a keyed hash of the address is kept. */
export type ListedSuppression = Omit<Suppression, 'email'> & {
  readonly key: string
  readonly email: string | null
}

export type SuppressionFilter = {
  readonly reason?: SuppressionReason | undefined
  /** A part of the address. */
  readonly q?: string | undefined
}

export type SuppressionStore = {
  /** The suppression in force now, if any. */
  get(email: string, now: number): Promise<ListedSuppression | undefined>
  /** In order of keys, or backwards; with those that are over. `after`: the last key of the previous page. */
  list(
    limit: number,
    after?: string,
    filter?: SuppressionFilter,
    order?: Order,
  ): Promise<readonly ListedSuppression[]>
  count(filter?: SuppressionFilter): Promise<number>
  /**
   * Suppresses an address. It never weakens a stronger one: not a complaint or the subscriber's own wish by a bounce, nor a
   * permanent one by a temporary one. The reason 'unsubscribe' takes the subscriber off the list as well.
   */
  put(suppression: Suppression): Promise<void>
  /** The same for up to a thousand, in one step; returns how many addresses were not suppressed before. */
  putAll(suppressions: readonly Suppression[], dryRun?: boolean): Promise<number>
  /** Lifts a suppression by hand; false if there is none. Earlier events no longer count, even if they arrive later. */
  remove(email: string): Promise<boolean>
}
