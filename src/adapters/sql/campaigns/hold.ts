// Makes a database from a backup safe to start on: pauses its campaigns until the operator resumes them.
import { and, eq, inArray, lte, or, sql as words } from '../driver/drizzle.ts'
import { UNCERTAIN } from '../../../core/campaigns/campaign.ts'
import type { Sql } from '../driver/dialect.ts'
import { dropLeases } from '../driver/leases.ts'

/**
 * Pauses all campaigns that would go out by themselves, with a reason (also those that are paused without one); returns how
 * many. Drops all leases. No hub may be running.
 */
export async function holdCampaigns(sql: Sql, reason: string, now: number): Promise<number> {
  const { campaigns } = sql.tables
  const { status, sendAt, startedAt, statusReason } = campaigns
  const due = and(eq(status, 'scheduled'), lte(sendAt, now))
  const pausing = sql.db
    .update(campaigns)
    .set({
      status: 'paused',
      statusReason: words`coalesce(${statusReason}, ${reason})`,
      startedAt: words`coalesce(${startedAt}, ${sendAt})`, // its audience stays that of its time
    })
    .where(or(inArray(status, [...UNCERTAIN]), due))
  const [count = 0] = await sql.atomically([pausing, dropLeases(sql)])
  return count
}
