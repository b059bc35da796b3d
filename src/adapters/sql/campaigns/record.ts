// Recording outcomes: a chunk's deliveries and its counts change together, or not at all.
import { setTimeout as sleep } from 'node:timers/promises'
import { and, eq, sql as words } from '../driver/drizzle.ts'
import { HubError } from '../../../core/errors.ts'
import { applyOutcomes, tallyOf, type DeliveryState } from '../../../core/campaigns/outcome.ts'
import type { ChunkRef, Ledger } from '../../../core/campaigns/ports.ts'
import { changesFor, type Sql, type Write } from '../driver/dialect.ts'

/** Others change the same chunk only now and then: whoever cancels, and a successor of a frozen worker. */
const TRIES = 10
/** Those who met do not meet again at once: each waits for a moment of its own. */
const MEETING_MS = 10

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

  /** First in its transaction: where the chunk is no longer of this version all is undone. */
  function countAnew(ref: ChunkRef, version: number, all: readonly DeliveryState[]): Write {
    const next = words`CASE WHEN ${chunks.version} = ${version} THEN ${version + 1} ELSE NULL END`
    const counted = { version: next, ...tallyOf(all) }
    return db.update(chunks).set(counted).where(isIt(ref))
  }

  return async (ref, outcomes) => {
    for (let tries = 1; tries <= TRIES; tries++) {
      // The version first: what changes after this reading makes the transaction fail.
      const version = await versionOf(ref)
      if (version === undefined) return
      const { all, changed } = applyOutcomes(await statesOf(ref), outcomes)
      if (changed.length === 0) return
      const rows = changed.map((state) => ({ campaignId: ref.campaignId, chunk: ref.chunk, ...state }))
      try {
        await sql.atomically([
          countAnew(ref, version, all),
          changesFor(deliveries, ['campaignId', 'chunk', 'n'], rows),
        ])
        return
      } catch (error) {
        if (sql.fault(error) !== 'null') throw error
        await sleep(Math.random() * MEETING_MS * tries)
      }
    }
    throw new HubError('archive.unavailable', {
      message: 'Other processes keep changing the same deliveries',
    })
  }
}
