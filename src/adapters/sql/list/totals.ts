// How many are on the list: kept in the same transaction that changes the list, so that a million rows need not be counted.
import { and, eq, gt, hidden, sql as words, type SQL } from '../driver/drizzle.ts'
import type { Row } from '../../../core/list/membership.ts'
import { rowsFor, type Counted, type Sql, type Write } from '../driver/dialect.ts'
import { noting, unnoting } from './suppressed.ts'

type Total = Sql['tables']['listTotals']['$inferSelect']['name']

/** By chance one of so many rows is added to. */
const PARTS = 16

const TOTALS = ['listed', 'subscribed'] as const satisfies readonly Total[]

function counted(
  { listTotals }: Sql['tables'],
  write: Counted['counted'],
  each: Partial<Record<Total, number>>,
): Counted {
  const part = Math.floor(Math.random() * PARTS)
  const rows = TOTALS.flatMap((name) => (each[name] ? [{ name, part, count: each[name] }] : []))
  return { counted: write, adding: rowsFor(listTotals, rows, 'count') }
}

/** Adds people. */
export function adding(sql: Sql, people: readonly Row[]): Write[] {
  const groups = Map.groupBy(people, ({ subscribed }) => subscribed)
  return [
    ...[...groups].map(([subscribed, rows]) =>
      counted(sql.tables, rowsFor(sql.tables.subscribers, rows), { listed: 1, subscribed }),
    ),
    noting(sql, people.map(({ emailKey }) => emailKey)), // prettier-ignore
  ]
}

/**
 * Removes all of these; fails as by null where one of them is such that they must not be. The first statement only locks them:
 * none of them joins or leaves between the others. It cannot lock who is not there: whoever comes after the second is not
 * touched by the third. `noted`: the suppressions that note them.
 */
export function removing(sql: Sql, whom: SQL, noted: SQL, mustStay: SQL | undefined): Write[] {
  const { db, tables } = sql
  const { subscribers } = tables
  const having = (subscribed: number) =>
    db.delete(subscribers).where(and(whom, eq(hidden(subscribers.subscribed), subscribed)))
  const { waiting } = subscribers
  const unchanged = mustStay ? words`CASE WHEN ${mustStay} THEN NULL ELSE ${waiting} END` : words`${waiting}`
  return [
    db.update(subscribers).set({ waiting: unchanged }).where(whom),
    counted(tables, having(1), { listed: -1, subscribed: -1 }),
    counted(tables, having(0), { listed: -1 }),
    unnoting(sql, noted),
  ]
}

/** A change of rows with these keys, all of which were, and become, subscribed or not. */
export const changing = (
  sql: Sql,
  keys: readonly string[],
  write: Counted['counted'],
  from: number,
  to: number,
): Write[] => [
  counted(sql.tables, write, { subscribed: to - from }),
  ...(from === to ? [] : [noting(sql, keys)]),
]

/** How many are on the list: all, or only those who are subscribed or not. */
export async function countListed(sql: Sql, subscribed?: boolean): Promise<number> {
  const { name, count } = sql.tables.listTotals
  const sums = { name, count: words`sum(${count})`.mapWith(Number) }
  const rows = await sql.read(sql.db.select(sums).from(sql.tables.listTotals).groupBy(name))
  const of = (total: Total) => rows.find((row) => row.name === total)?.count ?? 0
  if (subscribed === undefined) return of('listed')
  return subscribed ? of('subscribed') : of('listed') - of('subscribed')
}

/**
 * Counts all once more where the totals are wrong: a process of a version that knew nothing of them has changed the list beside
 * newer ones. Tells whether they were. For a start: it goes through the whole list.
 */
export async function recount(sql: Sql): Promise<boolean> {
  const { db, tables } = sql
  const { subscribers, listTotals } = tables
  const { name, part } = listTotals
  const here = (total: Total) => {
    const all = db.select({ count: words`count(*)` }).from(subscribers)
    return words`(${total === 'listed' ? all : all.where(eq(subscribers.subscribed, 1))})`
  }
  // In one statement: both of the same moment.
  const isRight = words`sum(${listTotals.count}) = CASE ${name} WHEN 'listed' THEN ${here('listed')} ELSE ${here('subscribed')} END`
  const asked = db.select({ isRight: isRight.mapWith(Number) }).from(listTotals)
  const looked = await sql.read(asked.groupBy(name))
  if (looked.every((total) => total.isRight === 1)) return false
  const none = TOTALS.flatMap((total) =>
    Array.from({ length: PARTS }, (_, n) => ({ name: total, part: n, count: 0 })),
  )
  const counted = TOTALS.map((total) => {
    const first = and(eq(name, total), eq(part, 0))
    const sum = { count: here(total) }
    return db.update(listTotals).set(sum).where(first)
  })
  await sql.atomically([
    // Locks all of them: who is changing the list has added to them before this, or does after it.
    rowsFor(listTotals, none, 'count'),
    db.update(listTotals).set({ count: 0 }).where(gt(part, 0)),
    ...counted,
  ])
  return true
}
