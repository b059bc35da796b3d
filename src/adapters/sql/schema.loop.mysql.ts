// What came back of the mails, on MySQL and MariaDB. schema.loop.sqlite.ts holds the same tables, and says what they mean.
import { bigint, customType, int, mysqlTable, primaryKey } from 'drizzle-orm/mysql-core'

// Compared byte by byte whatever the database's own collation is, as SQLite does.
const BINARY = 'character set utf8mb4 collate utf8mb4_bin'
const key = customType<{ data: string; config: { length: number }; configRequired: true }>({
  dataType: ({ length }) => `varchar(${length}) ${BINARY}`,
})
const longText = customType<{ data: string }>({ dataType: () => `longtext ${BINARY}` })
const instant = (name: string) => bigint(name, { mode: 'number' })

export const reactions = mysqlTable(
  'reactions',
  {
    campaignId: key('campaign_id', { length: 36 }).notNull(),
    chunk: int().notNull(),
    n: int().notNull(),
    messageId: key('message_id', { length: 128 }),
    settled: instant('settled_at'),
    delivered: instant('delivered_at'),
    opened: instant('opened_at'),
    clicked: instant('clicked_at'),
    bounced: instant('bounced_at'),
    softBounced: instant('soft_bounced_at'),
    complained: instant('complained_at'),
    unsubscribed: instant('unsubscribed_at'),
    rejected: instant('rejected_at'),
    robotOpened: instant('robot_opened_at'),
    robotClicked: instant('robot_clicked_at'),
    heard: longText().notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.chunk, t.n] })],
)

export const messageLinks = mysqlTable('message_links', {
  messageId: key('message_id', { length: 128 }).primaryKey(),
  campaignId: key('campaign_id', { length: 36 }).notNull(),
  chunk: int().notNull(),
  n: int().notNull(),
})

export const reactionCounts = mysqlTable(
  'reaction_counts',
  {
    campaignId: key('campaign_id', { length: 36 }).notNull(),
    fact: key({ length: 32 }).notNull(),
    count: int().notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.fact] })],
)

export const linkUnsubscribes = mysqlTable(
  'link_unsubscribes',
  {
    campaignId: key('campaign_id', { length: 36 }).notNull(),
    chunk: int().notNull(),
    n: int().notNull(),
    at: instant('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.chunk, t.n] })],
)
