// What the parts of sending work with.
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
  /** A mail that has reactions was sent, even if the ledger does not know it. */
  readonly reactions: { readonly of: ReactionsTo }
  /** Resolves when all events stored by now are tracked, so that `reactions` knows them, or when the signal aborts. */
  readonly untilTracked: (signal: AbortSignal) => Promise<void>
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
  /** This process: an id like no other on the same stores. */
  readonly owner: string
  readonly now: () => number
  readonly log: Log
}

/** Of these deliveries of a campaign, the ones that have reactions. */
export type ReactionsTo = (
  campaignId: string,
  ids: readonly string[],
) => Promise<ReadonlyMap<string, unknown>>

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
    /** Mails that a worker claimed without recording an outcome: sent again, unless they have reactions. */
    doubt(lane: string, count: number): void {
      const of = counts.get(lane)
      if (of) of.in_doubt += count
    },
    /** By lane. */
    read: () => counts,
  }
}
