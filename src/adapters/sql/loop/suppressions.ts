// What a page of events changes in the suppressions, whether their mails are the hub's or not.
import { and, inArray } from '../driver/drizzle.ts'
import type { SuppressionReason } from '../../../core/list/ports.ts'
import { createErasedKeys } from '../../../core/list/subscriber.ts'
import { isActive, LIFTABLE, placeOf, replaces } from '../../../core/list/suppression.ts'
import {
  decide,
  instantOf,
  judge,
  judgeAgain,
  JUDGED,
  NOTHING_KNOWN,
  withEvent,
  type Decision,
} from '../../../core/loop/suppressing.ts'
import type { ArchiveRow } from '../../../core/events/ports.ts'
import { rowsFor, type Sql, type Write } from '../driver/dialect.ts'
import { createAddressStates, createHistories, inSteps, type SuppressionOptions } from './addresses.ts'
import { notingNew } from '../list/suppressed.ts'
import { leaving, notListed, putting } from '../list/suppressions.ts'

export function createSuppressionEffects(sql: Sql, { secret, softBounces }: SuppressionOptions) {
  const erasedKey = createErasedKeys(secret)
  const statesBefore = createAddressStates(sql, { secret, softBounces })
  const historyOf = createHistories(sql)

  async function writesOf(decisions: ReadonlyMap<string, Decision>, now: number): Promise<Write[]> {
    const keys = [...decisions.keys()]
    const stored = keys.flatMap((key) => [key, erasedKey(key)])
    const held = await heldBy(sql, stored)
    const isErased = (key: string) => {
      const hashed = held.get(erasedKey(key))
      return hashed !== undefined && isActive(hashed, now)
    }
    const apart = await notListed(sql, keys.filter(isErased))
    const all = [...decisions].map(([key, decision]) => {
      const place = placeOf(decision.email, key, erasedKey(key), apart.has(key))
      return { ...decision, key, place, before: held.get(place.emailKey) }
    })
    const lifted = all
      .filter(({ lifted }) => lifted)
      .flatMap(({ key }) => [key, erasedKey(key)].filter((each) => held.has(each)))
    const puts = all.flatMap(({ put, place, before, lifted }) => {
      if (!put) return []
      const isOver = put.until !== null && put.until <= put.since
      const isNews = before ? lifted || replaces(put, before) : !isOver
      return isNews ? [{ ...place, ...reasonOf(put) }] : []
    })
    const left = all.filter(({ leaves }) => leaves).map(({ key }) => key)
    const known = puts.filter(({ emailKey }) => held.has(emailKey))
    const fresh = puts.filter(({ emailKey }) => !held.has(emailKey))
    return [
      ...(lifted.length > 0 ? [lifting(sql, lifted)] : []),
      ...putting(sql, known),
      // Fails, and undoes the whole page, where somebody else was quicker: then it is decided anew.
      rowsFor(sql.tables.suppressions, fresh),
      ...notingNew(sql, fresh.map(({ emailKey }) => emailKey)), // prettier-ignore
      ...(left.length > 0 ? leaving(sql, left, now) : []),
    ]
  }

  return async (rows: readonly ArchiveRow[]): Promise<readonly Write[]> => {
    const states = await statesBefore(rows)
    const histories = await historyOf(rows)
    const verdicts = rows.flatMap((row) => {
      const email = row.facts.email ?? ''
      const before = states.get(email)
      const state = before ? withEvent(before, row.event.kind, instantOf(row), softBounces) : NOTHING_KNOWN
      if (before) states.set(email, state)
      const history = histories.get(email) ?? []
      if (JUDGED.includes(row.event.kind)) history.push(row)
      const verdict = judge(row, state, softBounces)
      if (!verdict) return []
      return verdict.put === null ? [verdict, ...judgeAgain(history, state, softBounces)] : [verdict]
    })
    const now = Math.max(...rows.map(({ event }) => event.receivedAt))
    return verdicts.length === 0 ? [] : writesOf(decide(verdicts), now)
  }
}

/** Deletes suppressions whose reason allows it. */
function lifting({ db, tables: { suppressions } }: Sql, keys: readonly string[]): Write {
  const mine = inArray(suppressions.emailKey, [...keys])
  return db.delete(suppressions).where(and(mine, inArray(suppressions.reason, [...LIFTABLE])))
}

type Held = { reason: SuppressionReason; source: string; since: number; until: number | null }

const reasonOf = ({ reason, source, since, until }: Held): Held => ({ reason, source, since, until })

async function heldBy(sql: Sql, keys: readonly string[]): Promise<ReadonlyMap<string, Held>> {
  const { suppressions } = sql.tables
  const rows = await inSteps(keys, (some) =>
    sql.read(sql.db.select().from(suppressions).where(inArray(suppressions.emailKey, some))),
  )
  return new Map(rows.map((row) => [row.emailKey, row]))
}
