// The ledger of deliveries: one row per recipient, in chunks that each keep counts of their own.
import { and, asc, eq, inArray, lte, sql as words } from '../driver/drizzle.ts'
import { DELIVERY_STATUSES, type DeliveryStatus, type Ledger } from '../../../core/campaigns/ports.ts'
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
    const { campaignId: id, lane } = chunks
    const all = db.select({ id, lane, ...sums(sql) }).from(chunks)
    const rows = await sql.read(all.where(inArray(id, [...campaignIds])).groupBy(id, lane))
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
      const { number, dueAt } = chunks
      const due = and(eq(chunks.campaignId, campaignId), eq(chunks.lane, lane), lte(dueAt, now))
      const some = db.select({ chunk: number }).from(chunks).where(due)
      const rows = await sql.read(some.orderBy(asc(dueAt), asc(number)).limit(limit))
      return rows.map(({ chunk }) => ({ campaignId, chunk, lane }))
    },
    async open({ campaignId, chunk, lane }, now) {
      const { status, dueAt, n } = deliveries
      const here = and(eq(deliveries.campaignId, campaignId), eq(deliveries.chunk, chunk))
      const due = and(here, inArray(status, ['queued', 'deferred']), lte(dueAt, now))
      const rows = await sql.read(db.select().from(deliveries).where(due).orderBy(asc(n)))
      return rows.map((row) => toDelivery(row, lane))
    },
  }
}

/** How many deliveries are in each state, over the chunks of a group. */
function sums({ tables: { chunks } }: Sql) {
  const sum = (status: DeliveryStatus) => words<number>`coalesce(sum(${chunks[status]}), 0)`.mapWith(Number)
  const all = DELIVERY_STATUSES.map((status) => [status, sum(status)])
  return Object.fromEntries(all) as Record<DeliveryStatus, ReturnType<typeof sum>>
}
