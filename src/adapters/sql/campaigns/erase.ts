// Forgetting a person: their deliveries stay and are counted, and no longer tell whose they were.
import { and, asc, between, eq, inArray, sql as words } from '../driver/drizzle.ts'
import { emailKey } from '../../../core/address.ts'
import type { Ledger } from '../../../core/campaigns/ports.ts'
import { breath } from '../../../core/pause.ts'
import type { Sql } from '../driver/dialect.ts'

/** Read at once: about fifty thousand deliveries. No index knows addresses, since it would slow down every campaign. */
const CHUNKS_AT_ONCE = 100

export function createErase(sql: Sql): Ledger['erase'] {
  const { db } = sql
  const { chunks, deliveries } = sql.tables
  const { campaignId, chunk, n, email } = deliveries

  async function* steps() {
    const last = words`max(${chunks.number})`.mapWith(Number)
    const campaigns = db.select({ id: chunks.campaignId, last }).from(chunks).groupBy(chunks.campaignId)
    for (const { id, last } of await sql.read(campaigns.orderBy(asc(chunks.campaignId))))
      for (let from = 0; from <= last; from += CHUNKS_AT_ONCE)
        yield and(eq(campaignId, id), between(chunk, from, from + CHUNKS_AT_ONCE - 1))
  }

  return async (address) => {
    const spellings = [...new Set([address.toLowerCase(), emailKey(address)])]
    const theirs = inArray(words`lower(${email})`, spellings)
    let erased = 0
    for await (const step of steps()) {
      const found = await sql.read(
        db.select({ campaignId, chunk, n }).from(deliveries).where(and(step, theirs)),
      )
      for (const place of found) {
        const here = and(eq(campaignId, place.campaignId), eq(chunk, place.chunk), eq(n, place.n))
        erased += await sql.run(db.update(deliveries).set({ email: '', name: '', reason: null }).where(here))
      }
      await breath()
    }
    return erased
  }
}
