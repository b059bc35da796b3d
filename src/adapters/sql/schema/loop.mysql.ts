// What came back of the mails, on MySQL and MariaDB. schema.loop.sqlite.ts holds the same tables, and says what they mean.
import { int, mysqlTable, primaryKey } from '../driver/drizzle.mysql.ts'
import { integer, key, longText } from './columns.mysql.ts'

export const reactions = mysqlTable(
  'reactions',
  {
    campaignId: key('campaign_id', { length: 36 }).notNull(),
    chunk: int().notNull(),
    n: int().notNull(),
    messageId: key('message_id', { length: 128 }),
    settled: integer('settled_at'),
    delivered: integer('delivered_at'),
    opened: integer('opened_at'),
    clicked: integer('clicked_at'),
    bounced: integer('bounced_at'),
    softBounced: integer('soft_bounced_at'),
    complained: integer('complained_at'),
    unsubscribed: integer('unsubscribed_at'),
    rejected: integer('rejected_at'),
    robotOpened: integer('robot_opened_at'),
    robotClicked: integer('robot_clicked_at'),
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

export const reactionPlaces = mysqlTable(
  'reaction_places',
  {
    campaignId: key('campaign_id', { length: 36 }).notNull(),
    fact: key({ length: 32 }).notNull(),
    chunk: int().notNull(),
    n: int().notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.fact, t.chunk, t.n] })],
)

export const linkCounts = mysqlTable(
  'link_counts',
  {
    campaignId: key('campaign_id', { length: 36 }).notNull(),
    link: key({ length: 16 }).notNull(),
    fact: key({ length: 32 }).$type<'clicked' | 'robotClicked'>().notNull(),
    count: int().notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.link, t.fact] })],
)

export const linkUnsubscribes = mysqlTable(
  'link_unsubscribes',
  {
    campaignId: key('campaign_id', { length: 36 }).notNull(),
    chunk: int().notNull(),
    n: int().notNull(),
    at: integer('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.chunk, t.n] })],
)
