// A CSV file into the list: its lines become persons, who are handed to the store in steps.
import { emailKey, emailProblem } from '../../addresses/address.ts'
import type { ImportCounts, ImportRow, SubscriberStore } from '../ports.ts'
import { nameProblem } from '../subscriber.ts'
import type { Layout } from './columns.ts'
import { mailboxIn } from './mailbox.ts'
import { createSeen } from './seen.ts'
import { getsNoMail } from './step.ts'
import { mailStatusOf } from './statuses.ts'
import {
  addressProblem,
  cellAt,
  notDecoded,
  oneLine,
  readTable,
  shown,
  UNREADABLE,
  type ImportOptions,
  type ReadLine,
  type TableReport,
} from './table.ts'
import { isNo, isYes, plainStatus, type StatusOrUnknown } from './words.ts'

type Line = ImportRow | { readonly problem: string }

export async function importSubscribers(
  store: Pick<SubscriberStore, 'import'>,
  text: AsyncIterable<string>,
  { dryRun, now = Date.now }: ImportOptions,
): Promise<ImportCounts & TableReport> {
  const seen = createSeen()
  const total = { added: 0, updated: 0, skipped: 0, left: 0 }

  const report = await readTable(text, readPerson, async (people) => {
    // An address that is named again is skipped, unless the line says that they left: that counts wherever it stands.
    const rows = people.filter((row) => !seen.add(emailKey(row.email)) || getsNoMail(row))
    total.skipped += people.length - rows.length
    const counts = await store.import(rows, now(), dryRun)
    for (const name of ['added', 'updated', 'skipped', 'left'] as const) total[name] += counts[name]
  })
  return { ...total, ...report }
}

const readPerson: ReadLine<ImportRow> = (cells, layout, use): Line => {
  const cell = (at: number) => cellAt(cells, at)
  // It may be the title of a column that says who wants no mail.
  const strange = layout.titles?.find((title) => title.includes(UNREADABLE))
  if (strange !== undefined) return { problem: notDecoded(strange, 'The header') }
  const { address: email, name: beside } = mailboxIn(cell(layout.email))
  const problem = addressProblem(email)
  if (problem) return { problem }
  const parts = () => layout.nameParts.flatMap((at) => cell(at) || []).join(' ')
  const name = oneLine(cell(layout.name) || parts() || beside)
  const wrongName = nameProblem(name)
  if (wrongName) return { problem: `name ${wrongName}: ${shown(name)}` }
  if (name.includes(UNREADABLE)) return { problem: notDecoded(name) }
  // A list of addresses in one line: the second is nobody's name.
  const { address: other } = mailboxIn(name)
  if (!layout.titles && emailProblem(other) === undefined && emailKey(other) !== emailKey(email))
    return { problem: `write each address on a line of its own: ${shown(name)}` }
  const said = cells.with(layout.email, beside) // nobody is called “unsubscribed”
  return withStatus({ email, name }, said, layout, use)
}

/** The person with what all cells of the line say of their mail, or why that is not understood. */
function withStatus(
  person: Pick<ImportRow, 'email' | 'name'>,
  cells: readonly string[],
  { titles, name, statusReaders }: Layout,
  use: (column: number) => void,
): Line {
  const statuses: StatusOrUnknown[] = []
  const puzzling: number[] = []
  const width = Math.max(cells.length, titles?.length ?? 0)
  for (let n = 0; n < width; n++) {
    const cell = cellAt(cells, n)
    const read = statusReaders.get(n)
    const said = read ? read(cell) : n === name && titles ? undefined : plainStatus(cell)
    const status = said === 'in' && cell.includes(UNREADABLE) ? 'unknown' : said
    if (status && !read) use(n)
    if (status) statuses.push(status)
    // Without a title nobody knows whether a yes means that they left or that they did not.
    const isBare = !titles && (isYes(cell) || isNo(cell))
    if (isBare) statuses.push('unknown')
    if (isBare || status === 'unknown') puzzling.push(n)
  }
  const found = mailStatusOf(statuses)
  if (found) return { ...person, ...found }
  const [at = 0] = puzzling
  const word = cellAt(cells, at)
  if (titles && word === '') return { problem: `The ${shown(titles[at] ?? '')} is empty` }
  const where = titles ? shown(titles[at] ?? '') : 'a column without a title'
  return { problem: `${shown(word)} in ${where} is not understood` }
}
