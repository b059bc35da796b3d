// Changes of many deliveries of a campaign at once: cancelling, retrying failed ones, and finishing.
import {
  and,
  asc,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  notExists,
  or,
  sql as words,
  type SQL,
} from '../driver/drizzle.ts'
import { HubError } from '../../../core/errors.ts'
import { isAllowed } from '../../../core/campaigns/campaign.ts'
import type { Ledger } from '../../../core/campaigns/ports.ts'
import { mayHold, reasonGroup } from '../../../core/campaigns/reasons.ts'
import type { Sql } from '../driver/dialect.ts'

const CHUNK = 500
/** Limits a transaction, which holds its locks, and SQLite's only thread, for as long as it runs. */
const CHUNKS_A_STEP = 20

/**
 * Every transaction changes its chunks first, which locks them, so that deliveries and counts stay in step. Adding to one count
 * and setting another to zero are two statements, since MySQL would add the new zero.
 */
export function createSteps(sql: Sql): Pick<Ledger, 'cancel' | 'retryFailed' | 'finishIfDone'> {
  const { db } = sql
  const { campaigns, chunks, deliveries } = sql.tables
  const nextVersion = words`${chunks.version} + 1`

  const inChunks = (campaignId: string, numbers: number[]) =>
    and(eq(deliveries.campaignId, campaignId), inArray(deliveries.chunk, numbers))

  async function dueChunks(campaignId: string, limit: number): Promise<number[]> {
    const due = and(eq(chunks.campaignId, campaignId), isNotNull(chunks.dueAt))
    const rows = await sql.read(db.select({ number: chunks.number }).from(chunks).where(due).limit(limit))
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
    const open = and(inChunks(campaignId, numbers), inArray(deliveries.status, ['queued', 'deferred']))
    await sql.atomically([
      db.update(chunks).set({ version: nextVersion, dueAt: null, cancelled }).where(these),
      db.update(chunks).set({ queued: 0, deferred: 0 }).where(these),
      db.update(deliveries).set({ status: 'cancelled', updatedAt: now }).where(open),
    ])
  }

  async function countOpen(campaignId: string): Promise<number> {
    const open = words<number>`coalesce(sum(${chunks.queued} + ${chunks.deferred}), 0)`.mapWith(Number)
    const [row] = await sql.read(db.select({ open }).from(chunks).where(eq(chunks.campaignId, campaignId)))
    return row?.open ?? 0
  }

  async function failedAfter(campaignId: string, number: number, reason: string | undefined) {
    const next = and(eq(chunks.campaignId, campaignId), gt(chunks.number, number), gt(chunks.failed, 0))
    const some = db.select({ number: chunks.number, reasons: chunks.reasons }).from(chunks).where(next)
    const rows = await sql.read(some.orderBy(asc(chunks.number)).limit(CHUNKS_A_STEP))
    const numbers = rows.filter(({ reasons }) => mayHold(reasons, reason)).map(({ number }) => number)
    return { numbers, last: rows.at(-1)?.number }
  }

  /** The deliveries in these chunks that failed for a reason of this group. */
  async function ofGroup(campaignId: string, numbers: number[], group: string) {
    const { chunk, n, status, reason } = deliveries
    const failed = and(inChunks(campaignId, numbers), eq(status, 'failed'))
    const rows = await sql.read(db.select({ chunk, n, reason }).from(deliveries).where(failed))
    const byChunk = Map.groupBy(rows.filter((row) => reasonGroup(row.reason) === group), (row) => row.chunk) // prettier-ignore
    return [...byChunk].map(([number, own]) => ({ number, ns: own.map((row) => row.n) }))
  }

  async function requeue(campaignId: string, numbers: number[], meant: SQL | undefined, now: number) {
    const these = and(eq(chunks.campaignId, campaignId), inArray(chunks.number, numbers))
    const meantFailed = and(eq(deliveries.campaignId, campaignId), meant, eq(deliveries.status, 'failed'))
    const meantHere = and(meantFailed, inArray(deliveries.chunk, numbers))
    const { status } = campaigns
    // In any other state the column refuses the value, and all is undone.
    const running = words`CASE WHEN ${status} IN ('running', 'finished') THEN 'running' WHEN ${status} = 'paused' THEN 'paused' ELSE NULL END`
    const later = words`CASE WHEN ${deliveries.updatedAt} < ${now} THEN ${now} ELSE ${deliveries.updatedAt} + 1 END`
    const earlierAttempts = words`${deliveries.attempts}`
    const again = { status: 'queued', earlierAttempts, dueAt: now, updatedAt: later } as const
    const here = and(meantFailed, eq(deliveries.chunk, chunks.number))
    const count = words`count(*)`
    const moved = db.select({ count }).from(deliveries).where(here)
    const dueAt = words`CASE WHEN ${chunks.dueAt} < ${now} THEN ${chunks.dueAt} ELSE ${now} END`
    const [queued, failed] = [words`${chunks.queued} + ${moved}`, words`${chunks.failed} - ${moved}`]
    const touched = await sql.atomically([
      db.update(campaigns).set({ status: running, finishedAt: null }).where(eq(campaigns.id, campaignId)),
      db.update(chunks).set({ version: nextVersion, dueAt, queued, failed, reasons: null }).where(these),
      db.update(deliveries).set(again).where(meantHere),
    ])
    return touched.at(-1) ?? 0
  }

  async function requeueGroup(campaignId: string, numbers: number[], group: string, now: number) {
    const found = numbers.length > 0 ? await ofGroup(campaignId, numbers, group) : []
    if (found.length === 0) return 0
    const { chunk, n } = deliveries
    const meant = or(...found.map(({ number, ns }) => and(eq(chunk, number), inArray(n, ns))))
    return requeue(campaignId, found.map(({ number }) => number), meant, now) // prettier-ignore
  }

  return {
    async cancel(campaignId, limit, now) {
      if ((await statusOf(campaignId)) !== 'cancelled') throw new HubError('campaign.wrong_state')
      const count = Math.min(Math.ceil(limit / CHUNK), CHUNKS_A_STEP)
      const numbers = await dueChunks(campaignId, count)
      if (numbers.length > 0) await cancelChunks(campaignId, numbers, now)
      const left = await countOpen(campaignId)
      const unsettled = and(eq(campaigns.id, campaignId), isNull(campaigns.finishedAt))
      if (left === 0) await sql.run(db.update(campaigns).set({ finishedAt: now }).where(unsettled))
      return left
    },
    async retryFailed(campaignId, now, reason) {
      const status = await statusOf(campaignId)
      if (!status || !isAllowed(status, 'retry-failed')) throw new HubError('campaign.wrong_state')
      let count = 0
      for (let last = -1; ;) {
        const step = await failedAfter(campaignId, last, reason)
        if (step.last === undefined) return count
        last = step.last
        try {
          count += await (reason === undefined
            ? requeue(campaignId, step.numbers, undefined, now)
            : requeueGroup(campaignId, step.numbers, reason, now))
        } catch (error) {
          if (sql.fault(error) === 'null') throw new HubError('campaign.wrong_state', { cause: error })
          throw error
        }
      }
    },
    async finishIfDone(campaignId, now) {
      const { id, status, expanded } = campaigns
      const due = and(eq(chunks.campaignId, id), isNotNull(chunks.dueAt))
      const left = db.select({ number: chunks.number }).from(chunks).where(due)
      const done = and(eq(id, campaignId), eq(status, 'running'), eq(expanded, 1), notExists(left))
      const finish = db.update(campaigns).set({ status: 'finished', finishedAt: now })
      return (await sql.run(finish.where(done))) > 0
    },
  }
}
