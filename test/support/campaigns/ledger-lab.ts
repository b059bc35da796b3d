// What the tests of campaigns and the ledger work with: an empty database with subscribers on the list, and campaigns.
import { createCampaignStore } from '../../../src/adapters/sql/campaigns/campaigns.ts'
import { indexing } from '../../../src/adapters/sql/list/search-index.ts'
import { adding } from '../../../src/adapters/sql/list/totals.ts'
import type { Sql } from '../../../src/adapters/sql/driver/dialect.ts'
import { putting } from '../../../src/adapters/sql/list/suppressions.ts'
import { createLedger } from '../../../src/adapters/sql/campaigns/ledger.ts'
import { emptyTally, type Tally } from '../../../src/core/campaigns/outcome.ts'
import { DELIVERY_STATUSES } from '../../../src/core/campaigns/ports.ts'
import type {
  Campaign,
  CampaignStore,
  ChunkRef,
  Delivery,
  Ledger,
  Outcome,
} from '../../../src/core/campaigns/ports.ts'
import type { SuppressionReason } from '../../../src/core/list/ports.ts'
import type { SqlLab } from '../database/sql-lab.ts'
import { MINUTE, NOON } from '../times.ts'

export const laneOf = (email: string): string =>
  email.endsWith('@gmail.com') ? 'google' : email.endsWith('@naver.com') ? 'naver' : 'default'

const DOMAINS = ['gmail.com', 'naver.com', 'example.com', 'example.org']

type ReaderOptions = {
  readonly count: number
  /** The number of the first one: ids and addresses are made from it. */
  readonly from?: number
  readonly subscribed?: boolean
  readonly subscribedAt?: number
  readonly domain?: string
}

export type DeliveryCounts = Tally & { readonly total: number | null }

export type LedgerLab = {
  readonly sql: Sql
  readonly store: CampaignStore
  readonly ledger: Ledger
  /** How another process opens the database. */
  readonly recipe: SqlLab['recipe']
  /** The ledger as another process has it. */
  another(): Promise<Ledger>
  addSubscribers(options: ReaderOptions): Promise<void>
  /** Subscribers with addresses of their own. */
  addNamed(emails: readonly string[]): Promise<void>
  suppressEmail(email: string, reason: SuppressionReason, until?: number | null): Promise<void>
  suppress(number: number, reason: SuppressionReason, until?: number | null): Promise<void>
  /** A campaign that runs since NOON. */
  start(changes?: Partial<Campaign>): Promise<Campaign>
  /** Expands it wholly, `limit` subscribers a step; how many steps. */
  expand(campaign: Pick<Campaign, 'id'>, limit?: number): Promise<number>
  /** Every delivery, page by page. */
  all(campaignId: string): Promise<readonly Delivery[]>
  /** Its deliveries by state, over all lanes; `total` is null until they are all written. */
  countsOf(campaignId: string): Promise<DeliveryCounts>
  /** The chunks that are due, of all lanes. */
  due(campaignId: string, now?: number): Promise<readonly ChunkRef[]>
  close(): Promise<void>
}

/** The lanes that a campaign has deliveries on. */
async function lanesOf(ledger: Ledger, campaignId: string): Promise<string[]> {
  return [...((await ledger.tallies([campaignId])).get(campaignId)?.keys() ?? [])]
}

let campaigns = 0

export function makeCampaign(changes: Partial<Campaign> = {}): Campaign {
  return {
    id: `01900000-0000-7000-8000-${String(++campaigns).padStart(12, '0')}`,
    subject: 'Grüße ✓ {{name|friend}}',
    content: '<p>안녕하세요 {{name}}</p>',
    text: null,
    preheader: null,
    replyTo: null,
    tag: 'march',
    status: 'draft',
    statusReason: null,
    transport: 'smtp',
    createdAt: NOON,
    sendAt: null,
    startedAt: null,
    finishedAt: null,
    expanded: false,
    ...changes,
  }
}

export const readerId = (number: number): string =>
  `01800000-0000-7000-8000-${String(number).padStart(12, '0')}`
export const emailOf = (number: number, domain = DOMAINS[number % DOMAINS.length]): string =>
  `Reader-${number}@${domain}`

export function outcome(n: number, changes: Partial<Outcome> = {}): Outcome {
  return { n, status: 'sent', attempts: 1, dueAt: 0, reason: null, at: NOON + 1000, ...changes }
}

export async function openLedgerLab(lab: SqlLab): Promise<LedgerLab> {
  const sql = await lab.open()
  const store = createCampaignStore(sql)
  const ledger = createLedger(sql)
  const suppressEmail: LedgerLab['suppressEmail'] = async (email, reason, until = null) => {
    const row = { emailKey: email.toLowerCase(), email, reason, source: 'api', since: NOON, until } as const
    await sql.atomically(putting(sql, [row]))
  }
  return {
    sql,
    store,
    ledger,
    recipe: lab.recipe,
    another: async () => createLedger(await lab.open()),
    addSubscribers: (options) => addSubscribers(sql, options),
    addNamed: (emails) => addNamed(sql, emails),
    suppressEmail,
    suppress: (number, reason, until) => suppressEmail(emailOf(number), reason, until),
    async start(changes) {
      const campaign = makeCampaign({ status: 'running', startedAt: NOON, ...changes })
      await store.create(campaign)
      return campaign
    },
    async expand(campaign, limit = 5000) {
      for (let steps = 1; ; steps++)
        if ((await ledger.expand(campaign.id, laneOf, limit, NOON)) === 'done') return steps
    },
    async all(campaignId) {
      const found: Delivery[] = []
      for (;;) {
        const page = await ledger.deliveries({ campaignId, limit: 700, after: found.at(-1)?.id })
        if (page.length === 0) return found
        found.push(...page)
      }
    },
    async countsOf(campaignId) {
      const campaign = await store.get(campaignId)
      const counts = emptyTally()
      for (const tally of (await ledger.tallies([campaignId])).get(campaignId)?.values() ?? [])
        for (const status of DELIVERY_STATUSES) counts[status] += tally[status]
      const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
      return { total: campaign?.expanded || campaign?.status === 'cancelled' ? total : null, ...counts }
    },
    async due(campaignId, now = NOON) {
      const lanes = await lanesOf(ledger, campaignId)
      return (await Promise.all(lanes.map((lane) => ledger.dueChunks(campaignId, lane, now, 10_000)))).flat()
    },
    close: () => lab.close(),
  }
}

async function addSubscribers(sql: Sql, options: ReaderOptions): Promise<void> {
  const { count, from = 0, subscribed = true, subscribedAt = NOON - MINUTE, domain } = options
  const rows = Array.from({ length: count }, (_, index) =>
    readerRow(from + index, emailOf(from + index, domain), subscribed, subscribedAt),
  )
  await sql.atomically(adding(sql, rows))
}

/** Subscribers with these addresses, numbered from 500,000 on. */
async function addNamed(sql: Sql, emails: readonly string[]): Promise<void> {
  const rows = emails.map((email, index) => readerRow(500_000 + index, email, true, NOON - MINUTE))
  await sql.atomically([...adding(sql, rows), indexing(sql, rows)])
}

function readerRow(number: number, email: string, subscribed: boolean, subscribedAt: number) {
  const name = `Reader ${number}`
  return {
    id: readerId(number),
    email,
    emailKey: email.toLowerCase(),
    name,
    subscribed: subscribed ? 1 : 0,
    subscribedAt,
    waiting: 0,
    confirmationSentAt: null,
    createdAt: subscribedAt,
    updatedAt: subscribedAt,
  }
}
