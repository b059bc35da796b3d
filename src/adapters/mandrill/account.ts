// Asks Mandrill about its webhooks. https://mailchimp.com/developer/transactional/api/webhooks/list-webhooks/
import { HubError } from '../../core/errors.ts'
import { asObject, asShort, asText } from '../../core/events/intake/payload.ts'
import { readDate } from '../../core/events/providers/mandrill/facts.ts'
import type { MandrillAccount, WebhookReport } from '../../core/events/reconcile.ts'

type AccountOptions = {
  readonly key: string
  /** Without a final slash. */
  readonly baseUrl: string
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 10_000
const MOST_WEBHOOKS = 1000
const NAME_LENGTH = 100

export function createMandrillAccount(options: AccountOptions): MandrillAccount {
  const { key, baseUrl, timeoutMs = TIMEOUT_MS } = options

  async function ask(path: string): Promise<unknown> {
    try {
      const answer = await fetch(`${baseUrl}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ key }),
        signal: AbortSignal.timeout(timeoutMs),
      })
      const body: unknown = await answer.json()
      if (answer.ok) return body
      const name = asShort(asObject(body).name, NAME_LENGTH) // Mandrill's word for what is wrong, such as Invalid_Key
      throw new HubError('reconcile.unavailable', {
        message: name === 'Invalid_Key' ? 'Mandrill refused the key: check MANDRILL_API_KEY' : undefined,
        details: { status: answer.status, name },
      })
    } catch (error) {
      throw error instanceof HubError ? error : new HubError('reconcile.unavailable', { cause: error })
    }
  }

  return {
    async webhooks() {
      const list = await ask('/webhooks/list.json')
      if (!Array.isArray(list)) throw new HubError('reconcile.unavailable')
      return list.slice(0, MOST_WEBHOOKS).map(toReport)
    },
  }
}

function toReport(item: unknown): WebhookReport {
  const webhook = asObject(item)
  return {
    id: Number(webhook.id) || 0,
    url: asText(webhook.url) ?? '',
    eventsSent: Math.max(0, Number(webhook.events_sent) || 0),
    createdAt: readDate(webhook.created_at),
    lastSentAt: readDate(webhook.last_sent_at),
    lastError: asText(webhook.last_error),
  }
}
