// /api/reconcile: compares the number of events that Mandrill has sent with the number that has arrived.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { HubError } from '../../core/errors.ts'
import type { EventArchive, Quarantine } from '../../core/events/ports.ts'
import { reconcile, type MandrillAccount, type WebhookReport } from '../../core/events/reconcile.ts'
import type { Tracking } from '../../core/events/tracking/tracking.ts'
import { errors, instantOrNull, InstantOrNull, oneOf, orNull, tagged } from '../server/answers/schemas.ts'
import { route } from '../server/route.ts'

type ReconcileDeps = {
  readonly archive: Pick<EventArchive, 'total' | 'brought'>
  readonly quarantine: Pick<Quarantine, 'count'>
  readonly tracking: Pick<Tracking, 'lag'>
  /** undefined without MANDRILL_API_KEY. */
  readonly account: MandrillAccount | undefined
  readonly urls: readonly string[]
}

const Webhook = Type.Object({
  id: Type.Integer({ examples: [42] }),
  url: Type.String({ examples: ['https://hub.example.com/api/hook'] }),
  events_sent: Type.Integer({ examples: [48210] }),
  created_at: InstantOrNull,
  last_sent_at: InstantOrNull,
  last_error: orNull(Type.String(), { examples: [null] }),
})
const Answer = Type.Object(
  {
    verdict: oneOf(['complete', 'missing', 'unknown'], {
      description:
        "unknown: Mandrill's count is older than this hub's, or Mandrill has no webhook with this hub's URL",
    }),
    sent: Type.Integer({ description: "By Mandrill's count, to this hub's URLs", examples: [48210] }),
    received: Type.Integer({
      description: 'Events that Mandrill sent, including what is in quarantine',
      examples: [48210],
    }),
    by_hand: Type.Integer({
      description: 'Not counted above: samples, and what was posted with the token',
      examples: [4],
    }),
    missing: Type.Integer({ examples: [0] }),
    webhooks: Type.Array(Webhook),
  },
  { description: 'What Mandrill has sent, and what is here' },
)

export async function registerReconcile(app: FastifyInstance, deps: ReconcileDeps): Promise<void> {
  route(app, 'GET /api/reconcile', {
    ...tagged('Operations'),
    summary: 'Check whether an event of Mandrill is missing',
    description: 'Asks Mandrill how many events it has sent, with MANDRILL_API_KEY.',
    response: { 200: Answer, ...errors(401, 'reconcile.no_key', 502, 503) },
    handler: async () => {
      if (!deps.account) throw new HubError('reconcile.no_key')
      // Mandrill is asked first: events that arrive meanwhile are then counted here, and not reported as missing.
      const reports = await deps.account.webhooks()
      const { byHand } = await deps.archive.brought()
      const { count, since } = await deps.archive.total()
      const quarantined = await deps.quarantine.count()
      const lag = deps.tracking.lag()
      const { webhooks, ...rest } = reconcile(reports, deps.urls, {
        events: count - byHand,
        since,
        quarantined,
        lag,
      })
      return { ...rest, by_hand: byHand, webhooks: webhooks.map(webhookJson) }
    },
  })
}

const webhookJson = (webhook: WebhookReport) => ({
  id: webhook.id,
  url: webhook.url,
  events_sent: webhook.eventsSent,
  created_at: instantOrNull(webhook.createdAt),
  last_sent_at: instantOrNull(webhook.lastSentAt),
  last_error: webhook.lastError,
})
