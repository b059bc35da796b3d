// Counts that are kept beside the events, because counting those anew takes too long: per minute of receipt and kind, of all of
// them and of each campaign and subaccount. They name nobody, and stay when a person's events go.
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

type Kept = Pick<Tables['eventCounts']['$inferSelect'], 'field' | 'value'>

export const OF_ALL: Kept = { field: '', value: '' }

const keptOf = (field: (typeof FIELDS)[number], text: string): Kept => ({
  field,
  value: keyOf(text, KEY_LENGTH[field]),
})

export function keeping({ eventCounts }: Tables, rows: readonly ArchiveRow[]): Write {
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
      text === null ? [] : { ...keptOf(field, text), count },
    ),
  )
  return [{ ...OF_ALL, count: rows.length }, ...each]
}

/** The same, but for the counts of all, for events that are archived already. */
export async function keepingThose(sql: Sql, where: readonly (SQL | undefined)[]): Promise<Write> {
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

/** As what they are counted, if events are that are selected so. */
export function keptAs(query: CountQuery): Kept | undefined {
  const { step: _step, since: _since, until: _until, kinds: _kinds, ...filters } = query
  const [asked, ...others] = Object.entries(filters).filter(([, value]) => value !== undefined)
  if (!asked) return OF_ALL
  const field = FIELDS.find((each) => each === asked[0])
  return field && others.length === 0 ? keptOf(field, query[field] ?? '') : undefined
}

/** Of those that are counted, the campaign and the subaccount that are asked for. */
const askedOf = (query: EventSelection): Kept[] =>
  FIELDS.flatMap((each) => (query[each] === undefined ? [] : keptOf(each, query[each])))

/** No event of these kinds has come that is counted so. */
export async function neverCame({ db, tables, read }: Sql, query: EventSelection): Promise<boolean> {
  const { field, value, minute, kind } = tables.eventCounts
  const { kinds } = query
  if (!kinds) return false
  const found = askedOf(query).map((of) =>
    read(
      db
        .select({ minute })
        .from(tables.eventCounts)
        .where(and(eq(field, of.field), eq(value, of.value), inArray(kind, [...kinds])))
        .limit(1),
    ),
  )
  return (await Promise.all(found)).some((rows) => rows.length === 0)
}

/** Between when those came that are of the campaign, and of the subaccount, that are asked for; undefined: there is none. */
export async function timeOf({ db, tables, read }: Sql, query: EventSelection) {
  const { field, value, minute } = tables.eventCounts
  const end = (which: 'min' | 'max') => words<number | null>`${words.raw(which)}(${minute})`
  const ends = askedOf(query).map(async (of) => {
    const theirs = and(eq(field, of.field), eq(value, of.value))
    const [row] = await read(db.select({ first: end('min'), last: end('max') }).from(tables.eventCounts).where(theirs)) // prettier-ignore
    return { since: row?.first ?? Infinity, until: (row?.last ?? 0) + MINUTE_MS }
  })
  const all = await Promise.all(ends)
  const [since, until] = [
    Math.max(0, ...all.map((one) => one.since)),
    Math.min(...all.map((one) => one.until)),
  ]
  return since < until ? { since, until } : undefined
}

/** Where the step begins that an instant is in. */
export const stepOf = (instant: Column, step: number) =>
  words<number>`${instant} - ${instant} % ${words.raw(String(step))}`.mapWith(Number).as('at')

/** Of whole minutes. */
export function readKept({ db, tables, read }: Sql, of: Kept, query: CountQuery): Promise<Count[]> {
  const { field, value, minute, kind, count } = tables.eventCounts
  const { since = 0, until = Number.MAX_SAFE_INTEGER, kinds, step } = query
  return read(
    db
      .select({ at: stepOf(minute, step), kind, count: words`sum(${count})`.mapWith(Number) })
      .from(tables.eventCounts)
      .where(
        and(
          eq(field, of.field),
          eq(value, of.value),
          gte(minute, since),
          lt(minute, until),
          kinds && inArray(kind, [...kinds]),
        ),
      )
      .groupBy(words`at`, kind),
  )
}
