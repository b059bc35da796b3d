// What this process has done since its start, for /metrics.
import type { DeliveryStatus } from '../campaigns/ports.ts'

/** A cancelled delivery is never tried. */
type Counted = Exclude<DeliveryStatus, 'queued' | 'cancelled'>
export type LaneCounts = Readonly<Record<Counted | 'in_doubt', number>>

export type Counters = {
  count(lane: string, status: Exclude<DeliveryStatus, 'queued'>): void
  /** Mails that somebody claimed and said nothing of: sent again, unless something came back of them. */
  doubt(lane: string, count: number): void
  /** By lane. */
  read(): ReadonlyMap<string, LaneCounts>
}

export function createCounters(lanes: readonly string[]): Counters {
  const counts = new Map(
    lanes.map((lane) => [lane, { sent: 0, deferred: 0, failed: 0, skipped: 0, in_doubt: 0 }]),
  )
  return {
    count(lane, status) {
      const of = counts.get(lane)
      if (of && status !== 'cancelled') of[status] += 1
    },
    doubt(lane, count) {
      const of = counts.get(lane)
      if (of) of.in_doubt += count
    },
    read: () => counts,
  }
}
