// Why a campaign's deliveries failed, wait or were skipped, as its chunks count it.
import { and, asc, eq, gt, inArray, or } from '../driver/drizzle.ts'
import { countReasons, readReasons, sumReasons, WITH_REASON } from '../../../core/campaigns/reasons.ts'
import type { Ledger } from '../../../core/campaigns/ports.ts'
import type { Sql } from '../driver/dialect.ts'
import { portions } from '../driver/portions.ts'

const CHUNKS_A_STEP = 20

export function createReasons(sql: Sql): Ledger['reasons'] {
  const { db } = sql
  const { chunks, deliveries } = sql.tables

  /** Of chunks that were written before they counted reasons. */
  async function countAnew(campaignId: string, numbers: number[]) {
    const { status, reason } = deliveries
    const rows = await sql.read(
      db
        .select({ status, reason })
        .from(deliveries)
        .where(
          and(
            eq(deliveries.campaignId, campaignId),
            inArray(deliveries.chunk, numbers),
            inArray(status, [...WITH_REASON]),
          ),
        ),
    )
    return countReasons(rows)
  }

  return async (campaignId) => {
    const { number, reasons, failed, skipped } = chunks
    const rows = await sql.read(
      db
        .select({ number, reasons })
        .from(chunks)
        .where(and(eq(chunks.campaignId, campaignId), or(gt(failed, 0), gt(skipped, 0))))
        .orderBy(asc(number)),
    )
    const counted = rows.flatMap(({ reasons }) => (reasons === null ? [] : readReasons(reasons)))
    const rest = rows.filter(({ reasons }) => reasons === null).map(({ number }) => number)
    for (const step of portions(rest, CHUNKS_A_STEP)) counted.push(await countAnew(campaignId, step))
    return sumReasons(counted)
  }
}
