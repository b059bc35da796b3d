// Reading any CSV table of people, in pieces as it comes: its columns are found, and its lines handed on.
import { createCsvReader, type CsvRecord } from '../../csv/read.ts'
import { plainCell } from '../../csv/write.ts'
import { emailProblem } from '../../addresses/address.ts'
import { breath } from '../../pause.ts'
import { layoutOf, type Layout } from './columns.ts'

type ImportProblem = { readonly line: number; readonly message: string }
/** Titles of the file's columns: those that were read, and those that were not. */
type ColumnUse = { readonly used: readonly string[]; readonly ignored: readonly string[] }
export type TableReport = {
  readonly columns: ColumnUse
  /** The first thousand. */
  readonly errors: readonly ImportProblem[]
  readonly errorCount: number
}
export type ImportOptions = { readonly dryRun: boolean; readonly now?: () => number }

const ERRORS_TOLD = 1000
/** Characters that are looked at before it is decided how the file is to be read. */
const HEAD_LENGTH = 65_536
/** Lines that the store takes in one step. */
const STEP = 1000

/** Reads a line; `use` reports that a column without a known title was read. */
export type ReadLine<T> = (
  cells: readonly string[],
  layout: Layout,
  use: (column: number) => void,
) => T | { readonly problem: string }

/** Hands on what `readLine` makes of the lines, STEP of them at a time; returns what could not be read. */
export async function readTable<T extends object>(
  text: AsyncIterable<string>,
  readLine: ReadLine<T>,
  onRows: (rows: readonly T[]) => Promise<void>,
): Promise<TableReport> {
  const errors: ImportProblem[] = []
  let errorCount = 0
  let head = ''
  let table: { readonly layout: Layout; readonly reader: ReturnType<typeof createCsvReader> } | undefined
  let hasNoAddresses = false
  const used = new Set<number>()
  /** So many columns the file has. */
  let widest = 0
  const rows: T[] = []

  function addError(line: number, message: string): void {
    errorCount++
    if (errors.length < ERRORS_TOLD) errors.push({ line, message })
  }

  function open(isWhole: boolean): void {
    const layout = layoutOf(head, isWhole)
    if (layout) {
      table = { layout, reader: createCsvReader(layout.delimiter) }
      for (const column of usedBy(layout)) used.add(column)
    } else if (head.trim() !== '') {
      hasNoAddresses = true
      addError(1, 'No column holds e-mail addresses, and none is called email')
    }
  }

  function rowsOf(records: readonly CsvRecord[], layout: Layout): T[] {
    return records.flatMap((record) => {
      if (record.line < layout.from) return []
      if ('cells' in record && record.cells.every((cell) => cell.trim() === '')) return []
      if ('cells' in record) widest = Math.max(widest, record.cells.length)
      const row =
        'problem' in record
          ? { problem: `This line ${record.problem}` }
          : readLine(record.cells, layout, (column) => used.add(column))
      if (!('problem' in row)) return [row]
      addError(record.line, `${row.problem}`)
      return []
    })
  }

  async function take(piece: string, isLast: boolean): Promise<void> {
    let fresh = piece
    if (!table && !hasNoAddresses) {
      head += piece
      if (head.length < HEAD_LENGTH && !isLast) return
      open(isLast)
      fresh = head
      head = ''
    }
    if (!table) return
    const { layout, reader } = table
    for (const row of rowsOf([...reader.push(fresh), ...(isLast ? reader.end() : [])], layout)) rows.push(row)
    while (rows.length >= (isLast ? 1 : STEP)) {
      await onRows(rows.splice(0, STEP))
      await breath() // a database in this process would block everything else for the whole file
    }
  }

  for await (const piece of text) await take(piece, false)
  await take('', true)
  return { columns: columnUse(table?.layout, used, widest), errors, errorCount }
}

const usedBy = ({ titles, email, name, nameParts, statusReaders }: Layout): readonly number[] =>
  titles ? [email, name, ...nameParts, ...statusReaders.keys()] : [email, name]

function columnUse(layout: Layout | undefined, used: ReadonlySet<number>, widest: number): ColumnUse {
  const titles = layout?.titles?.map((title, n) => title || `column ${n + 1}`)
  if (layout && !titles) {
    const there = [...used].filter((n) => n < widest).toSorted((a, b) => a - b)
    return { used: there.map((n) => `column ${n + 1}`), ignored: [] }
  }
  return {
    used: (titles ?? []).filter((_, n) => used.has(n)),
    ignored: (titles ?? []).filter((_, n) => !used.has(n)),
  }
}

export const cellAt = (cells: readonly string[], at: number): string => plainCell(oneLine(cells[at] ?? ''))

export function addressProblem(email: string): string | undefined {
  const wrong = emailProblem(email)
  if (wrong) return email ? `email ${wrong}: ${shown(email)}` : `email ${wrong}`
  if (email.includes(UNREADABLE)) return notDecoded(email)
  return email.includes('|') ? `email must not contain |: ${shown(email)}` : undefined
}

/** What a decoder puts in place of bytes that are no character. */
export const UNREADABLE = '\ufffd'
export const notDecoded = (text: string, where = 'This line') =>
  `${where} is not UTF-8 (name its charset in the content type): ${shown(text)}`

/** A line break within a cell is only layout. */
export const oneLine = (text: string): string => text.replace(/[\r\n\t]+/g, ' ').trim()
export const shown = (text: string): string =>
  JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
