// Whether events are missing: compares what Mandrill says it has sent with what has arrived here.

export type WebhookReport = {
  readonly id: number
  readonly url: string
  readonly eventsSent: number
  readonly createdAt: number | null
  readonly lastSentAt: number | null
  readonly lastError: string | null
}

/** Mandrill's own view of an account. Throws reconcile.unavailable if Mandrill cannot be asked. */
export type MandrillAccount = { webhooks(): Promise<readonly WebhookReport[]> }

/** What the hub has received. */
type Received = {
  readonly events: number
  readonly quarantined: number
  /** Stored, and not counted in `events` yet. */
  readonly lag: number
  /** Since when the hub counts. */
  readonly since: number
}

type Reconciliation = {
  readonly sent: number
  readonly received: number
  /** Never negative, although deleted webhooks may have brought events as well. */
  readonly missing: number
  /** unknown: Mandrill's count began before this hub's did, or Mandrill knows no webhook of this hub. */
  readonly verdict: 'complete' | 'missing' | 'unknown'
  readonly webhooks: readonly WebhookReport[]
}

/** Mandrill's clock and the hub's may differ by this much. */
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
