// Bulk writes as MySQL's statements: as few as possible, each no larger than the server takes.
import { escape } from 'mysql2'
import type { Changes, Rows, Value } from '../dialect.ts'

/** Larger ones are no faster. */
const BYTES_AT_ONCE = 4 * 1024 * 1024
/** Each is a SELECT in a UNION, and the server's parser goes one level deeper for it. */
const CHANGES_AT_ONCE = 100

/** A row that is larger than `most` by itself is a statement of its own: the session refuses it. */
export function* statementsOf(write: Rows | Changes, most: number): Generator<string> {
  const { head, pieces, between, tail, atOnce } = 'rows' in write ? insertion(write) : update(write)
  const room = Math.min(most, BYTES_AT_ONCE) - Buffer.byteLength(head + tail)
  let part: string[] = []
  let size = 0
  for (const piece of pieces) {
    const bytes = Buffer.byteLength(piece) + between.length
    if (part.length > 0 && (size + bytes > room || part.length === atOnce)) {
      yield head + part.join(between) + tail
      part = []
      size = 0
    }
    part.push(piece)
    size += bytes
  }
  if (part.length > 0) yield head + part.join(between) + tail
}

const list = (row: readonly Value[]): string => row.map((value) => escape(value)).join()

function insertion({ table, columns, adding, keeping, rows }: Rows) {
  const names = columns.map((name) => `\`${name}\``).join()
  // IGNORE would pass over any other trouble, too; a column set to itself changes nothing.
  const otherwise = adding
    ? `\`${adding}\` = \`${adding}\` + VALUES(\`${adding}\`)`
    : `\`${columns[0]}\` = \`${table}\`.\`${columns[0]}\``
  return {
    head: `INSERT INTO \`${table}\` (${names}) VALUES `,
    pieces: rows.values().map((row) => `(${list(row)})`),
    between: ',',
    tail: adding || keeping ? ` ON DUPLICATE KEY UPDATE ${otherwise}` : '',
    atOnce: Infinity,
  }
}

/** The new values are a table to join with: one statement for many rows, and one that never inserts. */
function update({ table, key, set, changes }: Changes) {
  const columns = [...key, ...set]
  const same = key.map((name) => `target.\`${name}\` = news.\`${name}\``).join(' AND ')
  const values = set.map((name) => `target.\`${name}\` = news.\`${name}\``).join()
  const named = (row: readonly Value[]) =>
    columns.map((name, index) => `${escape(row[index] ?? null)} AS \`${name}\``).join()
  return {
    head: `UPDATE \`${table}\` AS target JOIN (`,
    pieces: changes.values().map((row) => `SELECT ${named(row)}`),
    between: ' UNION ALL ',
    tail: `) AS news ON ${same} SET ${values}`,
    atOnce: CHANGES_AT_ONCE,
  }
}
