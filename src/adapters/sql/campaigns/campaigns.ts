// The campaigns in SQL. A state only changes if it is still one that the caller expects.
import {
  and,
  asc,
  count,
  eq,
  getTableColumns,
  inArray,
  isNull,
  lte,
  or,
  ORDERS,
  sql as words,
  type SQL,
} from '../driver/drizzle.ts'
import { HubError, isHubError } from '../../../core/errors.ts'
import type { Campaign, CampaignContent, CampaignHead, CampaignStore } from '../../../core/campaigns/ports.ts'
import { rowsFor, type Sql } from '../driver/dialect.ts'

/** Far more campaigns than anybody runs at a time. */
const ACTIVE_LIMIT = 1000

export function createCampaignStore(sql: Sql): CampaignStore {
  const { db } = sql
  const { campaigns } = sql.tables
  const {
    expandedTo: _,
    nextChunk: _chunk,
    idempotencyKey,
    fingerprint,
    ...whole
  } = getTableColumns(campaigns)
  const { content: _content, text: _text, ...head } = whole

  async function get(id: string): Promise<Campaign | undefined> {
    const [row] = await sql.read(db.select(whole).from(campaigns).where(eq(campaigns.id, id)))
    return row && toCampaign(row)
  }

  async function heads(where: SQL | undefined, limit: number, ...order: SQL[]): Promise<CampaignHead[]> {
    const some = db.select(head).from(campaigns).where(where)
    const rows = await sql.read(some.orderBy(...order).limit(limit))
    return rows.map(toCampaign)
  }

  async function repeated(key: string, print: string | null): Promise<Campaign | undefined> {
    const all = db.select({ ...whole, fingerprint }).from(campaigns)
    const [row] = await sql.read(all.where(eq(idempotencyKey, key)))
    if (!row) return undefined
    const { fingerprint: first, ...campaign } = row
    if (first !== print) throw new HubError('campaign.idempotency_conflict')
    return toCampaign(campaign)
  }

  async function create(campaign: Campaign, key?: string, print?: string) {
    const row = { ...campaign, expanded: campaign.expanded ? 1 : 0, expandedTo: '', nextChunk: 0 }
    try {
      const rows = rowsFor(campaigns, [{ ...row, idempotencyKey: key, fingerprint: print }])
      await naming(campaign, sql.run(rows))
      return { campaign, created: true }
    } catch (error) {
      if (sql.fault(error) !== 'duplicate' || key === undefined) throw error
      const found = await repeated(key, print ?? null)
      if (!found) throw error
      return { campaign: found, created: false }
    }
  }

  return {
    create,
    repeated,
    get,
    list(limit, place, order = 'desc') {
      const { sorted, beyond } = ORDERS[order]
      const rest = place === undefined ? undefined : beyond(campaigns.id, place)
      return heads(rest, limit, sorted(campaigns.id))
    },
    async change(id, from, to) {
      const unchanged = words`${campaigns.status}`
      const allowed = and(eq(campaigns.id, id), inArray(campaigns.status, [...from]))
      const changes = { ...to, status: to.status ?? unchanged }
      return (await naming(to, sql.run(db.update(campaigns).set(changes).where(allowed)))) > 0
    },
    async remove(id) {
      const removable = inArray(campaigns.status, ['draft', 'scheduled'])
      return (await sql.run(db.delete(campaigns).where(and(eq(campaigns.id, id), removable)))) > 0
    },
    active(now) {
      const due = and(eq(campaigns.status, 'scheduled'), lte(campaigns.sendAt, now))
      const began = words`coalesce(${campaigns.startedAt}, ${campaigns.sendAt})`
      return heads(or(eq(campaigns.status, 'running'), due), ACTIVE_LIMIT, asc(began), asc(campaigns.id))
    },
    async countByStatus() {
      const { status } = campaigns
      const rows = await sql.read(db.select({ status, count: count() }).from(campaigns).groupBy(status))
      return new Map(rows.map((row) => [row.status, row.count]))
    },
    cancelling: () =>
      heads(and(eq(campaigns.status, 'cancelled'), isNull(campaigns.finishedAt)), ACTIVE_LIMIT),
  }
}

const TEXTS = ['content', 'text', 'subject', 'preheader'] as const

/** If a campaign is too large for the database, the error names the field. */
async function naming<T>(says: Partial<CampaignContent>, write: Promise<T>): Promise<T> {
  try {
    return await write
  } catch (error) {
    if (!isHubError(error, 'archive.too_large')) throw error
    const sizes = TEXTS.map((field) => ({ field, size: says[field]?.length ?? 0 }))
    const [{ field } = { field: 'content' }] = sizes.sort((a, b) => b.size - a.size)
    const message = 'is larger than the database takes at once: shorten it, or raise max_allowed_packet'
    const details = [{ field, message }]
    throw new HubError('archive.too_large', { message: `body: ${field} ${message}`, details, cause: error })
  }
}

const toCampaign = <T extends { readonly expanded: number }>(row: T) => ({
  ...row,
  expanded: row.expanded === 1,
})
