// What came back of the mails. Only tracking writes these tables.
import type { Columns } from './columns.sqlite.ts'

export function loopTables(c: Columns) {
  /** Of each delivery that an event was about: since when each fact is true. See core/loop/reactions.ts. */
  const reactions = c.table(
    'reactions',
    {
      campaignId: c.key(36, 'campaign_id').notNull(),
      chunk: c.small().notNull(),
      n: c.small().notNull(),
      /** Mandrill's `_id` that was heard first. */
      messageId: c.key(128, 'message_id'),
      settled: c.integer('settled_at'),
      delivered: c.integer('delivered_at'),
      opened: c.integer('opened_at'),
      clicked: c.integer('clicked_at'),
      bounced: c.integer('bounced_at'),
      softBounced: c.integer('soft_bounced_at'),
      complained: c.integer('complained_at'),
      unsubscribed: c.integer('unsubscribed_at'),
      rejected: c.integer('rejected_at'),
      robotOpened: c.integer('robot_opened_at'),
      robotClicked: c.integer('robot_clicked_at'),
      /** What the facts are made from. */
      heard: c.longText().notNull(),
    },
    (t) => [c.primaryKey({ columns: [t.campaignId, t.chunk, t.n] })],
  )

  /** Which delivery a message of Mandrill's is. A delivery has two of them when a crash made it go out twice. */
  const messageLinks = c.table('message_links', {
    messageId: c.key(128, 'message_id').primaryKey(),
    campaignId: c.key(36, 'campaign_id').notNull(),
    chunk: c.small().notNull(),
    n: c.small().notNull(),
  })

  /** How many subscribers of a campaign each fact is true of; and as `base …` how many there were when it did not run last. */
  const reactionCounts = c.table(
    'reaction_counts',
    { campaignId: c.key(36, 'campaign_id').notNull(), fact: c.key(32).notNull(), count: c.small().notNull() },
    (t) => [c.primaryKey({ columns: [t.campaignId, t.fact] })],
  )

  /**
   * The deliveries of which the rarer facts are, or were, true: found here, not by going through all reactions. Only added to.
   */
  const reactionPlaces = c.table(
    'reaction_places',
    {
      campaignId: c.key(36, 'campaign_id').notNull(),
      fact: c.key(32).notNull(),
      chunk: c.small().notNull(),
      n: c.small().notNull(),
    },
    (t) => [c.primaryKey({ columns: [t.campaignId, t.fact, t.chunk, t.n] })],
  )

  /** How many people, and how many robots, have followed each link of a campaign. '' stands for all other links. */
  const linkCounts = c.table(
    'link_counts',
    {
      campaignId: c.key(36, 'campaign_id').notNull(),
      link: c.key(16).notNull(),
      fact: c.key(32).$type<'clicked' | 'robotClicked'>().notNull(),
      count: c.small().notNull(),
    },
    (t) => [c.primaryKey({ columns: [t.campaignId, t.link, t.fact] })],
  )

  /** Who left by the hub's own link, and by which mail. The unsubscribe page writes it, once a delivery. */
  const linkUnsubscribes = c.table(
    'link_unsubscribes',
    {
      campaignId: c.key(36, 'campaign_id').notNull(),
      chunk: c.small().notNull(),
      n: c.small().notNull(),
      at: c.integer().notNull(),
    },
    (t) => [c.primaryKey({ columns: [t.campaignId, t.chunk, t.n] })],
  )

  return { reactions, messageLinks, reactionCounts, reactionPlaces, linkCounts, linkUnsubscribes }
}
