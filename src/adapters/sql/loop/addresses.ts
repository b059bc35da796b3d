// What is known of the addresses of a page, for judging what it tells of them.
import { and, eq, gt, hidden, inArray, isNull, lte, or, sql as words, type SQL } from '../driver/drizzle.ts'
import { formatCursor, type Cursor } from '../../../core/events/cursor.ts'
import { eventFacts, type Kind } from '../../../core/events/event.ts'
import type { ArchiveRow } from '../../../core/events/ports.ts'
import { createErasedKeys } from '../../../core/list/subscriber.ts'
import { LIFTABLE } from '../../../core/list/suppression.ts'
import {
  JUDGED,
  NOTHING_KNOWN,
  REMEMBERED,
  SOFT_BOUNCE_WINDOW_MS,
  withEvent,
  type AddressState,
  type JudgedEvent,
} from '../../../core/loop/suppressing.ts'
import { portions, type Sql } from '../driver/dialect.ts'
import { inPlaces } from '../events/places.ts'
import { inRuns, runsSince } from '../events/runs.ts'
import { createSearch } from '../events/search/search.ts'
import { DAY_MS, startOf } from '../events/spans.ts'
import { KEY_LENGTH, keyOf } from '../driver/keys.ts'

export type SuppressionOptions = { readonly secret: string; readonly softBounces: number }

const ADDRESSES_AT_ONCE = 500
/** From 200 values on MySQL looks for none of them, but goes by an average, and that of an index of mostly null misleads. */
const FEW = 150
/** The newest ones of an address that has been allowed again: older ones lie before that, or hold nothing more. */
const HISTORY = 50

/** The states of those addresses that a page judges something about, before that page. */
export function createAddressStates(sql: Sql, { secret, softBounces }: SuppressionOptions) {
  const latestEvents = createLatestEvents(sql, softBounces)
  const liftedByHand = createLiftedByHand(sql, secret)
  return async (rows: readonly ArchiveRow[]): Promise<Map<string, AddressState>> => {
    const judged = rows.filter(({ event }) => JUDGED.includes(event.kind) || event.kind === 'unsuppressed')
    const emails = emailsOf(judged)
    const keys = new Map(emails.map((email) => [keyOf(email, KEY_LENGTH.email), email]))
    const states = new Map(emails.map((email) => [email, NOTHING_KNOWN]))
    const add = (email: string, kind: Kind, at: number) =>
      states.set(email, withEvent(states.get(email) ?? NOTHING_KNOWN, kind, at, softBounces))
    const newest = Math.max(...judged.map(({ event }) => event.receivedAt))
    const since = newest - SOFT_BOUNCE_WINDOW_MS
    const runs = keys.size > 0 ? await runsSince(sql, startOf(since, DAY_MS)) : []
    const found = await inSteps([...keys.keys()], (some) => latestEvents(some, since, runs))
    for (const { email, kind, at } of found) add(keys.get(email ?? '') ?? '', kind, at)
    for (const [email, at] of await liftedByHand(emails)) add(email, 'unsuppressed', at)
    return states
  }
}

/**
 * The earlier events that suppressed addresses which this page allows again: some may have happened later than that, and only
 * have arrived before. Empty where no suppression holds that could be lifted.
 */
export function createHistories(sql: Sql) {
  const { suppressions } = sql.tables
  const find = createSearch(sql)
  const held = (keys: string[]) => {
    const theirs = and(inArray(suppressions.emailKey, keys), inArray(suppressions.reason, [...LIFTABLE]))
    return sql.read(sql.db.select({ key: suppressions.emailKey }).from(suppressions).where(theirs))
  }
  async function oursAt(places: readonly Cursor[]): Promise<ReadonlySet<string>> {
    if (places.length === 0) return new Set()
    const { epoch, seq, notOurs } = sql.tables.events
    const ours = and(inPlaces(sql.tables.events, places), isNull(notOurs))
    const rows = await sql.read(sql.db.select({ epoch, seq }).from(sql.tables.events).where(ours))
    return new Set(rows.map(formatCursor))
  }

  async function historyOf(email: string): Promise<JudgedEvent[]> {
    const found = await find({ email, kinds: JUDGED, limit: HISTORY })
    const ours = await oursAt(found.map(({ cursor }) => cursor))
    return found
      .filter(({ cursor }) => ours.has(formatCursor(cursor)))
      .map((event) => ({ event, facts: eventFacts(event) }))
  }

  return async (rows: readonly ArchiveRow[]): Promise<ReadonlyMap<string, JudgedEvent[]>> => {
    const emails = emailsOf(rows.filter(({ event }) => event.kind === 'unsuppressed'))
    const histories = new Map(emails.map((email) => [email, [] as JudgedEvent[]]))
    for (const { key } of await inSteps(emails, held)) histories.set(key, (await historyOf(key)).reverse())
    return histories
  }
}

function createLiftedByHand(sql: Sql, secret: string) {
  const { liftings } = sql.tables
  const erasedKey = createErasedKeys(secret)
  return async (emails: readonly string[]): Promise<readonly (readonly [email: string, at: number])[]> => {
    const keys = new Map(
      emails.flatMap((email) => [[email, email] as const, [erasedKey(email), email] as const]),
    )
    const rows = await inSteps([...keys.keys()], (some) =>
      sql.read(sql.db.select().from(liftings).where(inArray(liftings.emailKey, some))),
    )
    return rows.map(({ emailKey, at }) => [keys.get(emailKey) ?? '', at])
  }
}

/** What is longer than a key is nobody's address. */
const emailsOf = (rows: readonly ArchiveRow[]): readonly string[] => [
  ...new Set(
    rows.flatMap(({ facts: { email } }) => (email && email.length <= KEY_LENGTH.email ? email : [])),
  ),
]

/**
 * Of each address and kind the newest event, and as many soft bounces as suppress: nothing else decides anything. The
 * database picks them, so that an address with very many events costs no more than others. `hidden` keeps SQLite from using
 * the index of kinds, for which it would read a large part of the archive.
 */
function createLatestEvents(sql: Sql, softBounces: number) {
  const { email, judging, kind, occurredAt, receivedAt, notOurs } = sql.tables.events
  const at = words<number>`coalesce(${occurredAt}, ${receivedAt})`.mapWith(Number)
  const place = words<number>`row_number() over (partition by ${email}, ${kind} order by ${at} desc)`
  const isOneOf = (kinds: readonly Kind[]) => inArray(hidden(kind), [...kinds])
  async function latest(where: SQL | undefined) {
    const heard = sql.db
      .select({ email, kind, at: at.as('at'), place: place.as('place') })
      .from(sql.tables.events)
      .where(and(where, isNull(notOurs)))
      .as('heard')
    const counts = or(eq(heard.place, 1), and(eq(heard.kind, 'soft_bounced'), lte(heard.place, softBounces)))
    const { email: whose, kind: what, at: when } = heard
    return sql.read(sql.db.select({ email: whose, kind: what, at: when }).from(heard).where(counts))
  }
  return async (emails: string[], since: number, runs: readonly number[]) => {
    const lately = inRuns(sql, runs).map((run) =>
      latest(and(run, inArray(email, emails), isOneOf(REMEMBERED), gt(receivedAt, since))),
    )
    const ever = portions(emails, FEW).map((some) => latest(inArray(judging, some)))
    return (await Promise.all([...ever, ...lately])).flat()
  }
}

export async function inSteps<T>(
  keys: readonly string[],
  read: (some: string[]) => Promise<T[]>,
): Promise<T[]> {
  const found: T[] = []
  for (const some of portions(keys, ADDRESSES_AT_ONCE)) found.push(...(await read(some)))
  return found
}
