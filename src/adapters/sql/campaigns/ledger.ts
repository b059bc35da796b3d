// The ledger of deliveries: one row a recipient, in chunks that each count their own.
import { and, asc, eq, inArray, lte, sql as words } from '../driver/drizzle.ts'
import { DELIVERY_STATUSES } from '../../../core/campaigns/outcome.ts'
import type { DeliveryStatus, Ledger } from '../../../core/campaigns/ports.ts'
import type { Sql } from '../driver/dialect.ts'
import { createAudience } from './audience.ts'
import { createSteps } from './changes.ts'
import { createDeliveryPages, toDelivery } from './deliveries.ts'
import { createErase } from './erase.ts'
import { createExpansion } from './expand.ts'
import { createReasons } from './reasons.ts'
import { createRecord } from './record.ts'

export function createLedger(sql: Sql): Ledger {
  const { db } = sql
  const { chunks, deliveries } = sql.tables
  const reasons = createReasons(sql)

  async function tallies(campaignIds: readonly string[]) {
    const found = new Map<string, Map<string, Record<DeliveryStatus, number>>>(
      campaignIds.map((id) => [id, new Map()]),
    )
    if (campaignIds.length === 0) return found
    const rows = await sql.read(
      db
        .select({ id: chunks.campaignId, lane: chunks.lane, ...sums(sql) })
        .from(chunks)
        .where(inArray(chunks.campaignId, [...campaignIds]))
        .groupBy(chunks.campaignId, chunks.lane),
    )
    for (const { id, lane, ...tally } of rows) found.get(id)?.set(lane, tally)
    return found
  }

  return {
    ...createSteps(sql),
    expand: createExpansion(sql),
    record: createRecord(sql),
    ...createDeliveryPages(sql),
    reasons,
    audience: createAudience(sql, reasons),
    erase: createErase(sql),
    tallies,
    async dueChunks(campaignId, lane, now, limit) {
      const rows = await sql.read(
        db
          .select({ chunk: chunks.number })
          .from(chunks)
          .where(and(eq(chunks.campaignId, campaignId), eq(chunks.lane, lane), lte(chunks.dueAt, now)))
          .orderBy(asc(chunks.dueAt), asc(chunks.number))
          .limit(limit),
      )
      return rows.map(({ chunk }) => ({ campaignId, chunk, lane }))
    },
    async open({ campaignId, chunk, lane }, now) {
      const rows = await sql.read(
        db
          .select()
          .from(deliveries)
          .where(
            and(
              eq(deliveries.campaignId, campaignId),
              eq(deliveries.chunk, chunk),
              inArray(deliveries.status, ['queued', 'deferred']),
              lte(deliveries.dueAt, now),
            ),
          )
          .orderBy(asc(deliveries.n)),
      )
      return rows.map((row) => toDelivery(row, lane))
    },
  }
}

/** How many deliveries the chunks of a group have in each state. */
function sums({ tables: { chunks } }: Sql) {
  const sum = (status: DeliveryStatus) => words<number>`coalesce(sum(${chunks[status]}), 0)`.mapWith(Number)
  const all = DELIVERY_STATUSES.map((status) => [status, sum(status)])
  return Object.fromEntries(all) as Record<DeliveryStatus, ReturnType<typeof sum>>
}
