// Counts per minute of receipt and kind, for all events and for each campaign and subaccount: counting the events themselves
// takes too long. The counts name nobody, and stay when a person's events are erased.
import type { ArchiveRow, Count, CountQuery, EventSelection } from '../../../core/events/ports.ts'
import {
  and,
  count,
  eq,
  gte,
  hidden,
  inArray,
  isNotNull,
  lt,
  sql as words,
  type Column,
  type SQL,
} from '../driver/drizzle.ts'
import { rowsFor, type Sql, type Tables, type Write } from '../driver/dialect.ts'
import { KEY_LENGTH, keyOf } from '../driver/keys.ts'
import { MINUTE_MS, startOf } from './spans.ts'

const FIELDS = ['campaignId', 'subaccount'] as const

/** One series of counts: of all events, or of those with one value in one field. */
type Series = Pick<Tables['eventCounts']['$inferSelect'], 'field' | 'value'>

export const OF_ALL: Series = { field: '', value: '' }

const seriesOf = (field: (typeof FIELDS)[number], text: string): Series => ({
  field,
  value: keyOf(text, KEY_LENGTH[field]),
})

/** Adds these events to the counts of their minutes. */
export function addCounts({ eventCounts }: Tables, rows: readonly ArchiveRow[]): Write {
  const minutes = Map.groupBy(rows, ({ event }) => startOf(event.receivedAt, MINUTE_MS))
  const counts = [...minutes].flatMap(([minute, within]) =>
    [...Map.groupBy(within, ({ event }) => event.kind)].flatMap(([kind, alike]) =>
      countsIn(alike).map((each) => ({ ...each, minute, kind })),
    ),
  )
  return rowsFor(eventCounts, counts, 'count')
}

function countsIn(rows: readonly ArchiveRow[]) {
  const each = FIELDS.flatMap((field) =>
    [...Map.groupBy(rows, ({ facts }) => facts[field])].flatMap(([text, { length: count }]) =>
      text === null ? [] : { ...seriesOf(field, text), count },
    ),
  )
  return [{ ...OF_ALL, count: rows.length }, ...each]
}

/** Adds events that are archived already to the series of their campaign and subaccount. */
export async function countArchived(sql: Sql, where: readonly (SQL | undefined)[]): Promise<Write> {
  const { events, eventCounts } = sql.tables
  const minute = stepOf(events.receivedAt, MINUTE_MS)
  const asked = FIELDS.flatMap((field) =>
    where.map(async (some) => {
      const value = events[field]
      const rows = sql.db
        .select({ value, at: minute, kind: events.kind, count: count() })
        .from(events)
        .where(and(some, isNotNull(hidden(value))))
        .groupBy(value, words`at`, events.kind)
      return (await sql.read(rows)).map(({ at, value, ...row }) => ({
        ...row,
        field,
        value: value ?? '',
        minute: at,
      }))
    }),
  )
  return rowsFor(eventCounts, (await Promise.all(asked)).flat(), 'count')
}

/** The series that answers a query; undefined if no single one does. */
export function seriesFor(query: CountQuery): Series | undefined {
  const { step: _step, since: _since, until: _until, kinds: _kinds, ...filters } = query
  const [asked, ...others] = Object.entries(filters).filter(([, value]) => value !== undefined)
  if (!asked) return OF_ALL
  const field = FIELDS.find((each) => each === asked[0])
  return field && others.length === 0 ? seriesOf(field, query[field] ?? '') : undefined
}

/** The series of the campaign and of the subaccount that a query asks for. */
const askedOf = (query: EventSelection): Series[] =>
  FIELDS.flatMap((each) => (query[each] === undefined ? [] : seriesOf(each, query[each])))

/** True if the counts show that no event of these kinds came for the campaign, or for the subaccount. */
export async function neverCame({ db, tables, read }: Sql, query: EventSelection): Promise<boolean> {
  const { field, value, minute, kind } = tables.eventCounts
  const { kinds } = query
  if (!kinds) return false
  const found = askedOf(query).map((of) => {
    const theirs = and(eq(field, of.field), eq(value, of.value), inArray(kind, [...kinds]))
    return read(db.select({ minute }).from(tables.eventCounts).where(theirs).limit(1))
  })
  return (await Promise.all(found)).some((rows) => rows.length === 0)
}

/** The time in which events of the campaign and of the subaccount came; undefined if there is no common time. */
export async function timeOf({ db, tables, read }: Sql, query: EventSelection) {
  const { field, value, minute } = tables.eventCounts
  const end = (which: 'min' | 'max') => words<number | null>`${words.raw(which)}(${minute})`
  const ends = askedOf(query).map(async (of) => {
    const theirs = and(eq(field, of.field), eq(value, of.value))
    const span = db.select({ first: end('min'), last: end('max') }).from(tables.eventCounts)
    const [row] = await read(span.where(theirs))
    return { since: row?.first ?? Infinity, until: (row?.last ?? 0) + MINUTE_MS }
  })
  const all = await Promise.all(ends)
  const since = Math.max(0, ...all.map((one) => one.since))
  const until = Math.min(...all.map((one) => one.until))
  return since < until ? { since, until } : undefined
}

/** The start of the step of time that holds an instant. */
export const stepOf = (instant: Column, step: number) =>
  words<number>`${instant} - ${instant} % ${words.raw(String(step))}`.mapWith(Number).as('at')

/** The counts of a series in [since, until), which are whole minutes. */
export function readSeries({ db, tables, read }: Sql, of: Series, query: CountQuery): Promise<Count[]> {
  const { field, value, minute, kind, count } = tables.eventCounts
  const { since = 0, until = Number.MAX_SAFE_INTEGER, kinds, step } = query
  const counts = { at: stepOf(minute, step), kind, count: words`sum(${count})`.mapWith(Number) }
  const theirs = and(eq(field, of.field), eq(value, of.value), kinds && inArray(kind, [...kinds]))
  const inTime = and(gte(minute, since), lt(minute, until))
  const all = db.select(counts).from(tables.eventCounts).where(and(theirs, inTime))
  return read(all.groupBy(words`at`, kind))
}
