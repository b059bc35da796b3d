// The mailing list's tables on SQLite. schema.list.mysql.ts holds the same ones.
import { blob, index, integer, primaryKey, sqliteTable, text } from '../driver/drizzle.sqlite.ts'
import type { SuppressionReason } from '../../../core/list/ports.ts'

export const subscribers = sqliteTable(
  'subscribers',
  {
    id: text().primaryKey(),
    /** As typed. */
    email: text().notNull(),
    /** What two addresses are compared by: emailKey() in core/list/subscriber.ts. */
    emailKey: text('email_key').notNull().unique('subscribers_email_key'),
    name: text().notNull(),
    /** 1 = wants mail. */
    subscribed: integer().notNull(),
    /** Since when; null for one who never was. It stays when the subscriber leaves. */
    subscribedAt: integer('subscribed_at'),
    /** Since when one has asked to be subscribed and not confirmed it yet (double opt-in); 0 = does not wait. */
    waiting: integer().notNull(),
    /** Of the mail that asks for it; null where the next one may go out at once. */
    confirmationSentAt: integer('confirmation_sent_at'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [index('subscribers_subscribed').on(t.subscribed, t.id)],
)

/**
 * What `q` may begin: core/list/search.ts. The address itself is not among them: its key has an index already. An
 * empty text marks those to whom no mail can be sent: isBeyondAscii() in core/campaigns/mail/mailbox.ts.
 */
export const subscriberStarts = sqliteTable(
  'subscriber_starts',
  {
    text: text().notNull(),
    /** The subscriber's, as bytes: half as long, and there are several for each. */
    id: blob({ mode: 'buffer' }).notNull(),
    shared: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.text, t.id] }), index('subscriber_starts_id').on(t.id)],
)

/** Subscribers whose starts are not written yet, by their ids: those who were there before the table was. */
export const startless = sqliteTable('startless', {
  after: text().primaryKey(),
  until: text().notNull(),
})

/** No foreign key: a suppression outlives the subscriber, and may come before there is one. */
export const suppressions = sqliteTable('suppressions', {
  /** emailKey(), or for an erased person only its keyed hash. */
  emailKey: text('email_key').primaryKey(),
  /** As it was told; null for an erased person. */
  email: text(),
  reason: text().$type<SuppressionReason>().notNull(),
  source: text().notNull(),
  since: integer().notNull(),
  /** null = for good. */
  until: integer(),
})

/** When an address was allowed again by hand: what happened before is history, and may be told later. */
export const liftings = sqliteTable('liftings', {
  /** As in suppressions. */
  emailKey: text('email_key').primaryKey(),
  at: integer().notNull(),
})
