// A webhook request as Mandrill sends it: one form field, and a signature over the URL and that field.
import { createHmac } from 'node:crypto'

/** The key that signs Mandrill's probe, an empty batch, before the webhook has a key of its own. */
export const PROBE_KEY = 'test-webhook'

export type WebhookRequest = {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

type Signing = {
  readonly key: string
  /** The URL exactly as it was typed in Mandrill: it is part of what is signed. */
  readonly webhookUrl: string
}

/** The text of a batch. */
export function batchText(events: readonly { readonly text: string }[]): string {
  return `[${events.map((event) => event.text).join(',')}]`
}

export function webhookRequest(json: string, { key, webhookUrl }: Signing): WebhookRequest {
  const body = Buffer.from(`mandrill_events=${phpUrlEncode(json)}`)
  return {
    headers: {
      'User-Agent': 'Mandrill-Webhook/1.0',
      Accept: '*/*',
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': String(body.length),
      'X-Mandrill-Signature': signature(key, webhookUrl, { mandrill_events: json }),
    },
    body,
  }
}

/** Docs: "Track and respond to email activity with webhooks", section "Authenticating webhook requests". */
export function signature(key: string, webhookUrl: string, fields: Readonly<Record<string, string>>): string {
  const hmac = createHmac('sha1', key).update(webhookUrl)
  for (const name of Object.keys(fields).sort()) hmac.update(name).update(fields[name] ?? '')
  return hmac.digest('base64')
}

/** PHP's urlencode: a blank is `+`, and only letters, digits and `-_.` stay as they are. */
export function phpUrlEncode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!~*'()]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}
