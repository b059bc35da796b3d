// The mailing list's tables.
import type { SuppressionReason } from '../../../core/list/ports.ts'
import type { Columns } from './columns.sqlite.ts'

export function listTables(c: Columns) {
  const subscribers = c.table(
    'subscribers',
    {
      id: c.key(36).primaryKey(),
      /** As typed. */
      email: c.key(254).notNull(),
      /** What two addresses are compared by: emailKey() in core/list/subscriber.ts. */
      emailKey: c.key(320, 'email_key').notNull().unique('subscribers_email_key'),
      name: c.key(200).notNull(),
      /** 1 = wants mail. */
      subscribed: c.integer().notNull(),
      /** Since when; null for one who never was. It stays when the subscriber leaves. */
      subscribedAt: c.integer('subscribed_at'),
      /** Since when one has asked to be subscribed and not confirmed it yet (double opt-in); 0 = does not wait. */
      waiting: c.integer().notNull(),
      /** Of the mail that asks for it; null where the next one may go out at once. */
      confirmationSentAt: c.integer('confirmation_sent_at'),
      createdAt: c.integer('created_at').notNull(),
      updatedAt: c.integer('updated_at').notNull(),
    },
    (t) => [c.index('subscribers_subscribed').on(t.subscribed, t.id)],
  )

  /**
   * What `q` may begin: core/list/search.ts. The address itself is not among them: its key has an index already. An
   * empty text marks those to whom no mail can be sent: isBeyondAscii() in core/addresses/mailbox.ts.
   */
  const subscriberStarts = c.table(
    'subscriber_starts',
    {
      text: c.key(64).notNull(),
      /** The subscriber's, as bytes: half as long, and there are several for each. */
      id: c.id16().notNull(),
      shared: c.integer().notNull(),
    },
    (t) => [c.primaryKey({ columns: [t.text, t.id] }), c.index('subscriber_starts_id').on(t.id)],
  )

  /** Subscribers whose starts are not written yet, by their ids: those who were there before the table was. */
  const startless = c.table('startless', {
    after: c.key(36).primaryKey(),
    until: c.key(36).notNull(),
  })

  /** How many are on the list, in parts that are added up: who adds to one does not wait for who adds to another. */
  const listTotals = c.table(
    'list_totals',
    {
      name: c.key(16).$type<'listed' | 'subscribed'>().notNull(),
      part: c.small().notNull(),
      count: c.small().notNull(),
    },
    (t) => [c.primaryKey({ columns: [t.name, t.part] })],
  )

  /** No foreign key: a suppression outlives the subscriber, and may come before there is one. */
  const suppressions = c.table(
    'suppressions',
    {
      /** emailKey(), or for an erased person only its keyed hash. */
      emailKey: c.key(320, 'email_key').primaryKey(),
      /** As it was told; null for an erased person. */
      email: c.key(254),
      reason: c.key(16).$type<SuppressionReason>().notNull(),
      source: c.key(64).notNull(),
      since: c.integer().notNull(),
      /** null = for good. */
      until: c.integer(),
      /** Who is on the list by this address, as bytes, and whether subscribed; null: nobody. See list/suppressed.ts. */
      subscriber: c.id16(),
      subscribed: c.small(),
    },
    (t) => [c.sparseIndex('suppressions_subscriber', t.subscriber, t.subscribed, t.reason, t.until)],
  )

  /** When an address was allowed again by hand: what happened before is history, and may be told later. */
  const liftings = c.table('liftings', {
    /** As in suppressions. */
    emailKey: c.key(320, 'email_key').primaryKey(),
    at: c.integer().notNull(),
  })

  return { subscribers, subscriberStarts, startless, listTotals, suppressions, liftings }
}
