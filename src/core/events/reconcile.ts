// Is anything missing? What Mandrill says that it has sent, beside what has arrived here.

export type WebhookReport = {
  readonly id: number
  readonly url: string
  readonly eventsSent: number
  readonly createdAt: number | null
  readonly lastSentAt: number | null
  readonly lastError: string | null
}

/** Mandrill's own view of an account. Throws reconcile.unavailable when it cannot be had. */
export type MandrillAccount = { webhooks(): Promise<readonly WebhookReport[]> }

/** What the hub has of its own: events, and what was signed but could not be read. */
type Received = {
  readonly events: number
  readonly quarantined: number
  /** Stored, and not counted in `events` yet. */
  readonly lag: number
  /** Since when it counts, be there anything or not. */
  readonly since: number
}

type Reconciliation = {
  readonly sent: number
  readonly received: number
  /** Never negative: a webhook that Mandrill knows no more has brought events, too. */
  readonly missing: number
  /** unknown: Mandrill's count began before this hub's did, or Mandrill knows no webhook of this hub. */
  readonly verdict: 'complete' | 'missing' | 'unknown'
  readonly webhooks: readonly WebhookReport[]
}

/** Mandrill's clock and the hub's tell the two instants that are compared. */
const SLACK_MS = 300_000

export function reconcile(
  webhooks: readonly WebhookReport[],
  urls: readonly string[],
  { events, quarantined, lag, since }: Received,
): Reconciliation {
  const bare = (url: string) => url.replace(/\/$/, '')
  const ours = webhooks.filter(({ url }) => urls.some((own) => bare(own) === bare(url)))
  const sent = ours.reduce((sum, { eventsSent }) => sum + eventsSent, 0)
  const received = events + quarantined + lag
  const missing = Math.max(0, sent - received)
  const older = ours.some(({ createdAt }) => createdAt !== null && createdAt < since - SLACK_MS)
  const comparable = ours.length > 0 && (missing === 0 || !older)
  return {
    sent,
    received,
    missing,
    verdict: !comparable ? 'unknown' : missing > 0 ? 'missing' : 'complete',
    webhooks: ours,
  }
}
