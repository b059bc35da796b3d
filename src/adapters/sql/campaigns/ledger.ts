// The ledger of deliveries: one row a recipient, in chunks that each count their own.
import { and, asc, eq, inArray, lte, sql as words, type Column } from '../driver/drizzle.ts'
import { emptyTally } from '../../../core/campaigns/outcome.ts'
import type { DeliveryCounts, DeliveryStatus, Ledger } from '../../../core/campaigns/ports.ts'
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
  const { campaigns, chunks, deliveries } = sql.tables
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

  async function counts(campaignId: string): Promise<DeliveryCounts> {
    const [campaign] = await sql.read(
      db
        .select({ status: campaigns.status, expanded: campaigns.expanded })
        .from(campaigns)
        .where(eq(campaigns.id, campaignId)),
    )
    const [tally = emptyTally()] = await sql.read(
      db.select(sums(sql)).from(chunks).where(eq(chunks.campaignId, campaignId)).groupBy(chunks.campaignId),
    )
    return { total: totalOf(tally, campaign?.expanded === 1 || campaign?.status === 'cancelled'), ...tally }
  }

  async function queuedByLane(campaignId: string): Promise<ReadonlyMap<string, number>> {
    const lanes = (await tallies([campaignId])).get(campaignId) ?? []
    return new Map([...lanes].map(([lane, { queued, deferred }]) => [lane, queued + deferred]))
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
    counts,
    queuedByLane,
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
  const sum = (column: Column) => words<number>`coalesce(sum(${column}), 0)`.mapWith(Number)
  return {
    queued: sum(chunks.queued),
    sent: sum(chunks.sent),
    deferred: sum(chunks.deferred),
    failed: sum(chunks.failed),
    skipped: sum(chunks.skipped),
    cancelled: sum(chunks.cancelled),
  }
}

function totalOf(tally: Readonly<Record<DeliveryStatus, number>>, known: boolean): number | null {
  return known ? Object.values(tally).reduce((sum, count) => sum + count, 0) : null
}
