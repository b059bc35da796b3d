// What the mailing list asks of the world. Every sentence is a promise of test/contracts/.
import type { Order } from '../ports.ts'

/** subscribed = wants mail. Whether one gets mail also depends on suppressions. */
export type Subscriber = {
  readonly id: string
  /** As typed. Two addresses are one when emailKey() of them is. */
  readonly email: string
  readonly name: string
  readonly subscribed: boolean
  readonly suppressed: Suppression | null
  readonly createdAt: number
  readonly updatedAt: number
}

export const SUPPRESSION_REASONS = ['bounce', 'complaint', 'unsubscribe', 'reject', 'manual'] as const
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number]

/** Stops mail to an address whatever the list says; outlives the subscriber. */
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
  /** The id after which the page begins; ids are in order of creation. */
  readonly after?: string | undefined
  /** desc: the last one first. */
  readonly order?: Order | undefined
  readonly email?: string | undefined
  /** A part of address or name, from where core/list/search.ts says. */
  readonly q?: string | undefined
  readonly subscribed?: boolean | undefined
  /** A suppression holds now. */
  readonly suppressed?: boolean | undefined
  /** Subscribed, and not suppressed. */
  readonly mailable?: boolean | undefined
}

/** Why somebody may not be mailed, as deliveries tell it. */
export type Unmailable = 'unsubscribed' | 'gone' | `suppressed: ${SuppressionReason}`

export type ImportRow = {
  readonly email: string
  readonly name: string
  /** By the file's own word they have left, or never confirmed. */
  readonly wish?: 'left' | 'unconfirmed'
  /** By the file's own word they may not be mailed. */
  readonly suppressed?: SuppressionReason
}
export type ImportCounts = {
  readonly added: number
  readonly updated: number
  readonly skipped: number
  /** Rows of people who by the file's own word get no mail, whether that is news or not. */
  readonly left: number
}

/** Everything throws archive.unavailable in an outage. Suppressions that are over count as none. */
export type SubscriberStore = {
  /**
   * Adds, or brings back one who had left; an empty name leaves the name of before. The subscriber's own earlier wish is
   * lifted by it, any other suppression is not. 'exists' = subscribed already; 'suppressed' = may not be brought back.
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
   * For one caller at most every `everyMs`, and only while the subscriber waits for confirmation: when they asked to be
   * subscribed, which belongs into the link. undefined for any other. After confirming, and after `unsubscribe`, the
   * next mail may be claimed at once; not so after `unsubscribeById` or an event of one who waits, for whoever has an old
   * mail of theirs could make the hub send mail after mail.
   */
  claimConfirmation(id: string, now: number, everyMs: number): Promise<number | undefined>
  /** The mail could not be sent: it may be claimed again at once. */
  releaseConfirmation(id: string): Promise<void>
  /** 'left' already, or not there at all. The row stays. One who waits for confirmation stops waiting. */
  unsubscribe(email: string, now: number): Promise<'done' | 'left' | 'unknown'>
  /** The subscriber's own wish, by a link: the same, and a suppression remembers it when the row is gone. */
  unsubscribeById(id: string, now: number): Promise<'done' | 'left' | 'unknown'>
  /**
   * Subscribes one who waits since `asked`. 'unknown': not there, or has left since and may have asked anew, or is
   * suppressed.
   */
  confirm(id: string, asked: number, now: number): Promise<'done' | 'already' | 'unknown'>
  get(id: string): Promise<Subscriber | undefined>
  /** In order of ids. */
  find(query: SubscriberQuery): Promise<readonly Subscriber[]>
  /** All that match, whatever the page. */
  count(query: Omit<SubscriberQuery, 'limit' | 'after' | 'order'>): Promise<number>
  /** Of one who had left a suppression stays, as by a link: no import brings them back. So do the two below. */
  remove(id: string): Promise<boolean>
  /** Those who were there when it began. */
  removeAll(): Promise<void>
  /**
   * Removes the person, on the list or not; of a suppression that holds, only a keyed hash of the address stays, and still
   * holds.
   */
  erase(email: string, now: number): Promise<void>
  /**
   * One bulk step of an import, at most 1,000 rows; never re-subscribes who left or is suppressed. updated = the name
   * has changed; an empty one changes nothing. Of rows with one address the first counts, but the most careful word of all
   * of them. Who left or is suppressed by the file's word is so afterwards, whatever they were; who never confirmed is
   * not subscribed by it.
   */
  import(rows: readonly ImportRow[], now: number, dryRun: boolean): Promise<ImportCounts>
  /** Of these ids, those who may not be mailed now: left, suppressed or gone. For the last look before sending. */
  unmailable(ids: readonly string[], now: number): Promise<ReadonlyMap<string, Unmailable>>
}

/** `email` is null for an erased person, of whose address only a keyed hash is kept. */
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
  /** The one that holds now, if any. */
  get(email: string, now: number): Promise<ListedSuppression | undefined>
  /** In order of keys, or from the last one back; also those that are over. `after` is the key before the first. */
  list(
    limit: number,
    after?: string,
    filter?: SuppressionFilter,
    order?: Order,
  ): Promise<readonly ListedSuppression[]>
  count(filter?: SuppressionFilter): Promise<number>
  /**
   * A complaint or the subscriber's own wish is not weakened by a later bounce, nor one for good by one for a time. With
   * the reason 'unsubscribe' the subscriber is taken off the list, too.
   */
  put(suppression: Suppression): Promise<void>
  /** The same for a thousand of them at most, in one step; tells how many addresses were not suppressed before. */
  putAll(suppressions: readonly Suppression[], dryRun?: boolean): Promise<number>
  /** Lifts it by hand; false when there is none. What happened before is history then, also when it is told later. */
  remove(email: string): Promise<boolean>
}
