// Forgetting a person: their deliveries stay and are counted, and no longer tell whose they were.
import { and, eq, gte, lte } from 'drizzle-orm'
import type { Ledger } from '../../core/mailing/ports.ts'
import type { Sql } from './dialect.ts'

export function createErase(sql: Sql): Ledger['erase'] {
  const { db } = sql
  const { chunks, deliveries } = sql.tables
  return async (subscriberId) => {
    const holding = await sql.read(
      db
        .select({ campaignId: chunks.campaignId, chunk: chunks.number })
        .from(chunks)
        .where(and(lte(chunks.firstReader, subscriberId), gte(chunks.lastReader, subscriberId))),
    )
    let erased = 0
    for (const { campaignId, chunk } of holding) {
      const theirs = and(
        eq(deliveries.campaignId, campaignId),
        eq(deliveries.chunk, chunk),
        eq(deliveries.subscriberId, subscriberId),
      )
      erased += await sql.run(db.update(deliveries).set({ email: '', name: '', reason: null }).where(theirs))
    }
    return erased
  }
}
