// The tables of campaigns on MySQL and MariaDB. campaigns.sqlite.ts holds the same ones, and says what they mean.
import { index, int, mysqlTable, primaryKey } from '../driver/drizzle.mysql.ts'
import type { Campaign, CampaignStatus, DeliveryStatus } from '../../../core/campaigns/ports.ts'
import { integer, key, longText } from './columns.mysql.ts'

export const campaigns = mysqlTable(
  'campaigns',
  {
    id: key({ length: 36 }).primaryKey(),
    status: key({ length: 16 }).$type<CampaignStatus>().notNull(),
    statusReason: longText('status_reason'),
    transport: key({ length: 16 }).$type<Campaign['transport']>().notNull(),
    subject: longText().notNull(),
    content: longText().notNull(),
    text: longText(),
    preheader: longText(),
    replyTo: longText('reply_to'),
    tag: longText(),
    createdAt: integer('created_at').notNull(),
    sendAt: integer('send_at'),
    startedAt: integer('started_at'),
    finishedAt: integer('finished_at'),
    expanded: int().notNull(),
    expandedTo: key('expanded_to', { length: 36 }).notNull(),
    nextChunk: int('next_chunk').notNull(),
    idempotencyKey: key('idempotency_key', { length: 255 }).unique('campaigns_idempotency_key'),
    fingerprint: key({ length: 64 }),
  },
  (t) => [index('campaigns_status').on(t.status, t.id)],
)

export const chunks = mysqlTable(
  'chunks',
  {
    campaignId: key('campaign_id', { length: 36 }).notNull(),
    number: int().notNull(),
    lane: key({ length: 64 }).notNull(),
    dueAt: integer('due_at'),
    version: int().notNull(),
    queued: int().notNull(),
    sent: int().notNull(),
    deferred: int().notNull(),
    failed: int().notNull(),
    skipped: int().notNull(),
    cancelled: int().notNull(),
    reasons: longText(),
    firstReader: key('first_reader', { length: 36 }).notNull(),
    lastReader: key('last_reader', { length: 36 }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.campaignId, t.number] }),
    index('chunks_due').on(t.campaignId, t.lane, t.dueAt),
    index('chunks_readers').on(t.campaignId, t.lastReader),
  ],
)

export const deliveries = mysqlTable(
  'deliveries',
  {
    campaignId: key('campaign_id', { length: 36 }).notNull(),
    chunk: int().notNull(),
    n: int().notNull(),
    subscriberId: key('subscriber_id', { length: 36 }).notNull(),
    email: key({ length: 320 }).notNull(),
    name: key({ length: 255 }).notNull(),
    status: key({ length: 16 }).$type<DeliveryStatus>().notNull(),
    attempts: int().notNull(),
    earlierAttempts: int('earlier_attempts').notNull(),
    dueAt: integer('due_at').notNull(),
    reason: key({ length: 1000 }),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.chunk, t.n] })],
)
