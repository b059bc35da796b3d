// The tables on SQLite. schema.mysql.ts holds the same ones; dialect.ts checks that their rows agree.
import { blob, index, integer, primaryKey, sqliteTable, text } from '../driver/drizzle.sqlite.ts'
import { isNotNull } from '../driver/drizzle.ts'
import type { Kind } from '../../../core/events/event.ts'

export * from './list.sqlite.ts'
export * from './loop.sqlite.ts'
export * from './campaigns.sqlite.ts'

export const events = sqliteTable(
  'events',
  {
    epoch: integer().notNull(),
    seq: integer().notNull(),
    id: blob({ mode: 'buffer' }).notNull().unique('events_id'),
    kind: text().$type<Kind>().notNull(),
    receivedAt: integer('received_at').notNull(),
    occurredAt: integer('occurred_at'),
    messageId: text('message_id'),
    email: text(),
    campaignId: text('campaign_id'),
    /** 1: of another subaccount or sender of the account. It changes no subscriber, now or later. */
    notOurs: integer('not_ours'),
    /** What follows the @ of `email`. */
    domain: text(),
    /** Stands for the subject: see subjectKey. */
    subject: integer(),
    subaccount: text(),
    /** Of clicks, stands for the URL: see linkKey. */
    link: text(),
    /** The place, in the same epoch, of the block that holds its texts; null: they are in event_texts. */
    block: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.epoch, t.seq] }),
    index('events_kind').on(t.kind, t.epoch, t.seq),
    index('events_email').on(t.email, t.epoch, t.seq),
    index('events_message').on(t.messageId, t.epoch, t.seq),
    index('events_campaign').on(t.campaignId, t.epoch, t.seq),
    index('events_domain').on(t.domain, t.epoch, t.seq),
    index('events_subject').on(t.subject, t.epoch, t.seq),
    index('events_subaccount').on(t.subaccount, t.epoch, t.seq).where(isNotNull(t.subaccount)),
    index('events_link').on(t.link, t.epoch, t.seq).where(isNotNull(t.link)),
  ],
)

/** The words of the subjects that events have: each subject once. */
export const subjectWords = sqliteTable(
  'subject_words',
  { subject: integer('subject').notNull(), word: text().notNull() },
  (t) => [primaryKey({ columns: [t.subject, t.word] }), index('subject_words_word').on(t.word, t.subject)],
)

/** Between which places the events lie that were received in a stretch of time, `step` milliseconds long. */
export const eventSpans = sqliteTable(
  'event_spans',
  {
    step: integer('step').notNull(),
    start: integer('start').notNull(),
    firstEpoch: integer('first_epoch').notNull(),
    firstSeq: integer('first_seq').notNull(),
    lastEpoch: integer('last_epoch').notNull(),
    lastSeq: integer('last_seq').notNull(),
  },
  (t) => [primaryKey({ columns: [t.step, t.start] })],
)

/** The texts of a few events that came together, packed: see blocks.ts. The place is that of the first of them. */
export const eventBlocks = sqliteTable(
  'event_blocks',
  {
    epoch: integer().notNull(),
    seq: integer().notNull(),
    /** How often it was written anew: whoever takes an event out must have read the latest one. */
    version: integer().notNull(),
    data: blob({ mode: 'buffer' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.epoch, t.seq] })],
)

/**
 * Of events that are long, or were stored before there were blocks. Apart from `events`, so that a search reads through narrow rows; in parts, so that no text is too long for
 * a row.
 */
export const eventTexts = sqliteTable(
  'event_texts',
  {
    epoch: integer().notNull(),
    seq: integer().notNull(),
    part: integer().notNull(),
    text: text().notNull(),
    /** What was told of it, as JSON; null in all parts but the first, and where it was stored before facts were. */
    facts: text(),
    more: text(),
  },
  (t) => [primaryKey({ columns: [t.epoch, t.seq, t.part] })],
)

export const eventTags = sqliteTable(
  'event_tags',
  { tag: text().notNull(), epoch: integer().notNull(), seq: integer().notNull() },
  (t) => [
    primaryKey({ columns: [t.epoch, t.seq, t.tag] }),
    index('event_tags_tag').on(t.tag, t.epoch, t.seq),
  ],
)

/** Events received per minute, by kind: kept beside them, because counting them anew would take too long. */
export const eventCounts = sqliteTable(
  'event_counts',
  { minute: integer().notNull(), kind: text().$type<Kind>().notNull(), count: integer().notNull() },
  (t) => [primaryKey({ columns: [t.minute, t.kind] })],
)

/**
 * What the counts above do not tell: since when events are counted, be there any or none, and how many are counted there
 * no more. The row is made by a migration, when the database is.
 */
export const tallies = sqliteTable('tallies', {
  name: text().primaryKey(),
  since: integer().notNull(),
  gone: integer().notNull(),
})

/**
 * How far each reader has taken the feed. The rows are made by a migration, so that an update always finds
 * its own.
 */
export const positions = sqliteTable('positions', {
  name: text().primaryKey(),
  epoch: integer().notNull(),
  seq: integer().notNull(),
})

export const quarantine = sqliteTable(
  'quarantine',
  {
    id: text().primaryKey(),
    receivedAt: integer('received_at').notNull(),
    reason: text().notNull(),
  },
  (t) => [index('quarantine_received').on(t.receivedAt, t.id)],
)

export const quarantineTexts = sqliteTable(
  'quarantine_texts',
  { id: text().notNull(), part: integer().notNull(), text: text().notNull() },
  (t) => [primaryKey({ columns: [t.id, t.part] })],
)

export const leases = sqliteTable('leases', {
  name: text().primaryKey(),
  owner: text().notNull(),
  untilMs: integer('until_ms').notNull(),
})
