// A CSV file of addresses that get no mail: the hub's own, or another tool's bounces, complaints and unsubscribes.
import { readInstant } from '../../instant.ts'
import type { Layout } from './columns.ts'
import { mailboxIn } from './mailbox.ts'
import {
  addressProblem,
  cellAt,
  readTable,
  shown,
  type ImportOptions,
  type ReadLine,
  type TableReport,
} from './table.ts'
import type { Suppression, SuppressionReason, SuppressionStore } from '../ports.ts'
import { mailStatusOf } from './statuses.ts'
import { emailKey } from '../../addresses/address.ts'
import { STRENGTH } from '../suppression.ts'
import { fold, isNothing, reasonOf } from './words.ts'

export const SUPPRESSION_COLUMNS = ['email', 'reason', 'source', 'since', 'until']

export type SuppressionReport = TableReport & { readonly added: number; readonly skipped: number }

const REASON = /^((suppression|bounce|event|block) )*(reason|type)$|^(reason|status|cause|grund|사유|event)$/
const SINCE = /^(since|created( at)?|date|time|timestamp|suppressed( at)?)$/
const UNTIL = /^(until|expires( at)?|expiry)$/

export async function importSuppressions(
  store: Pick<SuppressionStore, 'putAll'>,
  text: AsyncIterable<string>,
  { dryRun, now = Date.now }: ImportOptions,
): Promise<SuppressionReport> {
  const at = now()
  const total = { added: 0, skipped: 0 }
  const report = await readTable(text, readLine(at), async (rows) => {
    const active = strongestOfEach(rows.filter(({ until }) => until === null || until > at))
    const added = await store.putAll(active, dryRun)
    total.added += added
    total.skipped += rows.length - added
  })
  return { ...total, ...report }
}

function strongestOfEach(rows: readonly Suppression[]): Suppression[] {
  const byKey = new Map<string, Suppression>()
  for (const row of rows) {
    const key = emailKey(row.email)
    const before = byKey.get(key)
    if (!before || STRENGTH[row.reason] > STRENGTH[before.reason]) byKey.set(key, row)
  }
  return [...byKey.values()]
}

function readLine(at: number): ReadLine<Suppression> {
  return (cells, layout, use) => {
    const find = (title: RegExp) => layout.titles?.findIndex((each) => title.test(fold(each))) ?? -1
    const read = (column: number) => {
      if (column >= 0) use(column)
      return cellAt(cells, column)
    }
    const { address: email } = mailboxIn(cellAt(cells, layout.email))
    const problem = addressProblem(email)
    if (problem) return { problem }
    const column = layout.titles ? find(REASON) : layout.name
    const word = read(column)
    const reason = isNothing(word) ? reasonElsewhere(cells, layout, column) : reasonOf(word)
    if (!reason) return { problem: `This reason is not understood: ${shown(word)}` }
    const [since, until] = [instantOf(read(find(SINCE))), instantOf(read(find(UNTIL)))]
    if (until === undefined) return { problem: 'until is not a time (RFC 3339)' }
    return { email, reason, source: 'import', since: Math.min(since ?? at, at), until }
  }
}

/** The reason by the other columns, where the reason's own is empty. */
function reasonElsewhere(
  cells: readonly string[],
  { statusReaders }: Layout,
  but: number,
): SuppressionReason | undefined {
  const statuses = [...statusReaders].flatMap(([n, read]) => (n === but ? [] : read(cellAt(cells, n))))
  const status = mailStatusOf(statuses)
  return status && (status.suppressed ?? (status.wish === 'left' ? 'unsubscribe' : 'manual'))
}

/** null: for good. Other tools leave out the T and mean UTC. */
function instantOf(cell: string): number | null | undefined {
  return isNothing(cell) ? null : (readInstant(cell) ?? readInstant(`${cell.replace(' ', 'T')}Z`))
}
