// What the stores see of a database: one query builder and one way to write, whichever of the two it is.
import { DrizzleQueryError, getTableColumns, getTableName, type Column, type SQL } from './drizzle.ts'
import type { MySqlRemoteDatabase } from 'drizzle-orm/mysql-proxy'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { SqliteRemoteDatabase } from 'drizzle-orm/sqlite-proxy'
import type { columns as mysqlColumns } from '../schema/columns.mysql.ts'
import type { Columns } from '../schema/columns.sqlite.ts'
import { createTables } from '../schema/tables.ts'

export type Value = string | number | Buffer | null

type Statement = { toSQL(): { sql: string; params: unknown[] } }
/** A statement of Drizzle's builder, rows to insert, rows to change, or one of these that is counted. */
export type Write = Statement | Rows | Changes | Counted
/** A write, and in the same transaction what is added for each row that it has touched: to the last column of `adding`. */
export type Counted = { readonly counted: Statement | Rows; readonly adding: Rows }
/**
 * Rows for one table. Kept as rows: a statement with ten thousand parameters is slow to build and to parse.
 */
export type Rows = {
  readonly table: string
  readonly columns: readonly string[]
  readonly rows: Value[][]
  /** The column that is added to where there is such a row already; without it that is an error. */
  readonly adding?: string
  /** A row that is there already stays as it is. */
  readonly keeping?: boolean
}

/** New values of some columns, row by row. A row that is not there is left out. */
export type Changes = {
  readonly table: string
  readonly key: readonly string[]
  readonly set: readonly string[]
  /** The values of the key, then those to set. */
  readonly changes: Value[][]
}

type Db = SqliteRemoteDatabase<Record<string, never>>
export type Tables = ReturnType<typeof createTables>
export type Place = { readonly epoch: Column; readonly seq: Column }

/** Of a table of a few rows that are not held for long. */
export const CHANGING_NOTHING = 'UPDATE leases SET until_ms = until_ms'

/**
 * A driver: what sqlite.ts and mysql.ts each provide. Throws archive.unavailable when it cannot be reached.
 */
export type Driver = {
  /** One of them, all or nothing; tells how many rows it touched. */
  run(write: Write): Promise<number>
  /** All of them or none; tells how many rows each touched. */
  atomically(writes: readonly Write[]): Promise<readonly number[]>
  /** Which promise of a table a write would have broken; undefined for any other error. */
  fault(error: unknown): 'duplicate' | 'null' | undefined
  /** Writes something and changes nothing: a database that is read-only, or full, throws. */
  ping(): Promise<void>
  /** The database's own clock within a statement, in milliseconds since 1970. */
  readonly now: SQL
  /** Entries of an index that one statement goes through at most, where others wait for it to end. */
  readonly portion: number
  /** A condition: it is one of many texts. They are one parameter: a statement with a thousand is slow to build. */
  among(column: Column, texts: readonly string[]): SQL
  close(): Promise<void>
}

export type Sql = Driver & {
  /** For building statements. Run them through read, run or atomically. */
  readonly db: Db
  readonly tables: Tables
  read<T>(query: PromiseLike<T>): Promise<T>
}

export function onSqlite(db: Db, columns: Columns, driver: Driver): Sql {
  return { ...driver, db, tables: createTables(columns), read }
}

/**
 * The stores are written against SQLite's types. That MySQL's builder and columns can stand in for them is checked by
 * every store's contract, which runs on both. The builders' types have nothing in common that a store could be written
 * against, hence the only casts of this project.
 */
export function onMysql(db: MySqlRemoteDatabase, columns: typeof mysqlColumns, driver: Driver): Sql {
  return onSqlite(db as unknown as Db, columns as unknown as Columns, driver)
}

export function rowsFor<T extends SQLiteTable>(
  table: T,
  rows: readonly T['$inferInsert'][],
  adding?: keyof T['$inferInsert'] & string,
): Rows {
  const columns = Object.entries(getTableColumns(table))
  return {
    table: getTableName(table),
    ...(adding && { adding }),
    columns: columns.map(([, column]) => column.name),
    rows: rows.map((row: Record<string, unknown>) => columns.map(([key]) => (row[key] ?? null) as Value)),
  }
}

/** What is added for so many rows. */
export const timesTouched = ({ rows, ...adding }: Rows, touched: number): Rows => ({
  ...adding,
  rows: rows.map((row) => [...row.slice(0, -1), Number(row.at(-1)) * touched]),
})

/** Rows for one table, where rows that are there already stay as they are. */
export function newRowsFor<T extends SQLiteTable>(table: T, rows: readonly T['$inferInsert'][]): Rows {
  return { ...rowsFor(table, rows), keeping: true }
}

/** Changes of the rows with these keys: all the other columns that the rows are given with. */
export function changesFor<T extends SQLiteTable, K extends keyof T['$inferSelect'] & string>(
  table: T,
  key: readonly K[],
  rows: readonly (Pick<T['$inferSelect'], K> & Partial<T['$inferSelect']>)[],
): Changes {
  const columns = getTableColumns(table)
  const isKey = (name: string) => (key as readonly string[]).includes(name)
  const set = Object.keys(columns).filter((name) => rows[0] && name in rows[0] && !isKey(name))
  const nameOf = (name: string) => columns[name]?.name ?? name
  return {
    table: getTableName(table),
    key: key.map(nameOf),
    set: set.map(nameOf),
    changes: rows.map((row: Record<string, unknown>) =>
      [...key, ...set].map((name) => (row[name] ?? null) as Value),
    ),
  }
}

/**
 * Drizzle wraps an error in one whose message holds the statement and its values: subscribers' data, in a log.
 */
async function read<T>(query: PromiseLike<T>): Promise<T> {
  try {
    return await query
  } catch (error) {
    throw error instanceof DrizzleQueryError && error.cause ? error.cause : error
  }
}

/** Many values in portions: a statement takes a limited number of them. */
export function portions<T>(all: readonly T[], length = 1_000): T[][] {
  const count = Math.ceil(all.length / length)
  return Array.from({ length: count }, (_, n) => all.slice(n * length, (n + 1) * length))
}
