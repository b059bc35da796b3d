// The filters of a query as conditions. Each can lead (its index gives events in cursor order) or be checked on what another finds.
import {
  and,
  beginning,
  eq,
  exists,
  gte,
  hidden,
  inArray,
  lt,
  or,
  sql as words,
  type Column,
  type SQL,
} from '../../driver/drizzle.ts'
import type { EventSelection } from '../../../../core/events/ports.ts'
import { linkKey } from '../../../../core/events/facts.ts'
import { emailKey } from '../../../../core/addresses/address.ts'
import type { Sql } from '../../driver/dialect.ts'
import { KEY_LENGTH, keyOf } from '../../driver/keys.ts'
import { inRuns } from '../runs.ts'
import { hasWord, wordsOf } from './subjects.ts'

export type Table = Sql['tables']['events'] | Sql['tables']['eventTags']

export type Condition = {
  /** The table whose index leads, with one condition for each value: within each, the index is in order. */
  readonly table: Table
  readonly leads: readonly (SQL | undefined)[]
  /** The columns that the index is sorted by within each: cursor order. */
  readonly order: readonly Column[]
  /** The same filter as a condition on events, worded so that the database uses no index for it. */
  readonly check: SQL
}

const NOTHING = words`1 = 0`

/** The condition that tends to select the fewest events comes first. */
export function conditionsOf(sql: Sql, query: EventSelection, runs: readonly number[]): Condition[] {
  const { db, tables } = sql
  const { events, eventTags } = tables
  const { run, epoch, seq } = events
  const conditions: Condition[] = []
  const order = [epoch, seq]
  const everywhere = { within: [undefined], order }
  const inEachRun = { within: inRuns(sql, runs), order: [run, epoch, seq] }
  const { kinds, email, messageId, campaignId, tag, subaccount, url } = query
  const columns = [
    [events.messageId, messageId, KEY_LENGTH.messageId, inEachRun],
    [events.email, email, KEY_LENGTH.email, inEachRun],
    [events.campaignId, campaignId, KEY_LENGTH.campaignId, everywhere],
    [events.link, url === undefined ? undefined : linkKey(url), KEY_LENGTH.link, everywhere],
    [events.subaccount, subaccount, KEY_LENGTH.subaccount, everywhere],
  ] as const
  for (const [column, text, length, { within, order }] of columns) {
    if (text === undefined) continue
    const key = keyOf(text, length)
    const leads = within.map((runs) => and(runs, eq(column, key)))
    conditions.push({ table: events, leads, order, check: eq(hidden(column), key) })
  }
  if (tag !== undefined) {
    const lead = eq(eventTags.tag, keyOf(tag, KEY_LENGTH.tag))
    const same = and(eq(eventTags.epoch, events.epoch), eq(eventTags.seq, events.seq), lead)
    const check = exists(db.select({ seq: eventTags.seq }).from(eventTags).where(same))
    conditions.push({ table: eventTags, leads: [lead], order: [eventTags.epoch, eventTags.seq], check })
  }
  if (kinds) {
    const distinct = [...new Set(kinds)]
    const leads = distinct.map((kind) => eq(events.kind, kind))
    const check = distinct.length === 0 ? NOTHING : inArray(hidden(events.kind), distinct)
    conditions.push({ table: events, leads, order, check })
  }
  return conditions
}

/** Conditions on the time of receipt, which is not always in cursor order, see spans.ts. */
export function inTime({ tables: { events } }: Sql, { since, until }: EventSelection): SQL[] {
  return [
    ...(since === undefined ? [] : [gte(events.receivedAt, since)]),
    ...(until === undefined ? [] : [lt(events.receivedAt, until)]),
  ]
}

/** A search text: the start of an address or of its domain, or words of a subject. */
export type Sought = {
  /** Each condition finds events by an index, but in no order. */
  readonly ways: readonly (SQL | undefined)[]
  readonly words: readonly string[]
  readonly check: SQL
}

export function soughtBy(sql: Sql, q: string, runs: readonly number[]): Sought {
  const { events } = sql.tables
  const text = emailKey(q.trim())
  const isAddress = text !== '' && !/\s/.test(text) && text.isWellFormed()
  const start = isAddress && !text.startsWith('@') ? text : ''
  const host = isAddress ? [...text.replace(/^@/, '')].slice(0, KEY_LENGTH.domain).join('') : ''
  const words = text.includes('@') ? [] : wordsOf(q)
  const inAddress = (email: Column | SQL, domain: Column | SQL) => [
    ...(start === '' ? [] : [beginning(email, start)]),
    ...(host === '' ? [] : [beginning(domain, host)]),
  ]
  const inSubject = and(...words.map((word) => hasWord(sql, events.subject, word)))
  return {
    ways: inAddress(events.email, events.domain).flatMap((way) =>
      inRuns(sql, runs).map((run) => and(run, way)),
    ),
    words,
    check: or(...inAddress(hidden(events.email), hidden(events.domain)), inSubject) ?? NOTHING,
  }
}
