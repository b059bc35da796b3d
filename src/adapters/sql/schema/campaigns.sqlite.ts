// The tables of campaigns on SQLite: campaigns, and the ledger of who is to get each. See schema.sqlite.ts.
import { index, integer, primaryKey, sqliteTable, text } from '../driver/drizzle.sqlite.ts'
import type { Campaign, CampaignStatus, DeliveryStatus } from '../../../core/campaigns/ports.ts'

export const campaigns = sqliteTable(
  'campaigns',
  {
    id: text().primaryKey(),
    status: text().$type<CampaignStatus>().notNull(),
    statusReason: text('status_reason'),
    transport: text().$type<Campaign['transport']>().notNull(),
    subject: text().notNull(),
    content: text().notNull(),
    text: text(),
    preheader: text(),
    replyTo: text('reply_to'),
    tag: text(),
    createdAt: integer('created_at').notNull(),
    sendAt: integer('send_at'),
    startedAt: integer('started_at'),
    finishedAt: integer('finished_at'),
    /** 1 when every recipient has a delivery. */
    expanded: integer().notNull(),
    /** The subscriber after whom the expansion goes on. Never null: that is how a step fails that came too late. */
    expandedTo: text('expanded_to').notNull(),
    nextChunk: integer('next_chunk').notNull(),
    idempotencyKey: text('idempotency_key').unique('campaigns_idempotency_key'),
    /** Of the request that the key came with. */
    fingerprint: text(),
  },
  (t) => [index('campaigns_status').on(t.status, t.id)],
)

/**
 * Each chunk counts its deliveries. One writer at a time changes a chunk's deliveries and its counts together:
 * `version` is what tells the others.
 */
export const chunks = sqliteTable(
  'chunks',
  {
    campaignId: text('campaign_id').notNull(),
    number: integer().notNull(),
    lane: text().notNull(),
    /** When the first of what is queued or deferred is due; null when nothing is. */
    dueAt: integer('due_at'),
    version: integer().notNull(),
    queued: integer().notNull(),
    sent: integer().notNull(),
    deferred: integer().notNull(),
    failed: integer().notNull(),
    skipped: integer().notNull(),
    cancelled: integer().notNull(),
    /** Why: see core/campaigns/reasons.ts. Null where it is not counted. */
    reasons: text(),
    /** Its subscribers' ids are in order: a subscriber's delivery is found without an index over millions of rows. */
    firstReader: text('first_reader').notNull(),
    lastReader: text('last_reader').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.campaignId, t.number] }),
    index('chunks_due').on(t.campaignId, t.lane, t.dueAt),
    index('chunks_readers').on(t.campaignId, t.lastReader),
  ],
)

export const deliveries = sqliteTable(
  'deliveries',
  {
    campaignId: text('campaign_id').notNull(),
    chunk: integer().notNull(),
    n: integer().notNull(),
    subscriberId: text('subscriber_id').notNull(),
    email: text().notNull(),
    name: text().notNull(),
    status: text().$type<DeliveryStatus>().notNull(),
    attempts: integer().notNull(),
    /** Attempts before it was last made queued again: its patience counts from there. */
    earlierAttempts: integer('earlier_attempts').notNull(),
    dueAt: integer('due_at').notNull(),
    reason: text(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.chunk, t.n] })],
)
