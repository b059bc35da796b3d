// What an outcome does to a delivery: its state only moves forward, even if outcomes come twice, late or out of order.
import type { Delivery, DeliveryStatus, Outcome } from './ports.ts'
import { countReasons, writeReasons } from './reasons.ts'

export type DeliveryState = Pick<Delivery, 'n' | 'status' | 'attempts' | 'dueAt' | 'reason' | 'updatedAt'>
export type Tally = Readonly<Record<DeliveryStatus, number>>

const REASON_LENGTH = 500

export const isOpen = (status: DeliveryStatus): boolean => status === 'queued' || status === 'deferred'

/** The delivery after an outcome; the very same object if the outcome changes nothing. */
function apply<T extends DeliveryState>(delivery: T, outcome: Outcome): T {
  if (!applies(delivery, outcome)) return delivery
  const { status, attempts, dueAt } = outcome
  const reason = outcome.reason?.toWellFormed().slice(0, REASON_LENGTH).toWellFormed() ?? null
  const updatedAt = Math.max(outcome.at, delivery.updatedAt)
  const next = { ...delivery, status, attempts, dueAt, reason, updatedAt }
  return isSame(delivery, next) ? delivery : next
}

function applies(delivery: DeliveryState, { status, attempts, at }: Outcome): boolean {
  if (attempts > delivery.attempts)
    return (
      isOpen(delivery.status) ||
      (delivery.status === 'cancelled' && (status === 'sent' || status === 'failed'))
    )
  if (attempts < delivery.attempts || !isOpen(delivery.status)) return false
  // No server has answered in between, so only the clock tells which came first. The first outcome always applies.
  return at >= delivery.updatedAt || (delivery.status === 'queued' && attempts === 0)
}

function isSame(a: DeliveryState, b: DeliveryState): boolean {
  const all = ['status', 'attempts', 'dueAt', 'reason', 'updatedAt'] as const
  return all.every((name) => a[name] === b[name])
}

export function applyOutcomes<T extends DeliveryState>(
  deliveries: readonly T[],
  outcomes: readonly Outcome[],
): { readonly all: readonly T[]; readonly changed: readonly T[] } {
  const byN = new Map(deliveries.map((delivery) => [delivery.n, delivery]))
  const changed = new Map<number, T>()
  for (const outcome of outcomes) {
    const before = byN.get(outcome.n)
    const after = before && apply(before, outcome)
    if (!after || after === before) continue
    byN.set(outcome.n, after)
    changed.set(outcome.n, after)
  }
  return { all: [...byN.values()], changed: [...changed.values()] }
}

export function emptyTally(): Record<DeliveryStatus, number> {
  return { queued: 0, sent: 0, deferred: 0, failed: 0, skipped: 0, cancelled: 0 }
}

/** A chunk's summary of its deliveries: how many are in each state and why, and when the next one is due. */
export function tallyOf(
  deliveries: readonly Pick<Delivery, 'status' | 'dueAt' | 'reason'>[],
): Tally & { dueAt: number | null; reasons: string } {
  const tally = emptyTally()
  let dueAt: number | null = null
  for (const delivery of deliveries) {
    tally[delivery.status] += 1
    if (isOpen(delivery.status)) dueAt = Math.min(dueAt ?? delivery.dueAt, delivery.dueAt)
  }
  return { ...tally, dueAt, reasons: writeReasons(countReasons(deliveries)) }
}
