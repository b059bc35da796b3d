// The tables on MySQL and MariaDB, the same as in schema.sqlite.ts: dialect.ts checks that the rows agree.
import { customType, index, mysqlTable, primaryKey } from '../driver/drizzle.mysql.ts'
import type { Kind } from '../../../core/events/event.ts'
import { id16, integer, key, longText } from './columns.mysql.ts'

export * from './list.mysql.ts'
export * from './loop.mysql.ts'
export * from './campaigns.mysql.ts'

const mediumBlob = customType<{ data: Buffer }>({ dataType: () => 'mediumblob' })

export const events = mysqlTable(
  'events',
  {
    epoch: integer('epoch').notNull(),
    seq: integer('seq').notNull(),
    id: id16().notNull().unique('events_id'),
    kind: key({ length: 16 }).$type<Kind>().notNull(),
    receivedAt: integer('received_at').notNull(),
    occurredAt: integer('occurred_at'),
    messageId: key('message_id', { length: 128 }),
    email: key({ length: 320 }),
    campaignId: key('campaign_id', { length: 128 }),
    notOurs: integer('not_ours'),
    domain: key({ length: 64 }),
    subject: integer('subject'),
    subaccount: key({ length: 128 }),
    link: key({ length: 8 }),
    block: integer('block'),
  },
  (t) => [
    primaryKey({ columns: [t.epoch, t.seq] }),
    index('events_kind').on(t.kind, t.epoch, t.seq),
    index('events_email').on(t.email, t.epoch, t.seq),
    index('events_message').on(t.messageId, t.epoch, t.seq),
    index('events_campaign').on(t.campaignId, t.epoch, t.seq),
    index('events_domain').on(t.domain, t.epoch, t.seq),
    index('events_subject').on(t.subject, t.epoch, t.seq),
    index('events_subaccount').on(t.subaccount, t.epoch, t.seq),
    index('events_link').on(t.link, t.epoch, t.seq),
  ],
)

/** The words of the subjects that events have: each subject once. */
export const subjectWords = mysqlTable(
  'subject_words',
  { subject: integer('subject').notNull(), word: key({ length: 32 }).notNull() },
  (t) => [primaryKey({ columns: [t.subject, t.word] }), index('subject_words_word').on(t.word, t.subject)],
)

/** Between which places the events lie that were received in a stretch of time, `step` milliseconds long. */
export const eventSpans = mysqlTable(
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
export const eventBlocks = mysqlTable(
  'event_blocks',
  {
    epoch: integer('epoch').notNull(),
    seq: integer('seq').notNull(),
    /** How often it was written anew: whoever takes an event out must have read the latest one. */
    version: integer('version').notNull(),
    data: mediumBlob('data').notNull(),
  },
  (t) => [primaryKey({ columns: [t.epoch, t.seq] })],
)

/**
 * Of events that are long, or were stored before there were blocks. Apart from `events`, so that a search reads through narrow rows; in parts, so that no text is too long for
 * a row.
 */
export const eventTexts = mysqlTable(
  'event_texts',
  {
    epoch: integer('epoch').notNull(),
    seq: integer('seq').notNull(),
    part: integer('part').notNull(),
    text: longText().notNull(),
    /** What was told of it, as JSON; null in all parts but the first, and where it was stored before facts were. */
    facts: longText('facts'),
    more: longText('more'),
  },
  (t) => [primaryKey({ columns: [t.epoch, t.seq, t.part] })],
)

export const eventTags = mysqlTable(
  'event_tags',
  { tag: key({ length: 128 }).notNull(), epoch: integer('epoch').notNull(), seq: integer('seq').notNull() },
  (t) => [
    primaryKey({ columns: [t.epoch, t.seq, t.tag] }),
    index('event_tags_tag').on(t.tag, t.epoch, t.seq),
  ],
)

/** Events received per minute, by kind: kept beside them, because counting them anew would take too long. */
export const eventCounts = mysqlTable(
  'event_counts',
  {
    minute: integer('minute').notNull(),
    kind: key({ length: 16 }).$type<Kind>().notNull(),
    count: integer('count').notNull(),
  },
  (t) => [primaryKey({ columns: [t.minute, t.kind] })],
)

/**
 * What the counts above do not tell: since when events are counted, be there any or none, and how many are counted there
 * no more. The row is made by a migration, when the database is.
 */
export const tallies = mysqlTable('tallies', {
  name: key({ length: 64 }).primaryKey(),
  since: integer('since').notNull(),
  gone: integer('gone').notNull(),
})

/**
 * How far each reader has taken the feed. The rows are made by a migration, so that an update always finds
 * its own.
 */
export const positions = mysqlTable('positions', {
  name: key({ length: 64 }).primaryKey(),
  epoch: integer('epoch').notNull(),
  seq: integer('seq').notNull(),
})

export const quarantine = mysqlTable(
  'quarantine',
  {
    id: key({ length: 64 }).primaryKey(),
    receivedAt: integer('received_at').notNull(),
    reason: longText().notNull(),
  },
  (t) => [index('quarantine_received').on(t.receivedAt, t.id)],
)

export const quarantineTexts = mysqlTable(
  'quarantine_texts',
  { id: key({ length: 64 }).notNull(), part: integer('part').notNull(), text: longText().notNull() },
  (t) => [primaryKey({ columns: [t.id, t.part] })],
)

export const leases = mysqlTable('leases', {
  name: key({ length: 64 }).primaryKey(),
  owner: key({ length: 128 }).notNull(),
  untilMs: integer('until_ms').notNull(),
})
