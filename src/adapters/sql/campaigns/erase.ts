// Forgetting a person: their deliveries stay and are counted, but no longer say whose they were.
import { and, eq, inArray, sql as words } from '../driver/drizzle.ts'
import { emailKey } from '../../../core/addresses/address.ts'
import type { Ledger } from '../../../core/campaigns/ports.ts'
import { breath } from '../../../core/pause.ts'
import { portions, type Sql } from '../driver/dialect.ts'
import { chunksNaming, forgettingName } from './names.ts'

/** Read at once: about fifty thousand deliveries. */
const CHUNKS_AT_ONCE = 100

export function createErase(sql: Sql): Ledger['erase'] {
  const { db } = sql
  const { campaigns, deliveries } = sql.tables
  const { campaignId, chunk, n, email } = deliveries

  async function* steps(spellings: readonly string[]) {
    const all = db.select({ id: campaigns.id }).from(campaigns)
    for (const { id } of await sql.read(all))
      for (const some of portions(await chunksNaming(sql, id, spellings), CHUNKS_AT_ONCE))
        yield and(eq(campaignId, id), inArray(chunk, some))
  }

  return async (address) => {
    const spellings = [...new Set([address.toLowerCase(), emailKey(address)])]
    const theirs = inArray(words`lower(${email})`, spellings)
    let erased = 0
    for await (const step of steps(spellings)) {
      const named = db.select({ campaignId, chunk, n, email }).from(deliveries)
      const found = await sql.read(named.where(and(step, theirs)))
      for (const place of found) {
        const here = and(eq(campaignId, place.campaignId), eq(chunk, place.chunk), eq(n, place.n))
        const emptied = db.update(deliveries).set({ email: '', name: '', reason: null }).where(here)
        const [count = 0] = await sql.atomically([emptied, forgettingName(sql, place, place.email)])
        erased += count
      }
      await breath()
    }
    return erased
  }
}
