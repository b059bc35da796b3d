// Who would get a campaign, or is in it: how many recipients, and how many are skipped, by reason.
import { and, count, eq, hidden, isNull, sql as words } from '../driver/drizzle.ts'
import { BEYOND_ASCII } from '../../../core/addresses/mailbox.ts'
import type { Ledger } from '../../../core/campaigns/ports.ts'
import type { Sql } from '../driver/dialect.ts'
import { unsendable } from '../list/search-index.ts'
import { suppressedOnList, inForce } from '../list/suppressed.ts'
import { countListed } from '../list/totals.ts'

export function createAudience(sql: Sql, reasons: Ledger['reasons']): Ledger['audience'] {
  const { db } = sql
  const { subscribers, suppressions, chunks } = sql.tables

  function suppressedSubscribers(now: number) {
    const { reason, subscribed } = suppressions
    const wanting = and(eq(subscribed, 1), suppressedOnList(sql, now))
    const counts = db.select({ reason, count: count() }).from(suppressions)
    return sql.read(counts.where(wanting).groupBy(reason))
  }

  async function beyondAscii(now: number): Promise<number> {
    const beyond = unsendable(sql)
    const all = db.select({ count: count() }).from(beyond)
    const listed = all.innerJoin(subscribers, eq(subscribers.id, beyond.id))
    const theirs = and(eq(suppressions.emailKey, subscribers.emailKey), inForce(sql, now))
    const free = and(eq(hidden(subscribers.subscribed), 1), isNull(suppressions.emailKey))
    const [row] = await sql.read(listed.leftJoin(suppressions, theirs).where(free))
    return row?.count ?? 0
  }

  async function wouldGet(now: number) {
    const suppressed = (await suppressedSubscribers(now)).map(
      ({ reason, count }) => [`suppressed: ${reason}`, count] as const,
    )
    const unsendable = await beyondAscii(now)
    const skipped = unsendable > 0 ? [...suppressed, [BEYOND_ASCII, unsendable] as const] : suppressed
    const recipients = (await countListed(sql, true)) - skipped.reduce((sum, [, count]) => sum + count, 0)
    return { recipients, skipped: Object.fromEntries(skipped) }
  }

  async function hasTaken(campaignId: string) {
    const all = words<number>`coalesce(sum(${chunks.queued} + ${chunks.sent} + ${chunks.deferred} + ${chunks.failed} + ${chunks.cancelled}), 0)`
    const taken = db.select({ recipients: all.mapWith(Number) }).from(chunks)
    const [row] = await sql.read(taken.where(eq(chunks.campaignId, campaignId)))
    const { skipped } = await reasons(campaignId)
    return { recipients: row?.recipients ?? 0, skipped: Object.fromEntries(skipped) }
  }

  return ({ id, expanded }, now) => (expanded ? hasTaken(id) : wouldGet(now))
}
