// How many are on the list: written in the very transaction that changes it, so that nobody has to count a million rows.
import { and, eq, sql as words, type SQL } from '../driver/drizzle.ts'
import type { Row } from '../../../core/list/membership.ts'
import { rowsFor, type Counted, type Sql, type Write } from '../driver/dialect.ts'
import { hidden } from '../driver/hidden.ts'

type Total = Sql['tables']['listTotals']['$inferSelect']['name']

/** By chance one of so many rows is added to. */
const PARTS = 16

function counted(
  { listTotals }: Sql['tables'],
  write: Counted['counted'],
  each: Partial<Record<Total, number>>,
): Counted {
  const part = Math.floor(Math.random() * PARTS)
  const rows = (['listed', 'subscribed'] as const).flatMap((name) =>
    each[name] ? [{ name, part, count: each[name] }] : [],
  )
  return { counted: write, adding: rowsFor(listTotals, rows, 'count') }
}

/** Adds people. */
export function adding(sql: Sql, people: readonly Row[]): Write[] {
  const groups = Map.groupBy(people, ({ subscribed }) => subscribed)
  return [...groups].map(([subscribed, rows]) =>
    counted(sql.tables, rowsFor(sql.tables.subscribers, rows), { listed: 1, subscribed }),
  )
}

/**
 * Removes all of these. The first statement only locks them: none of them joins or leaves between the others. It cannot
 * lock who is not there: whoever comes after the second is not touched by the third.
 */
export function removing({ db, tables }: Sql, whom: SQL): Write[] {
  const { subscribers } = tables
  const having = (subscribed: number) =>
    db.delete(subscribers).where(and(whom, eq(hidden(subscribers.subscribed), subscribed)))
  return [
    db
      .update(subscribers)
      .set({ waiting: words`${subscribers.waiting}` })
      .where(whom),
    counted(tables, having(1), { listed: -1, subscribed: -1 }),
    counted(tables, having(0), { listed: -1 }),
  ]
}

/** A change of rows all of which were, and become, subscribed or not. */
export const changing = (sql: Sql, write: Counted['counted'], from: number, to: number): Write =>
  counted(sql.tables, write, { subscribed: to - from })

/** How many are on the list; subscribed or not, if that is asked. */
export async function countListed(sql: Sql, subscribed?: boolean): Promise<number> {
  const { name, count } = sql.tables.listTotals
  const rows = await sql.read(
    sql.db
      .select({ name, count: words`sum(${count})`.mapWith(Number) })
      .from(sql.tables.listTotals)
      .groupBy(name),
  )
  const of = (total: Total) => rows.find((row) => row.name === total)?.count ?? 0
  if (subscribed === undefined) return of('listed')
  return subscribed ? of('subscribed') : of('listed') - of('subscribed')
}
