// The kinds of columns that the tables are made of, on SQLite.
import { isNotNull } from '../driver/drizzle.ts'
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from '../driver/drizzle.sqlite.ts'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'

/** A column without a name has that of its key. */
export const columns = {
  table: sqliteTable,
  primaryKey,
  index,
  uniqueIndex,
  /** Of what few rows have: the others are left out where the database can do that. */
  sparseIndex: (name: string, first: SQLiteColumn, ...rest: SQLiteColumn[]) =>
    index(name)
      .on(first, ...rest)
      .where(isNotNull(first)),
  /** A text of so many characters at most: what is indexed or compared. */
  key: (_length: number, name = '') => text(name),
  longText: (name = '') => text(name),
  small: (name = '') => integer(name),
  /** Also beyond 32 bits; instants are milliseconds since 1970. */
  integer: (name = '') => integer(name),
  id16: (name = '') => blob(name, { mode: 'buffer' }),
  bytes: (name = '') => blob(name, { mode: 'buffer' }),
}

export type Columns = typeof columns
