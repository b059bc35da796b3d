// Makes a database that comes from a backup safe to start on: its campaigns wait until the operator says otherwise.
import { and, eq, inArray, lte, or, sql as words } from '../driver/drizzle.ts'
import { UNCERTAIN } from '../../../core/campaigns/campaign.ts'
import type { Sql } from '../driver/dialect.ts'
import { dropLeases } from '../driver/leases.ts'

/**
 * Pauses what would go out by itself, and says why; also where it was paused without a reason. Tells how many. Whoever
 * held a lease is gone. No hub may run.
 */
export async function holdCampaigns(sql: Sql, reason: string, now: number): Promise<number> {
  const { campaigns } = sql.tables
  const { status, sendAt, startedAt, statusReason } = campaigns
  const due = and(eq(status, 'scheduled'), lte(sendAt, now))
  const held = sql.db
    .update(campaigns)
    .set({
      status: 'paused',
      statusReason: words`coalesce(${statusReason}, ${reason})`,
      startedAt: words`coalesce(${startedAt}, ${sendAt})`, // its audience is that of its time
    })
    .where(or(inArray(status, [...UNCERTAIN]), due))
  const [count = 0] = await sql.atomically([held, dropLeases(sql)])
  return count
}
