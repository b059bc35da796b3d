// What campaigns ask of the world. Every sentence is a promise of test/contracts/.
//
// A campaign is a ledger, not a queue of mails: one delivery row per recipient, in SQL. Rows are grouped in chunks of one
// lane. What sends them is in sending/ports.ts.

import type { Order } from '../ports.ts'

export const CAMPAIGN_STATUSES = ['draft', 'scheduled', 'running', 'paused', 'finished', 'cancelled'] as const
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number]

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

/** A campaign without its texts, which may be a megabyte each. */
export type CampaignHead = Omit<Campaign, 'content' | 'text'>

export type CampaignStore = {
  /**
   * With an idempotency key that was used before it returns that campaign, and created = false. Throws
   * campaign.idempotency_conflict if the key was used with another fingerprint.
   */
  create(
    campaign: Campaign,
    idempotencyKey?: string,
    fingerprint?: string,
  ): Promise<{ readonly campaign: Campaign; readonly created: boolean }>
  /** The campaign that was created with this key, if any. Throws like create. */
  repeated(idempotencyKey: string, fingerprint: string): Promise<Campaign | undefined>
  get(id: string): Promise<Campaign | undefined>
  /** Newest first, unless `order` says otherwise. `beyond`: the id of the last one on the previous page. */
  list(limit: number, beyond?: string, order?: Order): Promise<readonly CampaignHead[]>
  /** False if its status is no longer one of `from`: someone else was faster. */
  change(
    id: string,
    from: readonly CampaignStatus[],
    to: Partial<Omit<Campaign, 'id' | 'expanded'>>,
  ): Promise<boolean>
  /** Only drafts and scheduled campaigns; false for any other. */
  remove(id: string): Promise<boolean>
  /** Running campaigns, and scheduled ones that are due (the feeder starts them). Oldest start first. */
  active(now: number): Promise<readonly CampaignHead[]>
  /** How many campaigns have each status. Statuses without any are left out. */
  countByStatus(): Promise<ReadonlyMap<CampaignStatus, number>>
  /** Cancelled campaigns with deliveries that are not cancelled yet: Ledger.cancel goes on with them. */
  cancelling(): Promise<readonly CampaignHead[]>
}

/** A chunk of one campaign: at most 500 deliveries of one lane. */
export type ChunkRef = { readonly campaignId: string; readonly chunk: number; readonly lane: string }

export const DELIVERY_STATUSES = ['queued', 'sent', 'deferred', 'failed', 'skipped', 'cancelled'] as const
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number]

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
  /** Tries in which there was a connection. Only grows, even over retryFailed. */
  readonly attempts: number
  /** How many of these were before the last retryFailed: RETRY_DELAYS count from there. */
  readonly earlierAttempts: number
  readonly dueAt: number
  /** Why it failed, waits or was skipped: a server's answer, or the hub's own words. */
  readonly reason: string | null
  readonly updatedAt: number
}

/** The result of one try to send a delivery. */
export type Outcome = {
  /** Which delivery of its chunk. */
  readonly n: number
  readonly status: Exclude<DeliveryStatus, 'queued'>
  /** One more than the delivery had if there was a connection (always for sent), else the same. */
  readonly attempts: number
  /** When a deferred one is to be tried again. */
  readonly dueAt: number
  readonly reason: string | null
  readonly at: number
}

/** `skipped`: how many are subscribed and yet get nothing, by reason. */
type Audience = { readonly recipients: number; readonly skipped: Readonly<Record<string, number>> }

export type Ledger = {
  /**
   * Writes the deliveries of the next `limit` subscribers of a running campaign (those subscribed at or before its start)
   * and moves the campaign's place in the list in the same transaction. Of two callers at once one does it, the other gets
   * 'busy'. 'done': there are no more, and the campaign is expanded.
   */
  expand(
    campaignId: string,
    laneOf: (email: string) => string,
    limit: number,
    now: number,
  ): Promise<'more' | 'done' | 'busy'>
  /** Chunks with something due, earliest first: these must be in the queue. */
  dueChunks(campaignId: string, lane: string, now: number, limit: number): Promise<readonly ChunkRef[]>
  /** The deliveries of a chunk that are still to be sent and due. */
  open(ref: ChunkRef, now: number): Promise<readonly Delivery[]>
  /**
   * Writes outcomes in bulk and sets when the chunk is due again. Repeating it changes nothing; an outcome never overwrites
   * one of a later attempt, nor a final one (sent, failed, skipped, cancelled), with one exception: when a mail was under
   * way while its campaign was cancelled, `sent` or `failed` replaces `cancelled`.
   */
  record(ref: ChunkRef, outcomes: readonly Outcome[]): Promise<void>
  /**
   * One step of cancelling what is queued or deferred in a cancelled campaign: about `limit` deliveries. Returns how many
   * were left to do; 0: all is done, and the campaign's finishedAt is set.
   */
  cancel(campaignId: string, limit: number, now: number): Promise<number>
  /**
   * Queues failed deliveries again, only those of one group of reasons if it is given; returns how many. A finished campaign
   * runs again, in the same transaction. Throws campaign.wrong_state for a draft, scheduled or cancelled one.
   */
  retryFailed(campaignId: string, now: number, reason?: string): Promise<number>
  /** Finishes a running campaign if it is expanded and nothing is queued or deferred; else returns false. */
  finishIfDone(campaignId: string, now: number): Promise<boolean>
  /** Why deliveries failed, and why they were skipped: groups of reasons (see reasons.ts) with their counts. */
  reasons(campaignId: string): Promise<Readonly<Record<'failed' | 'skipped', ReadonlyMap<string, number>>>>
  /** By campaign and lane: how many deliveries are in each state. */
  tallies(
    campaignIds: readonly string[],
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, Readonly<Record<DeliveryStatus, number>>>>>
  /**
   * Erases the person from the deliveries to an address, in every campaign; returns how many. They stay and are counted.
   * Reads the chunks that note the address, and older ones without notes: those take about a second per million deliveries.
   */
  erase(email: string): Promise<number>
  /** Who would get the campaign if it started now; once it is expanded: who is in it. */
  audience(campaign: Pick<CampaignHead, 'id' | 'expanded'>, now: number): Promise<Audience>
  /** The deliveries that match all of the query, in order of their ids. */
  deliveries(query: DeliveryQuery): Promise<readonly ListedDelivery[]>
  /**
   * The deliveries to one subscriber, newest campaign first. `before`: the campaign of the last one on the previous page.
   */
  deliveriesTo(subscriberId: string, limit: number, before?: string): Promise<readonly DeliveryTo[]>
}

/** The reactions by which deliveries can be selected. */
export const PEOPLE = ['delivered', 'opened', 'clicked', 'bounced', 'complained', 'unsubscribed'] as const
export type PeopleFact = (typeof PEOPLE)[number]

export type DeliveryQuery = {
  readonly campaignId: string
  readonly status?: DeliveryStatus | undefined
  /** A reaction of the recipient. */
  readonly people?: PeopleFact | undefined
  /** A group of reasons why it failed, waits or was skipped. */
  readonly reason?: string | undefined
  /** A part of the address. */
  readonly q?: string | undefined
  readonly after?: string | undefined
  /** desc: the last one first. */
  readonly order?: Order | undefined
  readonly limit: number
}

/** `isListed`: the subscriber is still on the list. */
export type ListedDelivery = Delivery & { readonly isListed: boolean }
export type DeliveryTo = Delivery & { readonly subject: string }

export type OutgoingMail = {
  readonly to: { readonly name: string; readonly address: string }
  readonly subject: string
  readonly html: string
  readonly text: string
  readonly replyTo: string | null
  /** `left@right`, without angle brackets; the same for each try to send this mail. */
  readonly messageId: string
  readonly headers: Readonly<Record<string, string>>
}
