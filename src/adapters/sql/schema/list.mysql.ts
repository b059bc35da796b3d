// The mailing list's tables on MySQL and MariaDB. schema.list.sqlite.ts holds the same ones, and says what is in them.
import { index, mysqlTable, primaryKey } from '../driver/drizzle.mysql.ts'
import type { SuppressionReason } from '../../../core/list/ports.ts'
import { id16, integer, key } from './columns.mysql.ts'

export const subscribers = mysqlTable(
  'subscribers',
  {
    id: key({ length: 36 }).primaryKey(),
    email: key({ length: 254 }).notNull(),
    emailKey: key('email_key', { length: 320 }).notNull().unique('subscribers_email_key'),
    name: key({ length: 200 }).notNull(),
    subscribed: integer('subscribed').notNull(),
    subscribedAt: integer('subscribed_at'),
    waiting: integer('waiting').notNull(),
    confirmationSentAt: integer('confirmation_sent_at'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [index('subscribers_subscribed').on(t.subscribed, t.id)],
)

export const subscriberStarts = mysqlTable(
  'subscriber_starts',
  {
    text: key({ length: 64 }).notNull(),
    id: id16('id').notNull(),
    shared: integer('shared').notNull(),
  },
  (t) => [primaryKey({ columns: [t.text, t.id] }), index('subscriber_starts_id').on(t.id)],
)

export const startless = mysqlTable('startless', {
  after: key({ length: 36 }).primaryKey(),
  until: key({ length: 36 }).notNull(),
})

export const suppressions = mysqlTable('suppressions', {
  emailKey: key('email_key', { length: 320 }).primaryKey(),
  email: key({ length: 254 }),
  reason: key({ length: 16 }).$type<SuppressionReason>().notNull(),
  source: key({ length: 64 }).notNull(),
  since: integer('since').notNull(),
  until: integer('until'),
})

export const liftings = mysqlTable('liftings', {
  emailKey: key('email_key', { length: 320 }).primaryKey(),
  at: integer('at').notNull(),
})
