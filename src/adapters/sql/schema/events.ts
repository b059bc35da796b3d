// The tables of events, and of those who work on them: places in the feed, quarantine, leases.
import type { Kind } from '../../../core/events/event.ts'
import type { Columns } from './columns.sqlite.ts'

export function eventTables(c: Columns) {
  const events = c.table(
    'events',
    {
      epoch: c.integer().notNull(),
      seq: c.integer().notNull(),
      id: c.id16().notNull(),
      kind: c.key(16).$type<Kind>().notNull(),
      receivedAt: c.integer('received_at').notNull(),
      occurredAt: c.integer('occurred_at'),
      messageId: c.key(128, 'message_id'),
      email: c.key(320),
      campaignId: c.key(128, 'campaign_id'),
      /** 1: of another subaccount or sender of the account. It changes no subscriber, now or later. */
      notOurs: c.integer('not_ours'),
      /** What follows the @ of `email`. */
      domain: c.key(64),
      /** Stands for the subject: see subjectKey. */
      subject: c.integer(),
      subaccount: c.key(128),
      /** Of clicks, stands for the URL: see linkKey. */
      link: c.key(8),
      /** The place, in the same epoch, of the block that holds its texts; null: they are in event_texts. */
      block: c.integer(),
      /** See runs.ts. */
      run: c.small().notNull().default(0),
      /** The `email` of an event that is never forgotten where its address is judged: few are. */
      judging: c.key(320),
    },
    (t) => [
      c.primaryKey({ columns: [t.epoch, t.seq] }),
      c.uniqueIndex('events_id').on(t.run, t.id),
      c.index('events_kind').on(t.kind, t.epoch, t.seq),
      c.index('events_email').on(t.run, t.email, t.epoch, t.seq),
      c.sparseIndex('events_judging', t.judging, t.epoch, t.seq),
      c.index('events_message').on(t.run, t.messageId, t.epoch, t.seq),
      c.index('events_campaign').on(t.campaignId, t.epoch, t.seq),
      c.index('events_domain').on(t.run, t.domain, t.epoch, t.seq),
      c.index('events_subject').on(t.subject, t.epoch, t.seq),
      c.sparseIndex('events_subaccount', t.subaccount, t.epoch, t.seq),
      c.sparseIndex('events_link', t.link, t.epoch, t.seq),
    ],
  )

  /** The words of the subjects that events have: each subject once. */
  const subjectWords = c.table(
    'subject_words',
    { subject: c.integer().notNull(), word: c.key(32).notNull() },
    (t) => [
      c.primaryKey({ columns: [t.subject, t.word] }),
      c.index('subject_words_word').on(t.word, t.subject),
    ],
  )

  /** Between which places the events lie that were received in a stretch of time, `step` milliseconds long. */
  const eventSpans = c.table(
    'event_spans',
    {
      step: c.integer().notNull(),
      start: c.integer().notNull(),
      firstEpoch: c.integer('first_epoch').notNull(),
      firstSeq: c.integer('first_seq').notNull(),
      lastEpoch: c.integer('last_epoch').notNull(),
      lastSeq: c.integer('last_seq').notNull(),
    },
    (t) => [c.primaryKey({ columns: [t.step, t.start] })],
  )

  /** The texts of a few events that came together, packed: see blocks.ts. The place is that of the first of them. */
  const eventBlocks = c.table(
    'event_blocks',
    {
      epoch: c.integer().notNull(),
      seq: c.integer().notNull(),
      /** How often it was written anew: whoever takes an event out must have read the latest one. */
      version: c.integer().notNull(),
      data: c.bytes().notNull(),
    },
    (t) => [c.primaryKey({ columns: [t.epoch, t.seq] })],
  )

  /**
   * Of events that are long, or were stored before there were blocks. Apart from `events`, so that a search reads through
   * narrow rows; in parts, so that no text is too long for a row.
   */
  const eventTexts = c.table(
    'event_texts',
    {
      epoch: c.integer().notNull(),
      seq: c.integer().notNull(),
      part: c.integer().notNull(),
      text: c.longText().notNull(),
      /** What was told of it, as JSON; null in all parts but the first, and where it was stored before facts were. */
      facts: c.longText(),
      more: c.longText(),
    },
    (t) => [c.primaryKey({ columns: [t.epoch, t.seq, t.part] })],
  )

  const eventTags = c.table(
    'event_tags',
    { tag: c.key(128).notNull(), epoch: c.integer().notNull(), seq: c.integer().notNull() },
    (t) => [
      c.primaryKey({ columns: [t.epoch, t.seq, t.tag] }),
      c.index('event_tags_tag').on(t.tag, t.epoch, t.seq),
    ],
  )

  /**
   * Events received per minute, by kind: kept beside them, because counting them anew would take too long. All of them (as a
   * field without a name), and those of each campaign and subaccount.
   */
  const eventCounts = c.table(
    'event_counts',
    {
      field: c.key(16).$type<'' | 'campaignId' | 'subaccount'>().notNull().default(''),
      value: c.key(128).notNull().default(''),
      minute: c.integer().notNull(),
      kind: c.key(16).$type<Kind>().notNull(),
      count: c.integer().notNull(),
    },
    (t) => [
      c.primaryKey({ columns: [t.field, t.value, t.minute, t.kind] }),
      c.index('event_counts_minute').on(t.minute),
    ],
  )

  /**
   * What the counts above do not tell: since when events are counted, be there any or none, and how many are counted there
   * no more. The row is made by a migration, when the database is.
   */
  const tallies = c.table('tallies', {
    name: c.key(64).primaryKey(),
    since: c.integer().notNull(),
    gone: c.integer().notNull(),
  })

  /**
   * How far each reader has taken the feed, and who brought that. The rows are made by a migration, so that an update
   * always finds its own.
   */
  const positions = c.table('positions', {
    name: c.key(64).primaryKey(),
    epoch: c.integer().notNull(),
    seq: c.integer().notNull(),
    /** When an event that its provider itself brought was received: the first and the last one. */
    firstBrought: c.integer('first_brought'),
    lastBrought: c.integer('last_brought'),
    /** How many events were brought by hand. */
    byHand: c.integer('by_hand').notNull().default(0),
    /** How far the events are counted: a process of an older version moves the position and counts nothing. */
    countedEpoch: c.integer('counted_epoch').notNull().default(0),
    countedSeq: c.integer('counted_seq').notNull().default(0),
  })

  const quarantine = c.table(
    'quarantine',
    {
      id: c.key(64).primaryKey(),
      receivedAt: c.integer('received_at').notNull(),
      reason: c.longText().notNull(),
    },
    (t) => [c.index('quarantine_received').on(t.receivedAt, t.id)],
  )

  const quarantineTexts = c.table(
    'quarantine_texts',
    { id: c.key(64).notNull(), part: c.integer().notNull(), text: c.longText().notNull() },
    (t) => [c.primaryKey({ columns: [t.id, t.part] })],
  )

  const leases = c.table('leases', {
    name: c.key(64).primaryKey(),
    owner: c.key(128).notNull(),
    untilMs: c.integer('until_ms').notNull(),
  })

  return {
    events,
    subjectWords,
    eventSpans,
    eventBlocks,
    eventTexts,
    eventTags,
    eventCounts,
    tallies,
    positions,
    quarantine,
    quarantineTexts,
    leases,
  }
}
