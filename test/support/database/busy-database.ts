// A database as a busy hub has it, filled by itself within seconds, and a day of the stores' work on it.
import { createEventArchive } from '../../../src/adapters/sql/events/archive.ts'
import type { Sql } from '../../../src/adapters/sql/driver/dialect.ts'
import { createQuarantine } from '../../../src/adapters/sql/events/quarantine.ts'
import { fillIndex } from '../../../src/adapters/sql/list/filling.ts'
import { createSubscribers } from '../../../src/adapters/sql/list/subscribers.ts'
import type { EventQuery } from '../../../src/core/events/ports.ts'
import { eq } from '../../../src/adapters/sql/driver/drizzle.ts'
import { PEOPLE, type ChunkRef, type Delivery } from '../../../src/core/campaigns/ports.ts'
import { emailOf, outcome } from '../campaigns/ledger-lab.ts'
import { makeReaders, makeSuppression } from '../list/list-lab.ts'
import { about, openLoopLab, SECRET, sync, type LoopLab, type Payload } from '../loop/loop-lab.ts'
import type { SqlLab } from './sql-lab.ts'
import { DAY, MINUTE, NOON } from '../times.ts'

const SIZES = {
  events: 60_000,
  subscribers: 20_000,
  suppressions: 20_000,
  campaigns: 4,
  chunks: 20,
  inChunk: 500,
}
const OLD = NOON - 30 * DAY
const ORDERS = ['asc', 'desc'] as const

/** SQL words that differ: a table of the numbers 1 to n as `x`, and how texts are joined, and whole numbers divided. */
export type Words = {
  readonly numbers: (n: number) => string
  readonly join: (...parts: string[]) => string
  readonly div: string
}

/** The tables that grow with the hub's age. A statement that goes through one of them gets slower day by day. */
export const LARGE: readonly string[] = [
  'events',
  'event_texts',
  'event_blocks',
  'event_tags',
  'event_counts',
  'event_spans',
  'subject_words',
  'quarantine',
  'quarantine_texts',
  'subscribers',
  'subscriber_starts',
  'suppressions',
  'liftings',
  'chunks',
  'deliveries',
  'chunk_names',
  'reactions',
  'message_links',
  'reaction_places',
  'link_unsubscribes',
]
/** Indexes of few values: one of these may give a page its order, but it narrows nothing. */
export const COARSE: readonly string[] = ['events_kind', 'subscribers_subscribed']

export async function fill(sql: Sql, { numbers, join, div }: Words): Promise<void> {
  const { events, subscribers, suppressions, campaigns, chunks, inChunk } = SIZES
  const kind = `CASE WHEN x % 100 < 35 THEN 'sent' WHEN x % 100 < 70 THEN 'delivered' WHEN x % 100 < 90 THEN 'opened'
    WHEN x % 100 < 95 THEN 'clicked' WHEN x % 100 < 97 THEN 'bounced' WHEN x % 100 < 99 THEN 'soft_bounced' ELSE 'suppressed' END`
  const email = join(`'reader-'`, `x % ${subscribers}`, `'@filled.example'`)
  const campaign = join(`'01700000-0000-7000-8000-0000000000'`, `10 + x % ${campaigns}`)
  const place = `SELECT ${join(`'01700000-0000-7000-8000-0000000000'`, `10 + (x - 1) ${div} ${chunks * inChunk}`)} AS campaign,
    ((x - 1) ${div} ${inChunk}) % ${chunks} AS chunk, (x - 1) % ${inChunk} AS n, x FROM ${numbers(campaigns * chunks * inChunk)}`
  const statements = [
    `INSERT INTO events SELECT ${OLD}, x, ${join(`'id'`, `100000000000 + x`, `'--'`)}, ${kind}, ${OLD} + x, ${OLD} + x,
      ${join(`'message-'`, `x ${div} 3`)}, ${email}, ${campaign}, NULL, 'filled.example', x % 40,
      ${join(`'sub-'`, `x % 5`)}, CASE WHEN x % 100 BETWEEN 90 AND 94 THEN ${join(`'link-'`, `x % 7`)} END, NULL,
      x ${div} 1000, CASE WHEN x % 100 = 99 THEN ${email} END FROM ${numbers(events)}`,
    `INSERT INTO event_blocks SELECT ${OLD}, x, 1, '[]' FROM ${numbers(events)}`,
    `INSERT INTO subject_words SELECT x % 5000, ${join(`'word'`, `x % 977`)} FROM ${numbers(20_000)} GROUP BY 1, 2`,
    `INSERT INTO event_spans SELECT 60000, ${OLD} + 60000 * (x - 1), ${OLD}, 1, ${OLD}, 60000 FROM ${numbers(20_000)}`,
    `INSERT INTO event_texts (epoch, seq, part, text) SELECT ${OLD}, x, 0, '{"event":"send"}' FROM ${numbers(events)}`,
    `INSERT INTO event_tags SELECT ${join(`'tag-'`, `x % 5`)}, ${OLD}, x FROM ${numbers(events)}`,
    `INSERT INTO event_counts SELECT '', '', 60000 * x, 'sent', 3 FROM ${numbers(20_000)}`,
    `INSERT INTO event_counts SELECT 'campaignId', ${campaign}, 60000 * x, 'sent', 3 FROM ${numbers(20_000)}`,
    `INSERT INTO quarantine SELECT ${join(`'entry-'`, `x`)}, ${OLD} + x, ${join(`'reason '`, `x % 3`)} FROM ${numbers(20_000)}`,
    `INSERT INTO quarantine_texts SELECT ${join(`'entry-'`, `x`)}, 0, 'text' FROM ${numbers(20_000)}`,
    `INSERT INTO subscribers SELECT ${join(`'01600000-0000-7000-8000-'`, `100000000000 + x`)}, ${email}, ${email}, 'A subscriber',
      CASE WHEN x % 20 = 0 THEN 0 ELSE 1 END, ${OLD}, 0, NULL, ${OLD}, ${OLD} FROM ${numbers(subscribers)}`,
    `INSERT INTO list_totals VALUES ('listed', 99, ${subscribers}), ('subscribed', 99, ${subscribers - subscribers / 20})`,
    `INSERT INTO subscriber_starts SELECT ${join(`'word'`, `x % 977`)}, unhex(${join(`'01600000000070008000'`, `100000000000 + x`)}), 0 FROM ${numbers(subscribers)}`,
    `INSERT INTO suppressions SELECT ${email}, ${email}, 'bounce', 'smtp', ${OLD}, NULL, unhex(${join(`'01600000000070008000'`, `100000000000 + x`)}),
      CASE WHEN x % 20 = 0 THEN 0 ELSE 1 END FROM ${numbers(suppressions)}`,
    `INSERT INTO liftings SELECT ${email}, ${OLD} FROM ${numbers(suppressions)}`,
    `INSERT INTO chunks SELECT campaign, chunk, 'default', NULL, 1, 0, ${inChunk}, 0, 0, 0, 0, '0', 'z', NULL FROM (${place}) p WHERE n = 0`,
    `INSERT INTO deliveries SELECT campaign, chunk, n, 'x', ${email}, 'A subscriber', 'sent', 1, 0, 0, NULL, ${OLD} FROM (${place}) p`,
    `INSERT INTO chunk_names SELECT campaign, chunk, '' FROM (${place}) p WHERE n = 0`,
    `INSERT INTO reactions (campaign_id, chunk, n, message_id, heard) SELECT campaign, chunk, n, NULL, '{}' FROM (${place}) p`,
    `INSERT INTO message_links SELECT ${join(`'linked-'`, `x`)}, campaign, chunk, n FROM (${place}) p WHERE x % 2 = 0`,
    `INSERT INTO reaction_places SELECT campaign, CASE WHEN x % 2 = 0 THEN 'clicked' ELSE 'bounced' END, chunk, n FROM (${place}) p WHERE x % 9 = 0`,
    `INSERT INTO link_unsubscribes SELECT campaign, chunk, n, ${OLD} FROM (${place}) p WHERE x % 20 = 0`,
  ]
  for (const text of statements) await sql.run({ toSQL: () => ({ sql: text, params: [] }) })
}

/** Runs whatever the stores do, with pages and lists of several lengths. */
export async function aDaysWork(openLab: SqlLab): Promise<void> {
  const lab = await openLoopLab(openLab)
  const { campaign, deliveries } = await lab.campaign(1_200)
  const chunk: ChunkRef = { campaignId: campaign.id, chunk: 0, lane: 'default' }
  await lab.archive.position()
  for (const length of [1, 15, 60, 300, 1_000]) {
    const some = deliveries.slice(0, length)
    await lab.take(...pageOf(some, length))
    await lab.archive.record(
      await lab.archive.position(),
      { epoch: NOON, seq: 1e6 + length },
      lab.rows(pageOf(some, length)),
    )
    await lab.ledger.record(chunk, some.slice(0, 500).map((_, n) => outcome(n))) // prettier-ignore
    await lab.reactions.of(campaign.id, some.map(({ id }) => id)) // prettier-ignore
  }
  await search(lab)
  await ofTheLedger(lab, chunk)
  await ofTheList(lab)
  await ofTheQuarantine(lab)
}

/** Bounces of mails of the hub's and of others', complaints, changes of Mandrill's list; a repeated one. */
function pageOf(deliveries: readonly Delivery[], length: number): Payload[] {
  return deliveries.flatMap((delivery, n) => {
    const event = ['hard_bounce', 'soft_bounce', 'open', 'click', 'reject', 'spam', 'unsub'][n % 7] ?? 'open'
    const stranger = { email: `reader-${n}@filled.example`, _id: `message-${n}` }
    return [
      about(delivery, event, length),
      { event, ts: 1_773_144_000, _id: `message-${n}`, msg: stranger },
      sync('blacklist', n % 2 ? 'add' : 'remove', { email: stranger.email, reason: 'hard-bounce' }, n),
    ]
  })
}

async function search({ archive, sql }: LoopLab): Promise<void> {
  const filters: Partial<EventQuery>[] = [
    {},
    { kinds: ['bounced'] },
    { kinds: ['bounced', 'opened', 'clicked'] },
    { email: 'reader-7@filled.example' },
    { messageId: 'message-7' },
    { campaignId: '01700000-0000-7000-8000-000000000011' },
    { tag: 'tag-1' },
    { subaccount: 'sub-1' },
    { url: 'https://example.com' },
    { since: OLD + 20_000, until: OLD + 40_000 },
    { q: 'reader-77' },
    { q: 'word33 word1' },
  ]
  const ends = [{}, { before: { epoch: OLD, seq: 30_000 } }, { after: { epoch: OLD, seq: 30_000 } }]
  for (const one of filters)
    for (const other of filters)
      for (const end of ends) await archive.find({ ...one, ...other, ...end, limit: 100 })
  await archive.find({ limit: 1_000 })
  await archive.counts({ since: OLD, until: OLD + 30_000, step: 5_000 })
  for (const one of filters.filter((filter) => Object.keys(filter).length > 0))
    await archive.counts({ ...one, step: MINUTE })
  for (const since of [60_000 * 19_000, 60_000 * 19_000 + 1])
    await archive.counts({ since, until: since + DAY, step: MINUTE })
  await sql.run({ toSQL: () => ({ sql: 'UPDATE positions SET counted_seq = counted_seq - 1', params: [] }) })
  await archive.position()
  await archive.total()
  await archive.brought()
  await archive.erase(await archive.cursorsOf('reader-9@filled.example', 250))
  await archive.prune(OLD + 1_000, 250)
  await createEventArchive(sql).prune(OLD + 1_000, 250)
}

async function ofTheLedger({ ledger, store, sql, reactions }: LoopLab, chunk: ChunkRef): Promise<void> {
  const { campaignId, lane } = chunk
  await ledger.dueChunks(campaignId, lane, NOON, 10)
  await ledger.open(chunk, NOON)
  await ledger.tallies([campaignId])
  await reactions.counts([campaignId])
  await reactions.leftByLink({ campaignId, deliveryId: '0-1' }, NOON)
  await reactions.addressOf({ campaignId, deliveryId: '0-1' })
  for (const status of [undefined, 'failed', 'sent'] as const)
    for (const order of ORDERS)
      await ledger.deliveries({ campaignId, limit: 100, status, after: '0-3', order })
  const failed = (n: number) => outcome(n, { status: 'failed', reason: '550 5.1.1 no' })
  await ledger.record(chunk, [failed(498), failed(499)])
  for (const people of PEOPLE)
    for (const more of [{}, { status: 'sent' as const }, { reason: '550', q: 'kim' }])
      for (const id of [campaignId, '01700000-0000-7000-8000-000000000011'])
        for (const order of ORDERS)
          await ledger.deliveries({ campaignId: id, people, limit: 100, after: '0-3', order, ...more })
  await ledger.deliveries({ campaignId, reason: '550 5.1.1: no such mailbox', limit: 100 })
  await ledger.reasons(campaignId)
  for (const before of [undefined, campaignId]) await ledger.deliveriesTo('x', 50, before)
  await reactions.links(campaignId)
  await ledger.retryFailed(campaignId, NOON, '550 5.1.1: no such mailbox')
  await ledger.record(chunk, [outcome(497, { status: 'failed' })])
  await sql.run(sql.db.update(sql.tables.chunks).set({ reasons: null }).where(eq(sql.tables.chunks.campaignId, campaignId))) // prettier-ignore
  await ledger.reasons(campaignId)
  await ledger.retryFailed(campaignId, NOON)
  await ledger.finishIfDone(campaignId, NOON)
  for (const order of ORDERS) await store.list(2, campaignId, order)
  for (const campaign of await store.list(2))
    for (const expanded of [true, false]) await ledger.audience({ ...campaign, expanded }, NOON)
  await store.change(campaignId, ['running', 'paused', 'finished'], { status: 'cancelled' })
  await ledger.cancel(campaignId, 500, NOON)
  await store.active(NOON)
  await store.cancelling()
  await sql.ping()
}

async function ofTheList({ sql, suppressions, ledger }: LoopLab): Promise<void> {
  await sql.run(
    sql.db.insert(sql.tables.startless).values({ after: '', until: '01600000-0000-7000-8000-100000000999' }),
  )
  await fillIndex(sql, new AbortController().signal)
  const list = createSubscribers(sql, { secret: SECRET, now: () => NOON })
  await list.subscribe('new@example.com', 'New', NOON)
  const [first] = await list.find({ limit: 1, email: 'new@example.com' })
  for (const subscribed of [undefined, true, false])
    for (const q of [undefined, 'reader-1', 'word9', '@word', 'nobody']) {
      for (const order of ORDERS)
        await list.find({ limit: 100, subscribed, q, after: '01600000-0000-7000-8000-100000010000', order })
      await list.count({ subscribed, q })
    }
  for (const standing of [
    { suppressed: true },
    { suppressed: false },
    { mailable: true },
    { mailable: false },
  ]) {
    for (const order of ORDERS)
      await list.find({ limit: 100, after: '01600000-0000-7000-8000-100000010000', order, ...standing })
    await list.count(standing)
    for (const q of ['word9', 'reader-1']) {
      await list.find({ limit: 100, q, ...standing })
      await list.count({ q, ...standing })
    }
  }
  await list.unmailable([first?.id ?? '', '1', '2'], NOON)
  for (const count of [1, 50, 1_000]) await list.import(makeReaders(1, count), NOON, false)
  await list.import(makeReaders(1, 1_000).map((row) => ({ ...row, name: 'Other' })), NOON, false) // prettier-ignore
  await list.unsubscribe('new@example.com', NOON)
  await list.unsubscribeById(first?.id ?? '', NOON)
  await suppressions.put(makeSuppression(emailOf(3)))
  await suppressions.get(emailOf(3), NOON)
  for (const order of ORDERS) await suppressions.list(100, 'reader-1', {}, order)
  await suppressions.remove(emailOf(3))
  await list.erase(emailOf(5), NOON)
  await ledger.erase(emailOf(5))
  await list.remove(first?.id ?? '')
}

async function ofTheQuarantine({ sql }: LoopLab): Promise<void> {
  const quarantine = createQuarantine(sql)
  const receivedAt = NOON
  await quarantine.add(
    [1, 2, 3].map((n) => ({ id: `new-${n}`, receivedAt, reason: 'a reason', data: 'text' })),
  )
  await quarantine.list(100)
  await quarantine.list(100, 'entry-2000')
  await quarantine.list(100, 'entry-2000', 'reason 1')
  await quarantine.discard('entry-4')
  await quarantine.discardAll('no such reason')
  await quarantine.prune(OLD + 500, 50)
  await quarantine.get('entry-3')
  await quarantine.remove('entry-3')
  await quarantine.erase('nobody@example.com')
}
