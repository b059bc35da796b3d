// What happens to many deliveries of a campaign at once: cancelling, trying failed ones again, and the end.
import {
  and,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  notExists,
  sql as words,
  type SQL,
} from '../driver/drizzle.ts'
import { HubError } from '../../../core/errors.ts'
import type { Ledger } from '../../../core/campaigns/ports.ts'
import type { Sql } from '../driver/dialect.ts'

const CHUNK = 500
/** A transaction holds its locks, and SQLite's only thread, as long as it runs. */
const CHUNKS_A_STEP = 20

/**
 * Every transaction changes its chunks first: that locks them, so that what the deliveries are moved from and what the
 * chunks count is the same. Sums and zeroes are two statements, as MySQL would compute the sum from the new zero.
 */
export function createSteps(sql: Sql): Pick<Ledger, 'cancel' | 'retryFailed' | 'finishIfDone'> {
  const { db } = sql
  const { campaigns, chunks, deliveries } = sql.tables
  const nextVersion = words`${chunks.version} + 1`

  async function chunksWhere(campaignId: string, condition: SQL, limit: number): Promise<number[]> {
    const rows = await sql.read(
      db
        .select({ number: chunks.number })
        .from(chunks)
        .where(and(eq(chunks.campaignId, campaignId), condition))
        .limit(limit),
    )
    return rows.map(({ number }) => number)
  }

  async function statusOf(campaignId: string) {
    const { status } = campaigns
    const [row] = await sql.read(db.select({ status }).from(campaigns).where(eq(campaigns.id, campaignId)))
    return row?.status
  }

  async function cancelChunks(campaignId: string, numbers: number[], now: number): Promise<void> {
    const these = and(eq(chunks.campaignId, campaignId), inArray(chunks.number, numbers))
    const cancelled = words`${chunks.cancelled} + ${chunks.queued} + ${chunks.deferred}`
    await sql.atomically([
      db.update(chunks).set({ version: nextVersion, dueAt: null, cancelled }).where(these),
      db.update(chunks).set({ queued: 0, deferred: 0 }).where(these),
      db
        .update(deliveries)
        .set({ status: 'cancelled', updatedAt: now })
        .where(
          and(
            eq(deliveries.campaignId, campaignId),
            inArray(deliveries.chunk, numbers),
            inArray(deliveries.status, ['queued', 'deferred']),
          ),
        ),
    ])
  }

  async function countOpen(campaignId: string): Promise<number> {
    const open = words<number>`coalesce(sum(${chunks.queued} + ${chunks.deferred}), 0)`.mapWith(Number)
    const [row] = await sql.read(db.select({ open }).from(chunks).where(eq(chunks.campaignId, campaignId)))
    return row?.open ?? 0
  }

  /** How many, and null when the campaign is in no state for it. */
  async function requeue(campaignId: string, numbers: number[], now: number): Promise<number> {
    const these = and(eq(chunks.campaignId, campaignId), inArray(chunks.number, numbers))
    const { status } = campaigns
    // Refused by the column, and all undone, for any other state.
    const running = words`CASE WHEN ${status} IN ('running', 'finished') THEN 'running' WHEN ${status} = 'paused' THEN 'paused' ELSE NULL END`
    const later = words`CASE WHEN ${deliveries.updatedAt} < ${now} THEN ${now} ELSE ${deliveries.updatedAt} + 1 END`
    const touched = await sql.atomically([
      db.update(campaigns).set({ status: running, finishedAt: null }).where(eq(campaigns.id, campaignId)),
      db
        .update(chunks)
        .set({
          version: nextVersion,
          dueAt: words`CASE WHEN ${chunks.dueAt} < ${now} THEN ${chunks.dueAt} ELSE ${now} END`,
          queued: words`${chunks.queued} + ${chunks.failed}`,
        })
        .where(these),
      db.update(chunks).set({ failed: 0 }).where(these),
      db
        .update(deliveries)
        .set({
          status: 'queued',
          earlierAttempts: words`${deliveries.attempts}`,
          dueAt: now,
          updatedAt: later,
        })
        .where(
          and(
            eq(deliveries.campaignId, campaignId),
            inArray(deliveries.chunk, numbers),
            eq(deliveries.status, 'failed'),
          ),
        ),
    ])
    return touched.at(-1) ?? 0
  }

  return {
    async cancel(campaignId, limit, now) {
      if ((await statusOf(campaignId)) !== 'cancelled') throw new HubError('campaign.wrong_state')
      const count = Math.min(Math.ceil(limit / CHUNK), CHUNKS_A_STEP)
      const numbers = await chunksWhere(campaignId, isNotNull(chunks.dueAt), count)
      if (numbers.length > 0) await cancelChunks(campaignId, numbers, now)
      const left = await countOpen(campaignId)
      const unsettled = and(eq(campaigns.id, campaignId), isNull(campaigns.finishedAt))
      if (left === 0) await sql.run(db.update(campaigns).set({ finishedAt: now }).where(unsettled))
      return left
    },
    async retryFailed(campaignId, now) {
      const status = await statusOf(campaignId)
      if (status !== 'running' && status !== 'paused' && status !== 'finished')
        throw new HubError('campaign.wrong_state')
      for (let count = 0; ;) {
        const numbers = await chunksWhere(campaignId, gt(chunks.failed, 0), CHUNKS_A_STEP)
        if (numbers.length === 0) return count
        try {
          count += await requeue(campaignId, numbers, now)
        } catch (error) {
          if (sql.fault(error) === 'null') throw new HubError('campaign.wrong_state', { cause: error })
          throw error
        }
      }
    },
    async finishIfDone(campaignId, now) {
      const left = db
        .select({ number: chunks.number })
        .from(chunks)
        .where(and(eq(chunks.campaignId, campaigns.id), isNotNull(chunks.dueAt)))
      const done = and(
        eq(campaigns.id, campaignId),
        eq(campaigns.status, 'running'),
        eq(campaigns.expanded, 1),
        notExists(left),
      )
      return (
        (await sql.run(db.update(campaigns).set({ status: 'finished', finishedAt: now }).where(done))) > 0
      )
    },
  }
}
