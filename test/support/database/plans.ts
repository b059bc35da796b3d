// How the databases go about each statement that the stores run: asked of them with EXPLAIN, at the sizes of a busy hub.
//
// A planner's choice flips with the length of a list and the size of a table. So what is looked at is every statement of a
// whole scenario, run with short and with long pages, on tables where a wrong index costs more than it should.
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { createConnection } from 'mysql2/promise'
import type { RowDataPacket } from 'mysql2'
import type { Sql, Write } from '../../../src/adapters/sql/driver/dialect.ts'
import { statementsOf } from '../../../src/adapters/sql/driver/mysql/statements.ts'
import { LARGE } from './busy-database.ts'

export type Statement = { readonly text: string; readonly values: readonly unknown[] }

/** One table's part in a plan. `index` is undefined where all rows are gone through. */
type Access = {
  readonly table: string
  readonly index: string | undefined
  /** From one end to the other, in the order of the index. */
  readonly scan: boolean
}
export type Plan = { readonly accesses: readonly Access[]; readonly sorts: boolean }
export type Explaining = { explain(statement: Statement): Promise<Plan>; close(): Promise<void> }

type Changes = Extract<Write, { changes: unknown }>
export type UpdateOf = (write: Changes) => Statement

/** The same database, where every statement is heard. `updateOf`: how it goes about changing many rows. */
export function listening(sql: Sql, updateOf: UpdateOf, hear: (statement: Statement) => void): Sql {
  const told = (query: unknown) => {
    if (!isBuilt(query)) return
    const { sql: text, params } = query.toSQL()
    hear({ text, values: params })
  }
  const tellWrite = (write: Write) => {
    if ('counted' in write) told(write.counted)
    else if (!('changes' in write)) told(write)
    else if (write.changes.length > 0) hear(updateOf(write))
  }
  return {
    ...sql,
    read(query) {
      told(query)
      return sql.read(query)
    },
    run(write) {
      tellWrite(write)
      return sql.run(write)
    },
    atomically(writes) {
      writes.forEach(tellWrite)
      return sql.atomically(writes)
    },
  }
}

type Built = { toSQL(): { sql: string; params: unknown[] } }
const isBuilt = (query: unknown): query is Built =>
  typeof query === 'object' && query !== null && 'toSQL' in query && typeof query.toSQL === 'function'

/** SQLite changes row by row. */
export const updateOfSqlite: UpdateOf = ({ table, key, set, changes: [row = []] }) => {
  const names = (some: readonly string[]) => some.map((name) => `${name} = ?`)
  const text = `UPDATE ${table} SET ${names(set).join()} WHERE ${names(key).join(' AND ')}`
  return { text, values: [...row.slice(key.length), ...row.slice(0, key.length)] }
}

/** MySQL joins with many at once: the first statement of those. */
export const updateOfMysql: UpdateOf = (write) => {
  const [text = ''] = statementsOf(write, Infinity)
  return { text, values: [] }
}

/** Told apart by what they say, not by how long their lists are. */
export const shapeOf = ({ text }: Statement): string =>
  text
    .replace(/\?(?:, ?\?)+/g, '?…')
    .replace(/(\((?:[^()]|\([^()]*\))*\))(?: or \1)+/gi, '$1 or …')
    .replace(/["`]/g, '')

/** Without statistics, as the hub's files are. */
export function explainSqlite(file: string) {
  const db = new DatabaseSync(file, { readOnly: true })
  const explain = async ({ text, values }: Statement): Promise<Plan> => {
    const rows = db.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...(values as SQLInputValue[]))
    const details = rows.map(({ detail }) => String(detail))
    const accesses = details.flatMap((detail): Access[] => {
      const found = /^(SCAN|SEARCH) (\S+)(?: USING (.*))?$/.exec(detail)
      if (!found) return []
      const [, how, table = '', using] = found
      const index =
        /INDEX (\w+)/.exec(using ?? '')?.[1] ?? (using?.includes('PRIMARY KEY') ? 'primary' : undefined)
      return [{ table, index, scan: how === 'SCAN' }]
    })
    return { accesses, sorts: details.some((detail) => detail.includes('TEMP B-TREE')) }
  }
  return { explain, close: async () => db.close() }
}

/** With statistics that know how large the tables are. */
export async function explainMysql(url: string) {
  const connection = await createConnection(url)
  await connection.query(`ANALYZE TABLE ${LARGE.join()}`)
  const explain = async ({ text, values }: Statement): Promise<Plan> => {
    const [rows] = await connection.query<RowDataPacket[]>({ sql: `EXPLAIN ${text}`, values: [...values] })
    const accesses = rows.flatMap(({ table, type, key }): Access[] =>
      table === null || String(table).startsWith('<')
        ? []
        : [
            {
              table: String(table),
              index: key === null ? undefined : String(key),
              scan: type === 'ALL' || type === 'index',
            },
          ],
    )
    return { accesses, sorts: rows.some(({ Extra }) => /filesort|temporary/.test(String(Extra))) }
  }
  return { explain, close: () => connection.end() }
}
