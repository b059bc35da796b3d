// One bulk step of an import: what is known of a thousand addresses is read, and what changes is written at once.
import { and, inArray, lte } from '../driver/drizzle.ts'
import type { ImportCounts, ImportRow } from '../../../core/list/ports.ts'
import {
  inQuestion,
  isTold,
  oneEach,
  planStep,
  type Held,
  type Keyed,
  type Known,
  type Step,
} from '../../../core/list/import-step.ts'
import { createErasedKeys, ERASED } from '../../../core/list/subscriber.ts'
import { changesFor, type Sql, type Write } from '../driver/dialect.ts'
import { beginning } from '../events/subjects.ts'
import { restarting, starting } from './starts.ts'
import { leaving, putting } from './suppressions.ts'
import { adding } from './totals.ts'

/** Others may add one of the same addresses between reading and writing, and erase it again; then it is read again. */
const TRIES = 25

export function createImport(sql: Sql, secret: string) {
  const { db } = sql
  const { subscribers, suppressions } = sql.tables
  const erasedKey = createErasedKeys(secret)

  async function known(keys: readonly string[]): Promise<ReadonlyMap<string, Known>> {
    const { id, email, name, subscribed } = subscribers
    const all = db.select({ key: subscribers.emailKey, id, email, name, subscribed }).from(subscribers)
    const rows = await sql.read(all.where(inArray(subscribers.emailKey, [...keys])))
    return new Map(rows.map(({ key, ...row }) => [key, row]))
  }

  /** By plain key, whether it is kept by that or by the hash. */
  async function heldOf(asked: readonly Keyed[]): Promise<ReadonlyMap<string, readonly Held[]>> {
    const { emailKey: stored, reason, until } = suppressions
    const erased = db.select({ stored }).from(suppressions).where(beginning(stored, ERASED)).limit(1)
    const isHashed = (await sql.read(erased)).length > 0 // else a third of the time would go into hashes of nobody
    const names = new Map(
      asked.flatMap(({ key }) => [
        [key, key] as const,
        ...(isHashed ? [[erasedKey(key), key] as const] : []),
      ]),
    )
    const all = db.select({ stored, reason, until }).from(suppressions)
    const rows = await sql.read(all.where(inArray(stored, [...names.keys()])))
    return Map.groupBy(rows, (row) => names.get(row.stored) ?? row.stored)
  }

  async function write({ added, renamed, suppressed, left, over }: Step, now: number): Promise<void> {
    const writes = [
      ...(added.length > 0 ? [...adding(sql, added), starting(sql, added)] : []),
      ...(renamed.length > 0 ? [changesFor(subscribers, ['id'], renamed), ...restarting(sql, renamed)] : []),
      ...(suppressed.length > 0 ? putting(sql, suppressed) : []),
      ...(left.length > 0 ? leaving(sql, left, now) : []),
      ...(over.length > 0 ? [forgetting(sql, over, now)] : []),
    ]
    if (writes.length > 0) await sql.atomically(writes)
  }

  return async (rows: readonly ImportRow[], now: number, dryRun: boolean): Promise<ImportCounts> => {
    const distinct = oneEach(rows)
    const left = rows.filter(isTold).length
    for (let tries = 1; ; tries++) {
      const there = await known([...distinct.keys()])
      const step = planStep(distinct, there, await heldOf(inQuestion(distinct, there)), now)
      const { joined: added, renamed } = step
      try {
        if (!dryRun) await write(step, now)
        return { added, updated: renamed.length, skipped: rows.length - added - renamed.length - left, left }
      } catch (error) {
        if (sql.fault(error) !== 'duplicate' || tries >= TRIES) throw error
      }
    }
  }
}

/** In the transaction that puts erased persons on the list again: what is left of their suppressions that are over. */
export function forgetting({ db, tables }: Sql, hashes: readonly string[], now: number): Write {
  const { emailKey: key, until } = tables.suppressions
  return db.delete(tables.suppressions).where(and(inArray(key, [...hashes]), lte(until, now)))
}
