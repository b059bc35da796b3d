// The kinds of columns that the tables are made of, on MySQL and MariaDB: see columns.sqlite.ts.
import {
  bigint,
  customType,
  index,
  int,
  mysqlTable,
  primaryKey,
  uniqueIndex,
} from '../driver/drizzle.mysql.ts'
import type { MySqlColumn } from 'drizzle-orm/mysql-core'
import type { Columns } from './columns.sqlite.ts'

// Compared byte by byte whatever the database's own collation is, as SQLite does.
const BINARY = 'character set utf8mb4 collate utf8mb4_bin'

const key = customType<{ data: string; config: { length: number }; configRequired: true }>({
  dataType: ({ length }) => `varchar(${length}) ${BINARY}`,
})
const longText = customType<{ data: string }>({ dataType: () => `longtext ${BINARY}` })
const id16 = customType<{ data: Buffer }>({ dataType: () => 'binary(16)' })
const bytes = customType<{ data: Buffer }>({ dataType: () => 'mediumblob' })

export const columns = {
  table: mysqlTable,
  primaryKey,
  index,
  uniqueIndex,
  sparseIndex: (name: string, first: MySqlColumn, ...rest: MySqlColumn[]) => index(name).on(first, ...rest),
  key: (length: number, name = '') => key(name, { length }),
  longText: (name = '') => longText(name),
  small: (name = '') => int(name),
  integer: (name = '') => bigint(name, { mode: 'number' }),
  id16: (name = '') => id16(name),
  bytes: (name = '') => bytes(name),
} satisfies Record<keyof Columns, unknown>
