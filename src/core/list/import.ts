// A CSV file into the list: its columns found, its lines checked, its readers handed to the store in bulk.
import { createCsvReader, type CsvRecord } from '../csv-reader.ts'
import { plainCell } from '../csv.ts'
import { breath } from '../pause.ts'
import type { ImportCounts, ImportRow, SubscriberStore } from './ports.ts'
import { createSeen } from './seen.ts'
import { emailKey, emailProblem, nameProblem } from './subscriber.ts'

export type ImportProblem = { readonly line: number; readonly message: string }
export type ImportReport = ImportCounts & {
  /** The first of them. */
  readonly errors: readonly ImportProblem[]
  readonly errorCount: number
}
export type ImportOptions = { readonly dryRun: boolean; readonly now?: () => number }

/** Rows that the store takes in one step. */
const STEP = 1000
const ERRORS_TOLD = 1000

const EMAIL = ['email', 'e mail', 'email address', 'e mail address', 'mail']
const NAME = ['name', 'full name']
const NAME_PARTS = ['first name', 'last name']

/** Where the columns are; -1 = there is none. */
type Columns = {
  readonly email: number
  readonly names: readonly number[]
  /** As the hub's own files have them: who is not subscribed there, or suppressed, is not subscribed by a file. */
  readonly subscribed: number
  readonly suppressed: number
}
type Line = ImportRow | 'skip' | { readonly problem: string }

/** Reads text in pieces as it comes. Holds one step of rows, whatever the size of the file. */
export async function importCsv(
  store: Pick<SubscriberStore, 'import'>,
  pieces: AsyncIterable<string>,
  { dryRun, now = Date.now }: ImportOptions,
): Promise<ImportReport> {
  const reader = createCsvReader()
  const collected = createCollector()
  const total = { added: 0, updated: 0, skipped: 0 }

  async function flush(atLeast: number): Promise<void> {
    while (collected.rows.length >= atLeast && collected.rows.length > 0) {
      const { added, updated, skipped } = await store.import(collected.rows.splice(0, STEP), now(), dryRun)
      total.added += added
      total.updated += updated
      total.skipped += skipped
      await breath() // a database in this process would keep everybody else waiting for the whole file
    }
  }

  for await (const piece of pieces) {
    collected.take(reader.push(piece))
    await flush(STEP)
  }
  collected.take(reader.end())
  await flush(1)
  const { errors, errorCount, skipped } = collected.result()
  return { ...total, skipped: total.skipped + skipped, errors, errorCount }
}

/** Sorts records into rows, errors and those to be skipped. */
function createCollector() {
  const rows: ImportRow[] = []
  const errors: ImportProblem[] = []
  const seen = createSeen()
  let columns: Columns | undefined
  let errorCount = 0
  let skipped = 0

  function tell(line: number, message: string): void {
    errorCount++
    if (errors.length < ERRORS_TOLD) errors.push({ line, message })
  }

  function takeRow(line: number, row: Line): void {
    if (row === 'skip') skipped++
    else if ('problem' in row) tell(line, row.problem)
    else if (seen.add(emailKey(row.email))) skipped++
    else rows.push(row)
  }

  return {
    rows,
    take(records: readonly CsvRecord[]): void {
      for (const record of records) {
        if ('problem' in record) tell(record.line, `This line ${record.problem}`)
        else if (columns) takeRow(record.line, readRow(record.cells, columns))
        else {
          const header = readHeader(record.cells)
          columns = header ?? { email: 0, names: [1], subscribed: -1, suppressed: -1 }
          if (!header) takeRow(record.line, readRow(record.cells, columns))
        }
      }
    },
    result: () => ({ errors, errorCount, skipped }),
  }
}

/** undefined for a first line that is no header. */
function readHeader(cells: readonly string[]): Columns | undefined {
  const titles = cells.map((cell) =>
    cell
      .trim()
      .toLowerCase()
      .replace(/[\s_-]+/g, ' '),
  )
  const find = (names: readonly string[]) => titles.findIndex((title) => names.includes(title))
  const email = find(EMAIL)
  if (email < 0) return undefined
  const name = find(NAME)
  const parts = NAME_PARTS.map((part) => titles.indexOf(part)).filter((at) => at >= 0)
  return {
    email,
    names: name < 0 ? parts : [name],
    subscribed: find(['subscribed']),
    suppressed: find(['suppressed']),
  }
}

function readRow(cells: readonly string[], columns: Columns): Line {
  const cell = (at: number) => plainCell(oneLine(cells[at] ?? ''))
  const email = cell(columns.email)
  const name = oneLine(columns.names.map(cell).join(' '))
  const wrong = emailProblem(email)
  if (wrong) return { problem: `email ${wrong}: ${shown(email)}` }
  const wrongName = nameProblem(name)
  if (wrongName) return { problem: `name ${wrongName}: ${shown(name)}` }
  if (`${email}${name}`.includes(UNREADABLE))
    return { problem: `This line is no UTF-8 (say its charset in the content type): ${shown(name)}` }
  const left = /^(false|no|0)$/i.test(cell(columns.subscribed))
  return left || cell(columns.suppressed) !== '' ? 'skip' : { email, name }
}

/** What a decoder leaves of bytes that are none of its characters. */
const UNREADABLE = '\ufffd'

/** In a cell an end of line is only layout. */
const oneLine = (text: string): string => text.replace(/[\r\n\t]+/g, ' ').trim()
const shown = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
