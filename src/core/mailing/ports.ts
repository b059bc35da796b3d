// What the mailing side asks of the world. Read after core/ports.ts; every sentence is a promise of test/contracts/.
//
// A mailing is a ledger, not a queue of mails: one delivery row a recipient, in SQL. Rows are grouped in chunks of one
// lane. The queue only says which worker looks after which chunk now; marks remember, mail by mail, what the ledger has
// not been told yet. After any crash the ledger and the marks together know what is left to do.

import type { Fact, Facts } from './reactions.ts'

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

export type SuppressionReason = 'bounce' | 'complaint' | 'unsubscribe' | 'reject' | 'manual'

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
  readonly email?: string | undefined
  /** A part of address or name. */
  readonly q?: string | undefined
  readonly subscribed?: boolean | undefined
}

export type ImportRow = { readonly email: string; readonly name: string }
export type ImportCounts = { readonly added: number; readonly updated: number; readonly skipped: number }

/** Everything throws archive.unavailable in an outage. Suppressions that are over count as none. */
export type SubscriberStore = {
  /**
   * Adds, or brings back one who had left; an empty name leaves the name of before. The reader's own earlier wish is
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
  /** True for one caller at most every `everyMs`, and only while the reader waits for confirmation. */
  claimConfirmation(id: string, now: number, everyMs: number): Promise<boolean>
  /** The mail could not be sent: it may be claimed again at once. */
  releaseConfirmation(id: string): Promise<void>
  /** 'left' already, or not there at all. The row stays. One who waits for confirmation stops waiting. */
  unsubscribe(email: string, now: number): Promise<'done' | 'left' | 'unknown'>
  /** The reader's own wish, by a link: the same, and a suppression remembers it when the row is gone. */
  unsubscribeById(id: string, now: number): Promise<'done' | 'left' | 'unknown'>
  /** Subscribes one who waits. 'unknown': not there, or has left since, or is suppressed. */
  confirm(id: string, now: number): Promise<'done' | 'already' | 'unknown'>
  get(id: string): Promise<Subscriber | undefined>
  /** In order of ids. */
  find(query: SubscriberQuery): Promise<readonly Subscriber[]>
  /** All that match, whatever the page. */
  count(query: Omit<SubscriberQuery, 'limit' | 'after'>): Promise<number>
  remove(id: string): Promise<boolean>
  /** Those who were there when it began. */
  removeAll(): Promise<void>
  /** Removes the person; of a suppression that holds, only a keyed hash of the address stays, and still holds. */
  erase(id: string, now: number): Promise<boolean>
  /**
   * One bulk step of an import, at most 1,000 rows; never re-subscribes who left or is suppressed. updated = the name
   * has changed; an empty one changes nothing. Of rows with one address the first counts.
   */
  import(rows: readonly ImportRow[], now: number, dryRun: boolean): Promise<ImportCounts>
  /** Of these ids, those who may not be mailed now: left, suppressed or gone. For the last look before sending. */
  unmailable(
    ids: readonly string[],
    now: number,
  ): Promise<ReadonlyMap<string, 'unsubscribed' | 'suppressed' | 'gone'>>
}

/** `email` is null for an erased person, of whose address only a keyed hash is kept. */
export type ListedSuppression = Omit<Suppression, 'email'> & {
  readonly key: string
  readonly email: string | null
}

export type SuppressionStore = {
  /** The one that holds now, if any. */
  get(email: string, now: number): Promise<ListedSuppression | undefined>
  /** In order of keys; also those that are over. `after` is the key before the first. */
  list(limit: number, after?: string): Promise<readonly ListedSuppression[]>
  count(): Promise<number>
  /**
   * A complaint or the reader's own wish is not weakened by a later bounce, nor one for good by one for a time. With
   * the reason 'unsubscribe' the reader is taken off the list, too.
   */
  put(suppression: Suppression): Promise<void>
  remove(email: string): Promise<boolean>
}

export type CampaignStatus = 'draft' | 'scheduled' | 'running' | 'paused' | 'finished' | 'cancelled'

export type CampaignContent = {
  readonly subject: string
  /** HTML with placeholders. */
  readonly content: string
  readonly text: string | null
  readonly preheader: string | null
  readonly replyTo: string | null
  readonly tag: string | null
}

export type Campaign = CampaignContent & {
  readonly id: string
  readonly status: CampaignStatus
  readonly statusReason: string | null
  readonly transport: 'smtp' | 'outbox'
  readonly createdAt: number
  readonly sendAt: number | null
  readonly startedAt: number | null
  readonly finishedAt: number | null
  /** True when every recipient has a delivery row. */
  readonly expanded: boolean
}

/** A campaign without its texts, which may be a megabyte each: what lists and loops need. */
export type CampaignHead = Omit<Campaign, 'content' | 'text'>

export type CampaignStore = {
  /**
   * With an idempotency key that was used before: that campaign, and created = false. Throws
   * campaign.idempotency_conflict when the key came with another fingerprint then.
   */
  create(
    campaign: Campaign,
    idempotencyKey?: string,
    fingerprint?: string,
  ): Promise<{ readonly campaign: Campaign; readonly created: boolean }>
  /** The campaign that was created with this key, if any. Throws as create does. */
  repeated(idempotencyKey: string, fingerprint: string): Promise<Campaign | undefined>
  get(id: string): Promise<Campaign | undefined>
  /** Newest first. `before`: the id of the last one of the page before. */
  list(limit: number, before?: string): Promise<readonly CampaignHead[]>
  /** False when its status is no longer one of `from`: someone was faster. */
  change(
    id: string,
    from: readonly CampaignStatus[],
    to: Partial<Omit<Campaign, 'id' | 'expanded'>>,
  ): Promise<boolean>
  /** Drafts and scheduled ones only; false for any other. */
  remove(id: string): Promise<boolean>
  /** Running ones, and scheduled ones that are due (they are to be changed to running then). Oldest start first. */
  active(now: number): Promise<readonly CampaignHead[]>
  /** Cancelled ones whose deliveries are not all cancelled yet: Ledger.cancel goes on with them. */
  cancelling(): Promise<readonly CampaignHead[]>
}

/** A chunk of one campaign: at most 500 deliveries of one lane. */
export type ChunkRef = { readonly campaignId: string; readonly chunk: number; readonly lane: string }

export type DeliveryStatus = 'queued' | 'sent' | 'deferred' | 'failed' | 'skipped' | 'cancelled'

export type Delivery = {
  /** `CHUNK-N`: unique within the campaign, and what X-MC-Metadata carries. */
  readonly id: string
  readonly campaignId: string
  readonly chunk: number
  readonly n: number
  readonly subscriberId: string
  readonly email: string
  readonly name: string
  readonly lane: string
  readonly status: DeliveryStatus
  /** Tries that a server has answered. Only grows, also over retryFailed. */
  readonly attempts: number
  /** Of these, the ones before the last retryFailed: RETRY_DELAYS count from there. */
  readonly earlierAttempts: number
  readonly dueAt: number
  /** Why it failed, waits or was skipped: the server's answer or a word. */
  readonly reason: string | null
  readonly updatedAt: number
}

/** What became of one try. The n-th delivery of its chunk. */
export type Outcome = {
  readonly n: number
  readonly status: Exclude<DeliveryStatus, 'queued'>
  /** One more than the delivery's when a server has answered (sent always), else the same. */
  readonly attempts: number
  /** When a deferred one is to be tried again. */
  readonly dueAt: number
  readonly reason: string | null
  readonly at: number
}

export type DeliveryCounts = { readonly total: number | null } & Readonly<Record<DeliveryStatus, number>>

/** `skipped`: readers who are subscribed and get nothing all the same, by why. */
export type Audience = { readonly recipients: number; readonly skipped: Readonly<Record<string, number>> }

export type Ledger = {
  /**
   * Writes the deliveries of the next readers of a running campaign (subscribed at or before its start, in keyset
   * steps of `limit`) and moves the campaign's place in the same transaction. Two callers at once: one does it, the
   * other gets 'busy'. 'done' when there are no more: the campaign is expanded then.
   */
  expand(
    campaign: CampaignHead,
    laneOf: (email: string) => string,
    limit: number,
    now: number,
  ): Promise<'more' | 'done' | 'busy'>
  /** Chunks with something due, earliest first: what must be in the queue. */
  dueChunks(campaignId: string, lane: string, now: number, limit: number): Promise<readonly ChunkRef[]>
  /** The deliveries of a chunk that are still to be sent and due. */
  open(ref: ChunkRef, now: number): Promise<readonly Delivery[]>
  /**
   * Writes outcomes in bulk and sets when the chunk is due again. Again with the same outcomes changes nothing; an
   * outcome never overwrites one of a later attempt, nor a final one (sent, failed, skipped, cancelled). But a mail that
   * was under way when its campaign was cancelled: that it was sent, or failed, is a fact, and takes the place of
   * `cancelled`.
   */
  record(ref: ChunkRef, outcomes: readonly Outcome[], now: number): Promise<void>
  /**
   * One step of cancelling what is queued or deferred in a cancelled campaign, about `limit` deliveries; how many were
   * left to do: 0 = all done, and the campaign's finishedAt is set.
   */
  cancel(campaignId: string, limit: number, now: number): Promise<number>
  /**
   * Makes failed deliveries queued again; how many. A finished campaign runs again, in the same transaction. Throws
   * campaign.wrong_state for a draft, scheduled or cancelled one.
   */
  retryFailed(campaignId: string, now: number): Promise<number>
  /** Makes a running campaign finished when it is expanded and nothing is queued or deferred; false when it is not so. */
  finishIfDone(campaignId: string, now: number): Promise<boolean>
  counts(campaignId: string): Promise<DeliveryCounts>
  /** Deliveries of several campaigns by lane: counts and queuedByLane at once, for lists. */
  tallies(
    campaignIds: readonly string[],
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, Readonly<Record<DeliveryStatus, number>>>>>
  /** Forgets whose a reader's deliveries were, in every campaign; how many. They stay, and are counted. */
  erase(subscriberId: string): Promise<number>
  /** Who would get it if it started now; once it is started: whom it has taken. */
  audience(campaign: CampaignHead, now: number): Promise<Audience>
  /** Per lane, how many are queued or deferred. */
  queuedByLane(campaignId: string): Promise<ReadonlyMap<string, number>>
  deliveries(query: {
    readonly campaignId: string
    readonly status?: DeliveryStatus | undefined
    readonly q?: string | undefined
    readonly after?: string | undefined
    readonly limit: number
  }): Promise<readonly Delivery[]>
}

type DeliveryName = { readonly campaignId: string; readonly deliveryId: string }

/** What came back of the mails. Tracking writes it in the transaction that takes the events; here it is read. */
export type ReactionStore = {
  /** How many readers each fact is true of. A campaign without any is left out. */
  counts(campaignIds: readonly string[]): Promise<ReadonlyMap<string, Readonly<Record<Fact, number>>>>
  /** The facts of these deliveries of a campaign; those that nothing was heard of are left out. */
  of(campaignId: string, deliveryIds: readonly string[]): Promise<ReadonlyMap<string, Facts>>
  /** A reader has left by the hub's own link in this mail; once, however often it is told. */
  leftByLink(delivery: DeliveryName, at: number): Promise<void>
  /** To whom a mail went; undefined when that is not known any more. */
  addressOf(delivery: DeliveryName): Promise<string | undefined>
}

/** Which worker looks after which chunk now. BullMQ on Redis, a table when embedded. */
export type SendQueue = {
  /** Chunks that are in the queue already, waiting or being worked on, are passed over. */
  add(refs: readonly ChunkRef[]): Promise<void>
  /**
   * Hands chunks of a lane to `handle`, so many at a time. When `handle` resolves, the chunk leaves the queue and may be
   * added again; when the worker dies, the chunk is handed to another one after a while (≤ 30 s).
   */
  work(
    lane: string,
    width: number,
    handle: (ref: ChunkRef, signal: AbortSignal) => Promise<void>,
  ): { close(): Promise<void> }
  close(): Promise<void>
}

/** What a worker may do next with a chunk. */
export type Step = 'go' | 'paused' | 'cancelled' | 'fenced'

/** What the ledger has not been told yet, mail by mail, among all workers; survives kill -9 of any of them. */
export type Marks = {
  /** Takes a chunk over: whoever had it before is fenced off from now on. Gives what is marked. */
  take(ref: ChunkRef): Promise<{
    readonly token: number
    readonly outcomes: readonly Outcome[]
    readonly inDoubt: readonly number[]
  }>
  /**
   * One round trip for the mails of a moment: records what became of the last ones, checks token and campaign, claims the
   * next ones. A fenced caller's outcomes are not taken; a campaign that does not run has them recorded, and claims none.
   */
  step(ref: ChunkRef, token: number, outcomes: readonly Outcome[], claims: readonly number[]): Promise<Step>
  /** After the ledger has everything. Does nothing for a fenced token. */
  drop(ref: ChunkRef, token: number): Promise<void>
  /** Takes hold at the very next step of every worker. */
  setCampaign(campaignId: string, state: 'running' | 'paused' | 'cancelled'): Promise<void>
}

/** Pace of the lanes: totals over all workers. */
export type LaneState = {
  readonly name: string
  readonly state: 'open' | 'slowed' | 'paused'
  readonly reason: string | null
  /** Mails a second that are allowed now. */
  readonly perSecond: number
}

export type LaneControl = {
  /**
   * A right to send `count` mails at most, now, in portions of about 100 ms; or none, and when to ask again. Over any
   * second all workers together are given no more than the lane's rate and a tenth of it.
   */
  lease(lane: string, count: number): Promise<{ readonly granted: number; readonly retryAfterMs: number }>
  /**
   * A place among the lane's connections, over all workers; free again soon after the worker has died. While several
   * owners ask, each gets its share, and where there are fewer places than owners they go round: so give a place back
   * after a second or so, and ask again.
   */
  connect(
    lane: string,
    owner: string,
  ): Promise<{ readonly granted: boolean; readonly release: () => Promise<void> }>
  /** Success speeds a slowed lane up (additive), deferral slows it (multiplicative). */
  report(lane: string, result: 'sent' | 'deferred', reason?: string): Promise<void>
  /** A sender's fault: nothing goes out on the lane until it is resumed or its time is over. */
  pause(lane: string, reason: string, untilMs: number): Promise<void>
  resume(lane: string): Promise<void>
  states(): Promise<readonly LaneState[]>
}

export type OutgoingMail = {
  readonly to: { readonly name: string; readonly address: string }
  readonly subject: string
  readonly html: string
  readonly text: string
  readonly replyTo: string | null
  /** `left@right`, without the angle brackets; the same for every try of this mail. */
  readonly messageId: string
  readonly headers: Readonly<Record<string, string>>
}

export type SendResult =
  | { readonly kind: 'sent'; readonly response: string }
  /** 421, 4xx: try later. */
  | { readonly kind: 'deferred'; readonly response: string }
  /** 5xx about this reader or this mail. `unknownReader`: 5.1.x, the address does not exist. */
  | { readonly kind: 'failed'; readonly response: string; readonly unknownReader: boolean }
  /** 530, 534, 535, 5.7.8, 5.7.515, or any 5xx before the server has heard of the reader: our account, not theirs. */
  | { readonly kind: 'sender_fault'; readonly response: string }
  /** No connection, or it was lost before the server had said that it took the mail. `inDoubt`: after all of it had
   * been sent, so that it may have been taken. */
  | { readonly kind: 'unreachable'; readonly response: string; readonly inDoubt?: boolean }

export type Mailer = {
  readonly transport: 'smtp' | 'outbox'
  /** Never throws for what a server says or does; bounded in time (30 s). */
  send(mail: OutgoingMail): Promise<SendResult>
  close(): Promise<void>
}
