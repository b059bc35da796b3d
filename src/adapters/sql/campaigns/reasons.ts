// Why a campaign's deliveries failed, wait or were skipped, summed over the counts of its chunks.
import { and, asc, eq, gt, inArray, or } from '../driver/drizzle.ts'
import { countReasons, readReasons, sumReasons, WITH_REASON } from '../../../core/campaigns/reasons.ts'
import type { Ledger } from '../../../core/campaigns/ports.ts'
import { portions, type Sql } from '../driver/dialect.ts'

const CHUNKS_A_STEP = 20

export function createReasons(sql: Sql): Ledger['reasons'] {
  const { db } = sql
  const { chunks, deliveries } = sql.tables

  /** For chunks from before reasons were counted. */
  async function countAnew(campaignId: string, numbers: number[]) {
    const { status, reason } = deliveries
    const here = and(eq(deliveries.campaignId, campaignId), inArray(deliveries.chunk, numbers))
    const some = db.select({ status, reason }).from(deliveries)
    return countReasons(await sql.read(some.where(and(here, inArray(status, [...WITH_REASON])))))
  }

  return async (campaignId) => {
    const { number, reasons, failed, skipped } = chunks
    const here = and(eq(chunks.campaignId, campaignId), or(gt(failed, 0), gt(skipped, 0)))
    const rows = await sql.read(db.select({ number, reasons }).from(chunks).where(here).orderBy(asc(number)))
    const counted = rows.flatMap(({ reasons }) => (reasons === null ? [] : readReasons(reasons)))
    const rest = rows.filter(({ reasons }) => reasons === null).map(({ number }) => number)
    for (const step of portions(rest, CHUNKS_A_STEP)) counted.push(await countAnew(campaignId, step))
    return sumReasons(counted)
  }
}
