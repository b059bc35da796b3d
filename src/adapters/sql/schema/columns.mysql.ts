// The kinds of columns that the tables on MySQL and MariaDB have in common.
import { bigint, customType } from '../driver/drizzle.mysql.ts'

// Compared byte by byte whatever the database's own collation is, as SQLite does.
const BINARY = 'character set utf8mb4 collate utf8mb4_bin'

export const key = customType<{ data: string; config: { length: number }; configRequired: true }>({
  dataType: ({ length }) => `varchar(${length}) ${BINARY}`,
})
export const longText = customType<{ data: string }>({ dataType: () => `longtext ${BINARY}` })
export const id16 = customType<{ data: Buffer }>({ dataType: () => 'binary(16)' })
/** Numbers beyond 32 bits; instants are milliseconds since 1970. */
export const integer = (name: string) => bigint(name, { mode: 'number' })
