// What a campaign asks of the world. Every sentence is a promise of test/contracts/.
//
// A campaign is a ledger, not a queue of mails: one delivery row a recipient, in SQL. Rows are grouped in chunks of one
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
  /** Newest first, or from the first one on. `beyond`: the id of the last one of the page before. */
  list(limit: number, beyond?: string, order?: Order): Promise<readonly CampaignHead[]>
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
  /** How many there are of each status; a status that none has is left out. */
  countByStatus(): Promise<ReadonlyMap<CampaignStatus, number>>
  /** Cancelled ones whose deliveries are not all cancelled yet: Ledger.cancel goes on with them. */
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

/** `skipped`: subscribers who are subscribed and get nothing all the same, by why. */
type Audience = { readonly recipients: number; readonly skipped: Readonly<Record<string, number>> }

export type Ledger = {
  /**
   * Writes the deliveries of the next subscribers of a running campaign (subscribed at or before its start, in keyset
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
   * Makes failed deliveries queued again, those of one group of reasons where it is given; how many. A finished campaign
   * runs again, in the same transaction. Throws campaign.wrong_state for a draft, scheduled or cancelled one.
   */
  retryFailed(campaignId: string, now: number, reason?: string): Promise<number>
  /** Makes a running campaign finished when it is expanded and nothing is queued or deferred; false when it is not so. */
  finishIfDone(campaignId: string, now: number): Promise<boolean>
  /** Why deliveries failed, and why they were skipped: groups of reasons (see reasons.ts), and how many each has. */
  reasons(campaignId: string): Promise<Readonly<Record<'failed' | 'skipped', ReadonlyMap<string, number>>>>
  /** How many deliveries of each campaign, and lane of it, are in each state. */
  tallies(
    campaignIds: readonly string[],
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, Readonly<Record<DeliveryStatus, number>>>>>
  /**
   * Forgets whose an address's deliveries were, in every campaign; how many. They stay, and are counted. Reads the chunks
   * that note the address, and those of before, which note none: these take about a second for a million deliveries.
   */
  erase(email: string): Promise<number>
  /** Who would get it if it started now; once it is expanded: whom it has taken. */
  audience(campaign: Pick<CampaignHead, 'id' | 'expanded'>, now: number): Promise<Audience>
  /** Those that fit all of what is asked, in order of their ids. */
  deliveries(query: DeliveryQuery): Promise<readonly ListedDelivery[]>
  /**
   * What one subscriber got of each campaign, or did not, newest campaign first. `before`: the id of the last one's
   * campaign.
   */
  deliveriesTo(subscriberId: string, limit: number, before?: string): Promise<readonly DeliveryTo[]>
}

/** What recipients are asked for by. */
export const PEOPLE = ['delivered', 'opened', 'clicked', 'bounced', 'complained', 'unsubscribed'] as const
export type PeopleFact = (typeof PEOPLE)[number]

export type DeliveryQuery = {
  readonly campaignId: string
  readonly status?: DeliveryStatus | undefined
  /** What is known of the recipient. */
  readonly people?: PeopleFact | undefined
  /** The group of a reason why it failed, waits or was skipped. */
  readonly reason?: string | undefined
  /** A part of the address. */
  readonly q?: string | undefined
  readonly after?: string | undefined
  /** desc: the last one first. */
  readonly order?: Order | undefined
  readonly limit: number
}

/** `isListed`: the subscriber is still there, and can be asked for. */
export type ListedDelivery = Delivery & { readonly isListed: boolean }
export type DeliveryTo = Delivery & { readonly subject: string }

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
