// Each suppression notes the subscriber with its address, so that the suppressed subscribers of a list of a million are counted and
// listed by one index.
import { and, asc, eq, gt, isNotNull, isNull, not, or, sql as words, type SQL } from '../driver/drizzle.ts'
import { breath } from '../../../core/pause.ts'
import type { Sql, Write } from '../driver/dialect.ts'
import { bytesOf } from './search-index.ts'

const STEP = 1_000

export function inForce({ tables: { suppressions } }: Sql, now: number): SQL | undefined {
  return or(isNull(suppressions.until), gt(suppressions.until, now))
}

/** A condition on suppressions: in force, and of somebody on the list. */
export const suppressedOnList = (sql: Sql, now: number): SQL | undefined =>
  and(isNotNull(sql.tables.suppressions.subscriber), inForce(sql, now))

/** The notes, as queries of the list. */
function toNote({ tables: { subscribers, suppressions } }: Sql) {
  const same = eq(subscribers.emailKey, suppressions.emailKey)
  const of = (what: SQL) => words`(SELECT ${what} FROM ${subscribers} WHERE ${same})`
  return { subscriber: of(bytesOf(subscribers.id)), subscribed: of(words`${subscribers.subscribed}`) }
}

/** Updates the notes: comes last in a transaction that changes these rows of the list. */
export function noting(sql: Sql, keys: readonly string[]): Write {
  const { suppressions } = sql.tables
  return sql.db.update(suppressions).set(toNote(sql)).where(sql.among(suppressions.emailKey, keys))
}

/**
 * The notes of new suppressions: comes last in the transaction that adds them. The first statement waits for transactions that are
 * changing the list, which could not see these suppressions yet; later ones wait for this transaction, and then see them.
 */
export function notingNew(sql: Sql, keys: readonly string[]): Write[] {
  const { subscribers } = sql.tables
  const { waiting, emailKey } = subscribers
  const locking = sql.db.update(subscribers).set({ waiting: words`${waiting}` })
  return [locking.where(sql.among(emailKey, keys)), noting(sql, keys)]
}

/** Clears the notes: part of a transaction that removes people. `whose`: a condition on their suppressions. */
export const unnoting = ({ db, tables: { suppressions } }: Sql, whose: SQL): Write =>
  db.update(suppressions).set({ subscriber: null, subscribed: null }).where(whose)

/** Corrects, at the start and in steps, the notes that a process of an older version left wrong; returns how many. */
export async function renote(sql: Sql, signal: AbortSignal): Promise<number> {
  const { suppressions } = sql.tables
  const { emailKey: key, subscriber, subscribed } = suppressions
  const right = toNote(sql)
  const isWrong = or(
    not(eq(words`coalesce(${subscriber}, '')`, words`coalesce(${right.subscriber}, '')`)),
    not(eq(words`coalesce(${subscribed}, 2)`, words`coalesce(${right.subscribed}, 2)`)),
  )
  let mended = 0
  for (let after = ''; ; await breath()) {
    const all = sql.db.select({ key, isWrong: words`${isWrong}`.mapWith(Number) }).from(suppressions)
    const step = await sql.read(all.where(gt(key, after)).orderBy(asc(key)).limit(STEP))
    const wrong = step.filter((row) => row.isWrong === 1).map((row) => row.key)
    if (wrong.length > 0) await sql.atomically(notingNew(sql, wrong))
    mended += wrong.length
    const last = step.at(-1)
    if (!last || step.length < STEP || signal.aborted) return mended
    after = last.key
  }
}
