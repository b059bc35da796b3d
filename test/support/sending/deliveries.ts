// Deliveries for tests of sending.
import type { Delivery } from '../../../src/core/campaigns/ports.ts'
import { NOON } from '../times.ts'

/** A delivery that was not tried yet; its id follows from its place in the campaign. */
export function aDelivery(changes: Partial<Omit<Delivery, 'id'>> = {}): Delivery {
  const place = { campaignId: 'spring', chunk: 3, n: 7, ...changes }
  const subscriber = { subscriberId: `s${place.n}`, email: 'hong@example.com', name: '홍', lane: 'default' }
  const state = { status: 'queued', attempts: 0, earlierAttempts: 0, dueAt: NOON, reason: null } as const
  return { ...subscriber, ...state, updatedAt: NOON, ...place, id: `${place.chunk}-${place.n}` }
}
