// What this process has done since its start, for /metrics.
import type { DeliveryStatus } from '../campaigns/ports.ts'

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
