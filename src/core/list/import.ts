// A CSV file into the list: its columns found, its lines checked, its subscribers handed to the store in bulk.
import { createCsvReader, type CsvRecord } from '../csv/read.ts'
import { plainCell } from '../csv/write.ts'
import { breath } from '../pause.ts'
import { layoutOf, type Layout } from './columns.ts'
import type { ImportCounts, ImportRow, SubscriberStore } from './ports.ts'
import { createSeen } from './seen.ts'
import { standingOf } from './standing.ts'
import { emailKey, emailProblem } from '../address.ts'
import { nameProblem } from './subscriber.ts'
import { isNo, isYes, telling, type Said } from './words.ts'

type ImportProblem = { readonly line: number; readonly message: string }
/** Titles of the file's columns: those that were read, and those that told nothing that is kept here. */
type ColumnUse = { readonly used: readonly string[]; readonly ignored: readonly string[] }
export type TableReport = {
  readonly columns: ColumnUse
  /** The first of them. */
  readonly errors: readonly ImportProblem[]
  readonly errorCount: number
}
type ImportReport = ImportCounts & TableReport
export type ImportOptions = { readonly dryRun: boolean; readonly now?: () => number }

/** Rows that the store takes in one step. */
const STEP = 1000
const ERRORS_TOLD = 1000
/** Characters that are looked at before it is decided how the file is to be read. */
const HEAD_LENGTH = 65_536

type Line = ImportRow | { readonly problem: string }

/** Reads text in pieces as it comes. Holds one step of rows, whatever the size of the file. */
export async function importCsv(
  store: Pick<SubscriberStore, 'import'>,
  pieces: AsyncIterable<string>,
  { dryRun, now = Date.now }: ImportOptions,
): Promise<ImportReport> {
  const rows: ImportRow[] = []
  const seen = createSeen()
  const total = { added: 0, updated: 0, skipped: 0, left: 0 }

  async function flush(atLeast: number): Promise<void> {
    while (rows.length >= atLeast && rows.length > 0) {
      const counts = await store.import(rows.splice(0, STEP), now(), dryRun)
      for (const name of ['added', 'updated', 'skipped', 'left'] as const) total[name] += counts[name]
      await breath() // a database in this process would keep everybody else waiting for the whole file
    }
  }

  const { columns, errors, errorCount } = await readTable(pieces, readPerson, async (people) => {
    for (const row of people) {
      // A word that says they left counts wherever it stands, also behind one that did not.
      const isTold = row.wish !== undefined || row.suppressed !== undefined
      if (seen.add(emailKey(row.email)) && !isTold) total.skipped++
      else rows.push(row)
    }
    await flush(STEP)
  })
  await flush(1)
  return { ...total, columns, errors, errorCount }
}

/** Reads a line of a table as what it is about; `use` tells that a column of no known title was read. */
export type ReadLine<T> = (
  cells: readonly string[],
  layout: Layout,
  use: (column: number) => void,
) => T | { readonly problem: string }

/** Any table of people in CSV, piece by piece: what its lines are is handed on as they come. */
export async function readTable<T extends object>(
  pieces: AsyncIterable<string>,
  readLine: ReadLine<T>,
  onRows: (rows: readonly T[]) => Promise<void>,
): Promise<TableReport> {
  const errors: ImportProblem[] = []
  let errorCount = 0
  let head = ''
  let table: { readonly layout: Layout; readonly reader: ReturnType<typeof createCsvReader> } | undefined
  let isNone = false
  const used = new Set<number>()

  function tell(line: number, message: string): void {
    errorCount++
    if (errors.length < ERRORS_TOLD) errors.push({ line, message })
  }

  function open(isWhole: boolean): void {
    const layout = layoutOf(head, isWhole)
    if (layout) {
      table = { layout, reader: createCsvReader(layout.delimiter) }
      for (const column of usedBy(layout)) used.add(column)
    } else if (head.trim() !== '') {
      isNone = true
      tell(1, 'No column holds e-mail addresses, and none is called email')
    }
  }

  function rowsOf(records: readonly CsvRecord[], { from, ...layout }: Layout): T[] {
    return records.flatMap((record) => {
      if (record.line < from) return []
      if ('cells' in record && record.cells.every((cell) => cell.trim() === '')) return []
      const row =
        'problem' in record
          ? { problem: `This line ${record.problem}` }
          : readLine(record.cells, { from, ...layout }, (column) => used.add(column))
      if (!('problem' in row)) return [row]
      tell(record.line, `${row.problem}`)
      return []
    })
  }

  async function take(text: string, isLast: boolean): Promise<void> {
    let fresh = text
    if (!table && !isNone) {
      head += text
      if (head.length < HEAD_LENGTH && !isLast) return
      open(isLast)
      fresh = head
      head = ''
    }
    if (!table) return
    const { layout, reader } = table
    await onRows(rowsOf([...reader.push(fresh), ...(isLast ? reader.end() : [])], layout))
  }

  for await (const piece of pieces) await take(piece, false)
  await take('', true)
  return { columns: columnUse(table?.layout, used), errors, errorCount }
}

const usedBy = ({ titles, email, name, nameParts, readings }: Layout): readonly number[] =>
  titles ? [email, name, ...nameParts, ...readings.keys()] : [email, name]

function columnUse(layout: Layout | undefined, used: ReadonlySet<number>): ColumnUse {
  const titles = layout?.titles?.map((title, n) => title || `column ${n + 1}`)
  if (layout && !titles)
    return { used: [...used].toSorted((a, b) => a - b).map((n) => `column ${n + 1}`), ignored: [] }
  return {
    used: (titles ?? []).filter((_, n) => used.has(n)),
    ignored: (titles ?? []).filter((_, n) => !used.has(n)),
  }
}

const readPerson: ReadLine<ImportRow> = (cells, layout, use): Line => {
  const cell = (at: number) => cellAt(cells, at)
  const email = cell(layout.email)
  const problem = addressProblem(email)
  if (problem) return { problem }
  const whole = cell(layout.name)
  const name = oneLine(whole === '' ? layout.nameParts.flatMap((at) => cell(at) || []).join(' ') : whole)
  const wrongName = nameProblem(name)
  if (wrongName) return { problem: `name ${wrongName}: ${shown(name)}` }
  const unreadable = [email, name].find((text) => text.includes(UNREADABLE))
  if (unreadable !== undefined) return { problem: notDecoded(unreadable) }
  return standing({ email, name }, cells, layout, use)
}

function standing(
  person: Pick<ImportRow, 'email' | 'name'>,
  cells: readonly string[],
  { titles, email, name, readings }: Layout,
  use: (column: number) => void,
): Line {
  const said: Said[] = []
  const puzzling: number[] = []
  const width = Math.max(cells.length, titles?.length ?? 0)
  for (let n = 0; n < width; n++) {
    if (n === email) continue
    const cell = cellAt(cells, n)
    const reading = readings.get(n)
    const word = reading ? reading(cell) : n === name && titles ? undefined : telling(cell)
    if (word && !reading) use(n)
    // Without a title a yes may mean that they left, and a no that they did not.
    const isBare = !titles && (isYes(cell) || isNo(cell))
    if (word) said.push(word)
    if (isBare) said.push('unknown')
    if (isBare || word === 'unknown') puzzling.push(n)
  }
  const found = standingOf(said)
  if (found) return { ...person, ...found }
  const [at = 0] = puzzling
  const word = cellAt(cells, at)
  if (titles && word === '') return { problem: `The ${shown(titles[at] ?? '')} is empty` }
  const where = titles ? shown(titles[at] ?? '') : 'a column without a title'
  return { problem: `${shown(word)} in ${where} is not understood` }
}

export const cellAt = (cells: readonly string[], at: number): string => plainCell(oneLine(cells[at] ?? ''))

export function addressProblem(email: string): string | undefined {
  const wrong = emailProblem(email)
  if (wrong) return `email ${wrong}: ${shown(email)}`
  if (email.includes(UNREADABLE)) return notDecoded(email)
  return email.includes('|') ? `email must not contain |: ${shown(email)}` : undefined
}

/** What a decoder leaves of bytes that are none of its characters. */
const UNREADABLE = '\ufffd'
const notDecoded = (text: string) =>
  `This line is no UTF-8 (say its charset in the content type): ${shown(text)}`

/** In a cell an end of line is only layout. */
const oneLine = (text: string): string => text.replace(/[\r\n\t]+/g, ' ').trim()
export const shown = (text: string): string =>
  JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
