// What came back of the mails, on SQLite. Only tracking writes these tables. schema.loop.mysql.ts holds the same ones.
import { integer, primaryKey, sqliteTable, text } from '../driver/drizzle.sqlite.ts'

/** Of each delivery that an event was about: since when each fact is true. See core/loop/heard.ts. */
export const reactions = sqliteTable(
  'reactions',
  {
    campaignId: text('campaign_id').notNull(),
    chunk: integer().notNull(),
    n: integer().notNull(),
    /** Mandrill's `_id` that was heard first. */
    messageId: text('message_id'),
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
    /** What the facts are made from. */
    heard: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.chunk, t.n] })],
)

/** Which delivery a message of Mandrill's is. A delivery has two of them when a crash made it go out twice. */
export const messageLinks = sqliteTable('message_links', {
  messageId: text('message_id').primaryKey(),
  campaignId: text('campaign_id').notNull(),
  chunk: integer().notNull(),
  n: integer().notNull(),
})

/** How many subscribers of a campaign each fact is true of; and as `base …` how many there were when it did not run last. */
export const reactionCounts = sqliteTable(
  'reaction_counts',
  { campaignId: text('campaign_id').notNull(), fact: text().notNull(), count: integer().notNull() },
  (t) => [primaryKey({ columns: [t.campaignId, t.fact] })],
)

/**
 * The deliveries of which the rarer facts are, or were, true: found here, not by going through all reactions. Only added to.
 */
export const reactionPlaces = sqliteTable(
  'reaction_places',
  {
    campaignId: text('campaign_id').notNull(),
    fact: text().notNull(),
    chunk: integer().notNull(),
    n: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.fact, t.chunk, t.n] })],
)

/** How many people, and how many robots, have followed each link of a campaign. '' stands for all other links. */
export const linkCounts = sqliteTable(
  'link_counts',
  {
    campaignId: text('campaign_id').notNull(),
    link: text().notNull(),
    fact: text().$type<'clicked' | 'robotClicked'>().notNull(),
    count: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.link, t.fact] })],
)

/** Who left by the hub's own link, and by which mail. The unsubscribe page writes it, once a delivery. */
export const linkUnsubscribes = sqliteTable(
  'link_unsubscribes',
  {
    campaignId: text('campaign_id').notNull(),
    chunk: integer().notNull(),
    n: integer().notNull(),
    at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.campaignId, t.chunk, t.n] })],
)
