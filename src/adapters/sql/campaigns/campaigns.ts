// Campaigns: what each says, and its state, which only changes from a state that the caller expects.
import { and, asc, eq, getTableColumns, inArray, isNull, lte, or, sql as words } from '../driver/drizzle.ts'
import { HubError, isHubError } from '../../../core/errors.ts'
import type { Campaign, CampaignContent, CampaignHead, CampaignStore } from '../../../core/campaigns/ports.ts'
import { rowsFor, type Sql, type Tables } from '../driver/dialect.ts'
import { ORDERS } from '../driver/orders.ts'

/** Far more than anybody runs at a time. */
const ACTIVE_LIMIT = 1000

type Row = Tables['campaigns']['$inferSelect']
type Internals = 'expandedTo' | 'nextChunk' | 'idempotencyKey' | 'fingerprint'

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

  async function repeated(key: string, print: string | null): Promise<Campaign | undefined> {
    const [row] = await sql.read(
      db
        .select({ ...whole, fingerprint })
        .from(campaigns)
        .where(eq(idempotencyKey, key)),
    )
    if (!row) return undefined
    const { fingerprint: first, ...campaign } = row
    if (first !== print) throw new HubError('campaign.idempotency_conflict')
    return toCampaign(campaign)
  }

  async function create(campaign: Campaign, key?: string, print?: string) {
    const row = { ...campaign, expanded: campaign.expanded ? 1 : 0, expandedTo: '', nextChunk: 0 }
    try {
      await naming(
        campaign,
        sql.run(rowsFor(campaigns, [{ ...row, idempotencyKey: key, fingerprint: print }])),
      )
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
    async list(limit, place, order = 'desc') {
      const { sorted, beyond } = ORDERS[order]
      const rest = place === undefined ? undefined : beyond(campaigns.id, place)
      const rows = await sql.read(
        db.select(head).from(campaigns).where(rest).orderBy(sorted(campaigns.id)).limit(limit),
      )
      return rows.map(toHead)
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
    async active(now) {
      const due = and(eq(campaigns.status, 'scheduled'), lte(campaigns.sendAt, now))
      const rows = await sql.read(
        db
          .select(head)
          .from(campaigns)
          .where(or(eq(campaigns.status, 'running'), due))
          .orderBy(asc(words`coalesce(${campaigns.startedAt}, ${campaigns.sendAt})`), asc(campaigns.id))
          .limit(ACTIVE_LIMIT),
      )
      return rows.map(toHead)
    },
    async countByStatus() {
      const { status } = campaigns
      const count = words`count(*)`.mapWith(Number)
      const rows = await sql.read(db.select({ status, count }).from(campaigns).groupBy(status))
      return new Map(rows.map((row) => [row.status, row.count]))
    },
    async cancelling() {
      const unsettled = and(eq(campaigns.status, 'cancelled'), isNull(campaigns.finishedAt))
      const rows = await sql.read(db.select(head).from(campaigns).where(unsettled).limit(ACTIVE_LIMIT))
      return rows.map(toHead)
    },
  }
}

const TEXTS = ['content', 'text', 'subject', 'preheader'] as const

/** Where a campaign is larger than the database takes, the error names the field that makes it so. */
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

const toCampaign = (row: Omit<Row, Internals>): Campaign => ({ ...row, expanded: row.expanded === 1 })
const toHead = (row: Omit<Row, Internals | 'content' | 'text'>): CampaignHead => ({
  ...row,
  expanded: row.expanded === 1,
})
