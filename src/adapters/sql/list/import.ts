// One bulk step of an import: reads what is known of a thousand addresses, and writes all changes in one transaction.
import { and, beginning, lte } from '../driver/drizzle.ts'
import type { ImportCounts, ImportRow } from '../../../core/list/ports.ts'
import {
  inQuestion,
  getsNoMail,
  oneEach,
  planStep,
  type Kept,
  type Keyed,
  type Known,
  type Step,
} from '../../../core/list/import/step.ts'
import { createErasedKeys, ERASED } from '../../../core/list/subscriber.ts'
import { again, isFault } from '../driver/again.ts'
import { changesFor, type Sql, type Write } from '../driver/dialect.ts'
import { reindexing, indexing } from './search-index.ts'
import { leaving, putting } from './suppressions.ts'
import { adding } from './totals.ts'

export function createImport(sql: Sql, secret: string) {
  const { db } = sql
  const { subscribers, suppressions } = sql.tables
  const erasedKey = createErasedKeys(secret)

  async function known(keys: readonly string[]): Promise<ReadonlyMap<string, Known>> {
    const { id, email, name, subscribed } = subscribers
    const all = db.select({ key: subscribers.emailKey, id, email, name, subscribed }).from(subscribers)
    const rows = await sql.read(all.where(sql.among(subscribers.emailKey, keys)))
    return new Map(rows.map(({ key, ...row }) => [key, row]))
  }

  /** By plain key, also where a suppression is kept under the hash. */
  async function suppressionsOf(asked: readonly Keyed[]): Promise<ReadonlyMap<string, readonly Kept[]>> {
    const { emailKey: stored, reason, until } = suppressions
    const erased = db.select({ stored }).from(suppressions).where(beginning(stored, ERASED)).limit(1)
    const isHashed = (await sql.read(erased)).length > 0 // if there are none, no hashes need be computed: a third of the time
    const names = new Map(
      asked.flatMap(({ key }) => [
        [key, key] as const,
        ...(isHashed ? [[erasedKey(key), key] as const] : []),
      ]),
    )
    const all = db.select({ stored, reason, until }).from(suppressions)
    const rows = await sql.read(all.where(sql.among(stored, [...names.keys()])))
    return Map.groupBy(rows, (row) => names.get(row.stored) ?? row.stored)
  }

  async function write({ added, renamed, suppressed, left, over }: Step, now: number): Promise<void> {
    const writes = [
      ...(added.length > 0 ? [...adding(sql, added), indexing(sql, added)] : []),
      ...(renamed.length > 0 ? [changesFor(subscribers, ['id'], renamed), ...reindexing(sql, renamed)] : []),
      ...(suppressed.length > 0 ? putting(sql, suppressed) : []),
      ...(left.length > 0 ? leaving(sql, left, now) : []),
      ...(over.length > 0 ? [forgetting(sql, over, now)] : []),
    ]
    if (writes.length > 0) await sql.atomically(writes)
  }

  return async (rows: readonly ImportRow[], now: number, dryRun: boolean): Promise<ImportCounts> => {
    const distinct = oneEach(rows)
    const left = rows.filter(getsNoMail).length
    const take = async () => {
      const there = await known([...distinct.keys()])
      const step = planStep(distinct, there, await suppressionsOf(inQuestion(distinct, there)), now)
      const { joined: added, renamed } = step
      if (!dryRun) await write(step, now)
      return { added, updated: renamed.length, skipped: rows.length - added - renamed.length - left, left }
    }
    // Somebody else may add one of the addresses between reading and writing.
    return again(take, isFault(sql, 'duplicate'))
  }
}

/** Deletes suppressions that are over, of erased persons who come back to the list. */
export function forgetting({ db, tables, among }: Sql, hashes: readonly string[], now: number): Write {
  const { emailKey: key, until } = tables.suppressions
  return db.delete(tables.suppressions).where(and(among(key, hashes), lte(until, now)))
}
