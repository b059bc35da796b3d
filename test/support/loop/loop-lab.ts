// What the tests of the loop work with: a campaign in the ledger, and events about its mails as Mandrill tells them.
import { createHash } from 'node:crypto'
import { createEventArchive } from '../../../src/adapters/sql/events/archive.ts'
import { createLoop, type LoopOptions } from '../../../src/adapters/sql/loop/loop.ts'
import { createReactionStore } from '../../../src/adapters/sql/loop/reactions.ts'
import { createSuppressions } from '../../../src/adapters/sql/list/suppressions.ts'
import { readFacts } from '../../../src/core/events/facts.ts'
import { kindOf } from '../../../src/core/events/providers/mandrill/kinds.ts'
import { factsOfOlder } from '../../../src/core/events/providers/providers.ts'
import type { LoopNews } from '../../../src/core/loop/news.ts'
import type { Campaign, Delivery } from '../../../src/core/campaigns/ports.ts'
import type { ReactionStore } from '../../../src/core/loop/ports.ts'
import type { SuppressionStore } from '../../../src/core/list/ports.ts'
import type { ArchiveRow, EventArchive } from '../../../src/core/events/ports.ts'
import { openLedgerLab, type LedgerLab } from '../campaigns/ledger-lab.ts'
import type { SqlLab } from '../database/sql-lab.ts'
import { NOON } from '../times.ts'

export const SECRET = 'a secret of the tests'

export const LOOP_OPTIONS: LoopOptions = {
  secret: SECRET,
  softBounces: 3,
  scope: { subaccounts: [], sender: undefined },
  bounceRate: 0.1,
  complaintRate: 0.01,
}

export type Payload = Record<string, unknown>

export type LoopLab = LedgerLab & {
  readonly archive: EventArchive
  readonly reactions: ReactionStore
  /** When something is lifted by hand. */
  readonly clock: { now: number }
  readonly suppressions: SuppressionStore
  readonly news: LoopNews[]
  /** A campaign to so many subscribers, expanded; its deliveries in order of their subscribers. */
  campaign(
    subscribers: number,
    content?: string,
  ): Promise<{ campaign: Campaign; deliveries: readonly Delivery[] }>
  /** Takes events as one page, received at NOON. */
  take(...events: readonly Payload[]): Promise<void>
  /** Takes feed rows from where the archive is. */
  record(rows: readonly ArchiveRow[]): Promise<void>
  /** What the events of a page are in the feed. */
  rows(events: readonly Payload[]): ArchiveRow[]
}

export async function openLoopLab(lab: SqlLab, options: Partial<LoopOptions> = {}): Promise<LoopLab> {
  const ledgerLab = await openLedgerLab(lab)
  const { sql, ledger } = ledgerLab
  const news: LoopNews[] = []
  const effects = createLoop(sql, {
    ...LOOP_OPTIONS,
    onCommitted: (told) => void news.push(told),
    ...options,
  })
  const archive = createEventArchive(sql, effects)
  let seq = 0
  const clock = { now: NOON }
  let subscribers = 0

  async function record(rows: readonly ArchiveRow[]): Promise<void> {
    const from = await archive.position()
    await archive.record(from, rows.at(-1)?.event.cursor ?? from, rows)
  }

  function rows(events: readonly Payload[]): ArchiveRow[] {
    return events.map((payload) => toRow(payload, (seq += 1)))
  }

  return {
    ...ledgerLab,
    archive,
    reactions: createReactionStore(sql),
    clock,
    suppressions: createSuppressions(sql, { secret: SECRET, now: () => clock.now }),
    news,
    async campaign(count, content = '<a href="https://a.example">a</a> <a href="https://b.example">b</a>') {
      await ledgerLab.addSubscribers({ count, from: subscribers, subscribedAt: NOON - 60_000 + subscribers })
      subscribers += count
      const campaign = await ledgerLab.start({ content, startedAt: NOON + subscribers })
      await ledgerLab.expand(campaign)
      const deliveries = await ledgerLab.ledger.deliveries({ campaignId: campaign.id, limit: 10_000 })
      return {
        campaign,
        deliveries: deliveries.toSorted((a, b) => (a.subscriberId < b.subscriberId ? -1 : 1)),
      }
    },
    take: (...events) => record(rows(events)),
    record,
    rows,
    ledger,
  }
}

const EPOCH = NOON

function toRow(payload: Payload, seq: number): ArchiveRow {
  const data = Buffer.from(JSON.stringify(payload))
  const id = createHash('sha256').update(data).digest().subarray(0, 16)
  const kind = kindOf(payload) ?? 'unknown'
  const cursor = { epoch: EPOCH, seq }
  const stored = factsOfOlder(kind, data.toString())
  return { event: { id, kind, data, cursor, receivedAt: NOON, ...stored }, facts: readFacts(stored) }
}

export const idOf = ({ campaignId, id }: Pick<Delivery, 'campaignId' | 'id'>): string =>
  createHash('sha256').update(`${campaignId}/${id}`).digest('hex').slice(0, 32)

/** Seconds as Mandrill writes them. */
export const ts = (ms: number): number => Math.floor(ms / 1000)

/** An event about a delivery's mail, `after` seconds after noon. */
export function about(delivery: Delivery, event: string, after = 0, changes: Payload = {}): Payload {
  const { msg, ...rest } = changes
  const { campaignId, id, email } = delivery
  return {
    event,
    ts: ts(NOON) + after,
    _id: idOf(delivery),
    ...rest,
    msg: {
      ts: ts(NOON),
      _id: idOf(delivery),
      email,
      metadata: { campaign_id: campaignId, delivery_id: id },
      ...(msg as Payload | undefined),
    },
  }
}

export const sync = (type: string, action: string, entry: Payload, after = 0): Payload => ({
  type,
  action,
  [type === 'whitelist' ? 'entry' : 'reject']: entry,
  ts: ts(NOON) + after,
})

export const APPLE = { user_agent: 'Mozilla/5.0' }
export const FIREFOX = {
  user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
}
