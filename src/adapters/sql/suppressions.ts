// Suppressions: addresses that get no mail whatever the list says. A table of their own: they outlive the subscriber.
import { and, asc, eq, gt, inArray, isNotNull, lt, lte, or, sql as words } from 'drizzle-orm'
import type {
  ListedSuppression,
  Suppression,
  SuppressionReason,
  SuppressionStore,
} from '../../core/list/ports.ts'
import { createErasedKeys, emailKey, isActive, STRENGTH } from '../../core/list/subscriber.ts'
import { ECHO, isEcho, LIFTABLE, MIRROR } from '../../core/loop/suppressing.ts'
import { newRowsFor, rowsFor, type Sql, type Write } from './dialect.ts'

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

  async function rowOf({ email, reason, source, since, until }: Suppression) {
    const key = emailKey(email)
    const erased = erasedKey(key)
    const found = await sql.read(
      db.select({ until: suppressions.until }).from(suppressions).where(eq(suppressions.emailKey, erased)),
    )
    const holding = found.some((row) => isActive(row, since)) ? [key] : []
    const isApart = (await notListed(sql, holding)).has(key)
    const place = isApart ? { emailKey: erased, email: null } : { emailKey: key, email }
    return { ...place, reason, source, since, until }
  }

  return {
    async get(email, now) {
      const rows = await sql.read(
        db
          .select(columns)
          .from(suppressions)
          .where(inArray(suppressions.emailKey, keysOf(email))),
      )
      return strongest(rows.filter((row) => isActive(row, now)))
    },
    list: (limit, after = '') =>
      sql.read(
        db
          .select(columns)
          .from(suppressions)
          .where(gt(suppressions.emailKey, after))
          .orderBy(asc(suppressions.emailKey))
          .limit(limit),
      ),
    async count() {
      const [row] = await sql.read(db.select({ count: words`count(*)`.mapWith(Number) }).from(suppressions))
      return row?.count ?? 0
    },
    async put(suppression) {
      const row = await rowOf(suppression)
      await sql.atomically([
        ...putting(sql, [row]),
        ...(suppression.reason === 'unsubscribe'
          ? [leaving(sql, [emailKey(suppression.email)], suppression.since)]
          : []),
      ])
    },
    async remove(email) {
      const mine = inArray(suppressions.emailKey, keysOf(email))
      const held = await sql.read(
        db.select({ emailKey: suppressions.emailKey }).from(suppressions).where(mine),
      )
      if (held.length === 0) return false
      const at = Math.floor(now() / 1_000) * 1_000 // Mandrill tells seconds: what happens in this one comes after it
      const keys = held.map(({ emailKey }) => emailKey)
      await sql.atomically([
        db.delete(suppressions).where(inArray(suppressions.emailKey, keys)),
        db.delete(liftings).where(inArray(liftings.emailKey, keys)),
        rowsFor(
          liftings,
          keys.map((emailKey) => ({ emailKey, at })),
        ),
      ])
      return true
    },
  }
}

/**
 * Of the addresses whose hash holds, those that are kept as a hash only. An erased person's address is not stored again
 * by what comes to be known of it later. But who is on the list again has it there, and whatever asks whether a reader
 * may be mailed asks for that: their suppressions have plain keys.
 */
export async function notListed(sql: Sql, keys: readonly string[]): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set()
  const { emailKey: key } = sql.tables.subscribers
  const rows = await sql.read(
    sql.db
      .select({ key })
      .from(sql.tables.subscribers)
      .where(inArray(key, [...keys])),
  )
  const listed = new Set(rows.map((row) => row.key))
  return new Set(keys.filter((each) => !listed.has(each)))
}

export function selectSuppression({ tables: { suppressions } }: Sql) {
  const { emailKey: key, email, reason, source, since, until } = suppressions
  return { key, email, reason, source, since, until }
}

export function strongest(rows: readonly ListedSuppression[]): ListedSuppression | undefined {
  return rows.toSorted((a, b) => STRENGTH[b.reason] - STRENGTH[a.reason])[0]
}

type Row = Sql['tables']['suppressions']['$inferSelect']

/** Suppressions as they are to be, where those that are there may be replaced. Equal ones share a statement. */
export function putting(sql: Sql, rows: readonly Row[]): Write[] {
  const { suppressions } = sql.tables
  const alike = Map.groupBy(rows, ({ reason, source, since, until }) =>
    JSON.stringify([reason, source, since, until]),
  )
  const updates = [...alike.values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const { reason, source, since, until } = first
    const mine = inArray(
      suppressions.emailKey,
      group.map(({ emailKey }) => emailKey),
    )
    const replaceable = and(mine, replaceableBy(sql, first))
    return [sql.db.update(suppressions).set({ reason, source, since, until }).where(replaceable)]
  })
  return [newRowsFor(suppressions, rows), ...updates]
}

/** Where what is there may be replaced by this: the same rule as core's replaces(). */
function replaceableBy({ tables: { suppressions } }: Sql, row: Row) {
  const { reason, source, until } = suppressions
  const strength = STRENGTH[row.reason]
  const reasons = Object.keys(STRENGTH) as SuppressionReason[]
  const weaker = reasons.filter((each) => STRENGTH[each] < strength)
  const equal = reasons.filter((each) => STRENGTH[each] === strength)
  const over = lte(until, row.since)
  const lesser = weaker.length > 0 ? inArray(reason, weaker) : undefined
  if (isEcho(row)) return or(over, lesser)
  const shorter = row.until === null ? isNotNull(until) : lt(until, row.until)
  const mirrored = (row.source === MIRROR ? LIFTABLE.includes(row.reason) : row.until === null)
    ? undefined
    : words`1 = 0`
  return or(
    over,
    lesser,
    and(inArray(reason, equal), shorter),
    and(eq(source, ECHO.source), inArray(reason, equal), eq(reason, ECHO.reason)),
    and(eq(source, MIRROR), inArray(reason, equal), mirrored),
  )
}

/** Who does not want mail is taken off the list in the same transaction. */
export function leaving({ db, tables: { subscribers } }: Sql, keys: readonly string[], since: number): Write {
  const wants = or(eq(subscribers.subscribed, 1), gt(subscribers.waiting, 0))
  return db
    .update(subscribers)
    .set({ subscribed: 0, waiting: 0, updatedAt: since })
    .where(and(inArray(subscribers.emailKey, [...keys]), wants))
}
