// What Mandrill itself says about its webhooks. https://mailchimp.com/developer/transactional/api/webhooks/list-webhooks/
import { HubError } from '../../core/errors.ts'
import type { MandrillAccount, WebhookReport } from '../../core/events/reconcile.ts'

type AccountOptions = {
  readonly key: string
  /** Without a final slash. */
  readonly baseUrl: string
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 10_000
const MOST_WEBHOOKS = 1000

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
      throw new HubError('reconcile.unavailable', { details: { status: answer.status, name: nameOf(body) } })
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

/** Mandrill's word for what is wrong, such as Invalid_Key. */
function nameOf(body: unknown): string | null {
  return typeof body === 'object' && body !== null && 'name' in body ? String(body.name).slice(0, 100) : null
}

function toReport(item: unknown): WebhookReport {
  const webhook = (typeof item === 'object' && item !== null ? item : {}) as Record<string, unknown>
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)
  return {
    id: Number(webhook.id) || 0,
    url: text(webhook.url) ?? '',
    eventsSent: Math.max(0, Number(webhook.events_sent) || 0),
    createdAt: readDate(text(webhook.created_at)),
    lastSentAt: readDate(text(webhook.last_sent_at)),
    lastError: text(webhook.last_error),
  }
}

/** `YYYY-MM-DD HH:MM:SS`, in UTC although it does not say so. */
function readDate(text: string | null): number | null {
  const ms = text === null ? Number.NaN : Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`)
  return Number.isFinite(ms) ? ms : null
}
