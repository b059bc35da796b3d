// The tables of campaigns: campaigns, and the ledger of who is to get each.
import type { Campaign, CampaignStatus, DeliveryStatus } from '../../../core/campaigns/ports.ts'
import type { Columns } from './columns.sqlite.ts'

export function campaignTables(c: Columns) {
  const campaigns = c.table(
    'campaigns',
    {
      id: c.key(36).primaryKey(),
      status: c.key(16).$type<CampaignStatus>().notNull(),
      statusReason: c.longText('status_reason'),
      transport: c.key(16).$type<Campaign['transport']>().notNull(),
      subject: c.longText().notNull(),
      content: c.longText().notNull(),
      text: c.longText(),
      preheader: c.longText(),
      replyTo: c.longText('reply_to'),
      tag: c.longText(),
      createdAt: c.integer('created_at').notNull(),
      sendAt: c.integer('send_at'),
      startedAt: c.integer('started_at'),
      finishedAt: c.integer('finished_at'),
      /** 1 when every recipient has a delivery. */
      expanded: c.small().notNull(),
      /** The subscriber after whom the expansion goes on. Never null: that is how a step fails that came too late. */
      expandedTo: c.key(36, 'expanded_to').notNull(),
      nextChunk: c.small('next_chunk').notNull(),
      idempotencyKey: c.key(255, 'idempotency_key').unique('campaigns_idempotency_key'),
      /** Of the request that the key came with. */
      fingerprint: c.key(64),
    },
    (t) => [c.index('campaigns_status').on(t.status, t.id)],
  )

  /**
   * Each chunk counts its deliveries. One writer at a time changes a chunk's deliveries and its counts together:
   * `version` is what tells the others.
   */
  const chunks = c.table(
    'chunks',
    {
      campaignId: c.key(36, 'campaign_id').notNull(),
      number: c.small().notNull(),
      lane: c.key(64).notNull(),
      /** When the first of what is queued or deferred is due; null when nothing is. */
      dueAt: c.integer('due_at'),
      version: c.small().notNull(),
      queued: c.small().notNull(),
      sent: c.small().notNull(),
      deferred: c.small().notNull(),
      failed: c.small().notNull(),
      skipped: c.small().notNull(),
      cancelled: c.small().notNull(),
      /** Why: see core/campaigns/reasons.ts. Null where it is not counted. */
      reasons: c.longText(),
      /** Its subscribers' ids are in order: a subscriber's delivery is found without an index over millions of rows. */
      firstReader: c.key(36, 'first_reader').notNull(),
      lastReader: c.key(36, 'last_reader').notNull(),
    },
    (t) => [
      c.primaryKey({ columns: [t.campaignId, t.number] }),
      c.index('chunks_due').on(t.campaignId, t.lane, t.dueAt),
      c.index('chunks_readers').on(t.campaignId, t.lastReader),
    ],
  )

  const deliveries = c.table(
    'deliveries',
    {
      campaignId: c.key(36, 'campaign_id').notNull(),
      chunk: c.small().notNull(),
      n: c.small().notNull(),
      subscriberId: c.key(36, 'subscriber_id').notNull(),
      email: c.key(320).notNull(),
      name: c.key(255).notNull(),
      status: c.key(16).$type<DeliveryStatus>().notNull(),
      attempts: c.small().notNull(),
      /** Attempts before it was last made queued again: its patience counts from there. */
      earlierAttempts: c.small('earlier_attempts').notNull(),
      dueAt: c.integer('due_at').notNull(),
      reason: c.key(1000),
      updatedAt: c.integer('updated_at').notNull(),
    },
    (t) => [c.primaryKey({ columns: [t.campaignId, t.chunk, t.n] })],
  )

  /** Whose deliveries a chunk has: see campaigns/names.ts. A row that is written once, beside one that changes often. */
  const chunkNames = c.table(
    'chunk_names',
    {
      campaignId: c.key(36, 'campaign_id').notNull(),
      chunk: c.small().notNull(),
      addresses: c.bytes().notNull(),
    },
    (t) => [c.primaryKey({ columns: [t.campaignId, t.chunk] })],
  )

  return { campaigns, chunks, deliveries, chunkNames }
}
