// Records outcomes: a chunk's deliveries and counts change together, or not at all.
import { and, eq, sql as words } from '../driver/drizzle.ts'
import { applyOutcomes, tallyOf, type DeliveryState } from '../../../core/campaigns/outcome.ts'
import type { ChunkRef, Ledger } from '../../../core/campaigns/ports.ts'
import { again, isFault } from '../driver/again.ts'
import { changesFor, type Sql, type Write } from '../driver/dialect.ts'

export function createRecord(sql: Sql): Ledger['record'] {
  const { db } = sql
  const { chunks, deliveries } = sql.tables

  const isIt = ({ campaignId, chunk }: ChunkRef) =>
    and(eq(chunks.campaignId, campaignId), eq(chunks.number, chunk))

  async function versionOf(ref: ChunkRef): Promise<number | undefined> {
    const [row] = await sql.read(db.select({ version: chunks.version }).from(chunks).where(isIt(ref)))
    return row?.version
  }

  function statesOf({ campaignId, chunk }: ChunkRef): Promise<DeliveryState[]> {
    const { n, status, attempts, dueAt, reason, updatedAt } = deliveries
    const all = db.select({ n, status, attempts, dueAt, reason, updatedAt }).from(deliveries)
    return sql.read(all.where(and(eq(deliveries.campaignId, campaignId), eq(deliveries.chunk, chunk))))
  }

  /** Comes first in its transaction: if the chunk no longer has this version, all is undone. */
  function countAnew(ref: ChunkRef, version: number, all: readonly DeliveryState[]): Write {
    const next = words`CASE WHEN ${chunks.version} = ${version} THEN ${version + 1} ELSE NULL END`
    const counted = { version: next, ...tallyOf(all) }
    return db.update(chunks).set(counted).where(isIt(ref))
  }

  async function apply(ref: ChunkRef, outcomes: Parameters<Ledger['record']>[1]): Promise<void> {
    // The version is read first, so that any later change makes the transaction fail.
    const version = await versionOf(ref)
    if (version === undefined) return
    const { all, changed } = applyOutcomes(await statesOf(ref), outcomes)
    if (changed.length === 0) return
    const rows = changed.map((state) => ({ campaignId: ref.campaignId, chunk: ref.chunk, ...state }))
    await sql.atomically([
      countAnew(ref, version, all),
      changesFor(deliveries, ['campaignId', 'chunk', 'n'], rows),
    ])
  }

  // Cancelling, or the successor of a frozen worker, changes the same chunk.
  return (ref, outcomes) => again(() => apply(ref, outcomes), isFault(sql, 'null'))
}
