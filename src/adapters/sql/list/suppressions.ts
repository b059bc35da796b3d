// Suppressions: addresses that get no mail, whatever the list says. In a table of their own, since they outlive the subscriber.
import {
  and,
  count,
  eq,
  gt,
  gte,
  hidden,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  notInArray,
  or,
  ORDERS,
  sql as words,
  type SQL,
} from '../driver/drizzle.ts'
import { SUPPRESSION_REASONS, type Suppression, type SuppressionReason } from '../../../core/list/ports.ts'
import type { SuppressionFilter, SuppressionStore } from '../../../core/list/ports.ts'
import { emailKey } from '../../../core/addresses/address.ts'
import { left } from '../../../core/list/membership.ts'
import { createErasedKeys, foldText } from '../../../core/list/subscriber.ts'
import { isActive, MANDRILL, MIRROR, placeOf, replaces, strongest } from '../../../core/list/suppression.ts'
import { newRowsFor, type Sql, type Write } from '../driver/dialect.ts'
import { inForce, notingNew } from './suppressed.ts'
import { changing } from './totals.ts'

export type ListOptions = {
  /** Keys the hashes of erased addresses. */
  readonly secret: string
  readonly now?: () => number
}

export function createSuppressions(sql: Sql, { secret, now = Date.now }: ListOptions): SuppressionStore {
  const { db } = sql
  const { suppressions, liftings } = sql.tables
  const erasedKey = createErasedKeys(secret)
  const keysOf = (email: string) => [emailKey(email), erasedKey(emailKey(email))]
  const columns = selectSuppression(sql)

  const keyOf = ({ email }: { readonly email: string }) => emailKey(email)

  /** What of these holds by a hash, and what is there at all. */
  async function known(all: readonly Suppression[]) {
    const names = new Map(
      all.flatMap(({ email, since }) => keysOf(email).map((key) => [key, since] as const)),
    )
    const { emailKey: key, until } = suppressions
    const kept = db.select({ key, until }).from(suppressions)
    const found = await sql.read(kept.where(sql.among(key, [...names.keys()])))
    const active = found.filter((row) => isActive(row, names.get(row.key) ?? 0))
    return { there: new Set(found.map(({ key }) => key)), active: new Set(active.map(({ key }) => key)) }
  }

  /** Where each of them belongs, and how many are news. */
  async function rowsOf(all: readonly Suppression[]) {
    const { there, active } = await known(all)
    const isKnown = (of: ReadonlySet<string>, key: string) => of.has(erasedKey(key))
    const hashed = all.map(keyOf).filter((key) => isKnown(active, key))
    const apart = await notListed(sql, hashed)
    const rows = all.map((each) => {
      const { reason, source, since, until } = each
      const key = keyOf(each)
      const place = placeOf(each.email, key, erasedKey(key), apart.has(key))
      return { ...place, reason, source, since, until }
    })
    const fresh = new Set(all.map(keyOf).filter((key) => !active.has(key) && !isKnown(active, key)))
    return { rows, there, fresh: fresh.size }
  }

  const selected = ({ reason, q }: SuppressionFilter) =>
    and(
      reason && eq(suppressions.reason, reason),
      q ? words`instr(${suppressions.emailKey}, ${foldText(q)}) > 0` : undefined,
      q ? isNotNull(suppressions.email) : undefined, // the key of an erased person must not be searched
    )

  async function putAll(all: readonly Suppression[], dryRun = false): Promise<number> {
    if (all.length === 0) return 0
    const { rows, there, fresh } = await rowsOf(all)
    if (dryRun) return fresh
    const leavers = all.filter(({ reason }) => reason === 'unsubscribe').map(keyOf)
    const [first] = all
    await sql.atomically([
      // Whoever adds one at the same time says all of it themselves; but one alone is never weaker for it.
      ...putting(sql, rows, all.length > 1 ? there : undefined),
      ...(first && leavers.length > 0 ? leaving(sql, leavers, first.since) : []),
    ])
    return fresh
  }

  return {
    async get(email, now) {
      const theirs = inArray(suppressions.emailKey, keysOf(email))
      const rows = await sql.read(db.select(columns).from(suppressions).where(theirs))
      return strongest(rows.filter((row) => isActive(row, now)))
    },
    list(limit, after, filter = {}, order = 'asc') {
      const { sorted, beyond } = ORDERS[order]
      const rest = after ? beyond(suppressions.emailKey, after) : undefined
      const all = db.select(columns).from(suppressions)
      const found = all.where(and(rest, selected(filter)))
      return sql.read(found.orderBy(sorted(suppressions.emailKey)).limit(limit))
    },
    async count(filter = {}) {
      const [row] = await sql.read(db.select({ count: count() }).from(suppressions).where(selected(filter)))
      return row?.count ?? 0
    },
    async put(suppression) {
      await putAll([suppression])
    },
    putAll,
    async remove(email) {
      const mine = inArray(suppressions.emailKey, keysOf(email))
      const { emailKey } = suppressions
      const there = await sql.read(db.select({ emailKey }).from(suppressions).where(mine))
      if (there.length === 0) return false
      const at = Math.floor(now() / 1_000) * 1_000 // Mandrill's times are in seconds: events of this second count as later
      const lifted = there.map(({ emailKey }) => ({ emailKey, at }))
      const keys = there.map(({ emailKey }) => emailKey)
      await sql.atomically([
        db.delete(suppressions).where(inArray(emailKey, keys)),
        db.delete(liftings).where(inArray(liftings.emailKey, keys)),
        newRowsFor(liftings, lifted), // others may lift it in the same moment
      ])
      return true
    },
  }
}

/**
 * Of the addresses whose hash holds, those that are kept as a hash only. An erased person's address is not stored again
 * by what comes to be known of it later. But who is on the list again has it there, and whatever asks whether a subscriber
 * may be mailed asks for that: their suppressions have plain keys.
 */
export async function notListed(sql: Sql, keys: readonly string[]): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set()
  const { subscribers } = sql.tables
  const { emailKey: key } = subscribers
  const all = sql.db.select({ key }).from(subscribers)
  const rows = await sql.read(all.where(sql.among(key, keys)))
  const listed = new Set(rows.map((row) => row.key))
  return new Set(keys.filter((each) => !listed.has(each)))
}

export function selectSuppression({ tables: { suppressions } }: Sql) {
  const { emailKey: key, email, reason, source, since, until } = suppressions
  return { key, email, reason, source, since, until }
}

/** Of a subscriber: a suppression holds. */
export function isSuppressed(sql: Sql, now: number): SQL {
  const { subscribers, suppressions } = sql.tables
  const own = eq(suppressions.emailKey, subscribers.emailKey)
  return words`EXISTS (SELECT 1 FROM ${suppressions} WHERE ${and(own, inForce(sql, now))})`
}

type Row = Omit<Sql['tables']['suppressions']['$inferSelect'], 'subscriber' | 'subscribed'>

/** Suppressions as they are to be, where those that are there (`there`, if it is known) may be replaced. Equal ones share a statement. */
export function putting(sql: Sql, rows: readonly Row[], there?: ReadonlySet<string>): Write[] {
  const { suppressions } = sql.tables
  const old = there ? rows.filter(({ emailKey }) => there.has(emailKey)) : rows
  const alike = Map.groupBy(old, ({ reason, source, since, until }) =>
    JSON.stringify([reason, source, since, until]),
  )
  const updates = [...alike.values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const { reason, source, since, until } = first
    const keys = group.map(({ emailKey }) => emailKey)
    const replaceable = and(sql.among(suppressions.emailKey, keys), replaceableBy(sql, first))
    return [sql.db.update(suppressions).set({ reason, source, since, until }).where(replaceable)]
  })
  return [
    newRowsFor(suppressions, rows),
    ...updates,
    ...notingNew(sql, rows.map(({ emailKey }) => emailKey)), // prettier-ignore
  ]
}

/** Any source but the two that core's rule knows. */
const ANOTHER = 'api'

/** Where what is there is replaced by this: core's rule, asked of each kind of suppression that may be there. */
function replaceableBy({ tables: { suppressions } }: Sql, next: Row) {
  const { reason, source, until } = suppressions
  const later = next.since + 1
  const isLater = gt(until, next.since)
  const ends = [
    { until: null, is: isNull(until) },
    { until: next.since, is: lte(until, next.since) },
    ...(next.until === null
      ? [{ until: later, is: isLater }]
      : [
          { until: Math.max(next.until - 1, later), is: and(isLater, lt(until, next.until)) },
          { until: Math.max(next.until, later), is: and(isLater, gte(until, next.until)) },
        ]),
  ]
  const sources = [
    { source: MIRROR, is: eq(source, MIRROR) },
    { source: MANDRILL, is: eq(source, MANDRILL) },
    { source: ANOTHER, is: notInArray(source, [MIRROR, MANDRILL]) },
  ]
  const cases = ends.flatMap((end) =>
    sources.flatMap((from) => {
      const isReplaced = (reason: SuppressionReason) => replaces(next, { ...from, reason, until: end.until })
      const which = SUPPRESSION_REASONS.filter(isReplaced)
      return which.length > 0 ? [and(end.is, from.is, inArray(reason, which))] : []
    }),
  )
  return or(...cases, words`1 = 0`)
}

/** Takes people off the list who want no mail, or ends their waiting to be on it. */
export function leaving(
  sql: Sql,
  keys: readonly string[],
  since: number,
  released: { readonly confirmationSentAt?: null } = {},
): Write[] {
  const { subscribers } = sql.tables
  const mine = sql.among(subscribers.emailKey, keys)
  const changes = { ...left(since), ...released }
  const gone = (from: SQL) => sql.db.update(subscribers).set(changes).where(and(mine, from))
  // In this order, so that somebody who confirms in between is taken off as well.
  return [
    gone(gt(subscribers.waiting, 0)),
    ...changing(sql, keys, gone(eq(hidden(subscribers.subscribed), 1)), 1, 0),
  ]
}
