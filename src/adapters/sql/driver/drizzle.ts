// Drizzle, the query builder, loaded by require. As ES modules, of which it has 448, each makes Node read its package.json
// with 447 entries anew: that takes half a second, and a process keeps 170 MB of it.
import { createRequire } from 'node:module'

import type { Column, SQL } from 'drizzle-orm'

export type { Column, SQL, SQLWrapper } from 'drizzle-orm'

const require = createRequire(import.meta.url)

export const {
  aliasedTable,
  and,
  asc,
  between,
  count,
  desc,
  DrizzleQueryError,
  eq,
  exists,
  getTableColumns,
  getTableName,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  not,
  notExists,
  notInArray,
  or,
  sql,
} = require('drizzle-orm') as typeof import('drizzle-orm')

/** The column, without its indexes: another one leads, which it would only disturb. What is null stays so. */
export const hidden = (column: Column): SQL => sql`coalesce(${column}, NULL)`

/** The last Unicode character: every text that begins with a prefix sorts before the prefix followed by this. */
const LAST = '\u{10ffff}'

/** True for texts that begin with `start`. A range, which an index can serve. */
export function beginning(column: Column | SQL, start: string): SQL | undefined {
  const text = sql`${column}`
  return and(gte(text, start), lt(text, `${start}${LAST}`))
}

/** Which way a page goes on: what sorts it, and what lies beyond a place, there or beyond, and up to it. */
export const ORDERS = {
  asc: { sorted: asc, beyond: gt, orBeyond: gte, upTo: lte },
  desc: { sorted: desc, beyond: lt, orBeyond: lte, upTo: gte },
} as const
