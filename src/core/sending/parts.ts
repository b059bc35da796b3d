// What sending works with; each part of it takes what it needs.
import type {
  Campaign,
  CampaignStore,
  Delivery,
  DeliveryStatus,
  Ledger,
  OutgoingMail,
} from '../campaigns/ports.ts'
import type { SubscriberStore, SuppressionStore } from '../list/ports.ts'
import type { Log } from '../log.ts'
import type { Leases } from '../ports.ts'
import type { LaneConfig } from './lanes/lanes.ts'
import type { LaneControl, Mailer, Marks, SendQueue } from './ports.ts'

export type SendingParts = {
  readonly campaigns: CampaignStore
  readonly ledger: Ledger
  readonly subscribers: Pick<SubscriberStore, 'unmailable'>
  readonly suppressions: Pick<SuppressionStore, 'put'>
  /** What came back of mails that are still to be sent as far as the ledger knows: they were sent. */
  readonly reactions: { readonly of: HeardOf }
  /** Resolves when `reactions` knows all that has come back until now, or when the signal says so. */
  readonly heard: (signal: AbortSignal) => Promise<void>
  readonly queue: SendQueue
  readonly marks: Marks
  readonly lanes: LaneControl
  readonly laneConfigs: readonly LaneConfig[]
  readonly mailer: Mailer
  /** What keeps campaigns from starting: see core/campaigns/mail/sender.ts. */
  readonly senderProblem: string | null
  /** Reads a campaign's template; its mails are then made one by one. */
  readonly compile: (campaign: Campaign) => Compiled
  readonly retryDelaysMs: readonly number[]
  readonly leases: Leases
  /** This process, unlike any other on the same stores. */
  readonly owner: string
  readonly now: () => number
  readonly log: Log
}

/** Of these deliveries of one campaign, those that something has come back of: they were sent. */
export type HeardOf = (campaignId: string, ids: readonly string[]) => Promise<ReadonlyMap<string, unknown>>

export type Compiled = { mail(delivery: Delivery): OutgoingMail }

/** What this process has done since its start, for /metrics. */
export type Counters = ReturnType<typeof createCounters>

export function createCounters(lanes: readonly string[]) {
  const counts = new Map(
    lanes.map((lane) => [lane, { sent: 0, deferred: 0, failed: 0, skipped: 0, in_doubt: 0 }]),
  )
  return {
    count(lane: string, status: Exclude<DeliveryStatus, 'queued'>): void {
      const of = counts.get(lane)
      if (of && status !== 'cancelled') of[status] += 1 // a cancelled one was not tried
    },
    /** Mails that somebody claimed and said nothing of: sent again, unless something came back of them. */
    doubt(lane: string, count: number): void {
      const of = counts.get(lane)
      if (of) of.in_doubt += count
    },
    /** By lane. */
    read: () => counts,
  }
}
