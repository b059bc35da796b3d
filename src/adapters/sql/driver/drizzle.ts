// Drizzle, the query builder, loaded by require. As ES modules, of which it has 448, each makes Node read its package.json
// with 447 entries anew: that takes half a second, and a process keeps 170 MB of it.
import { createRequire } from 'node:module'

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
