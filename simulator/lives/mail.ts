// A mail as the fake Mandrill reads it: the few headers that steer it, and cheaply, for thousands come at once.
import PostalMime from 'postal-mime'
import type { JsonObject } from '../events/php-json.ts'

export type ReceivedMail = {
  readonly to: string
  readonly messageId: string
  readonly subject: string
  /** X-MC-Metadata: comes back in every event. */
  readonly metadata: JsonObject
  /** X-MC-Tags. */
  readonly tags: readonly string[]
  /** Where one POST unsubscribes (RFC 8058); null: the mail does not say. */
  readonly oneClickUrl: string | null
  readonly raw: Buffer
}

const HEADERS_BYTES = 64 * 1024

/** Docs: "Customize Messages with SMTP Headers". */
export function readMail(raw: Buffer, to: string): ReceivedMail {
  const headers = readHeaders(raw)
  const list = headers.get('list-unsubscribe') ?? ''
  return {
    to,
    messageId: headers.get('message-id') ?? '',
    subject: decodeWords(headers.get('subject') ?? ''),
    metadata: readMetadata(decodeWords(headers.get('x-mc-metadata') ?? '')),
    tags: decodeWords(headers.get('x-mc-tags') ?? '')
      .split(',')
      .flatMap((tag) => tag.trim() || []),
    oneClickUrl: headers.has('list-unsubscribe-post') ? (/<(https?:[^>]+)>/.exec(list)?.[1] ?? null) : null,
    raw,
  }
}

/** By lower-case name, unfolded (RFC 5322, section 2.2.3). Of several with one name the last counts. */
function readHeaders(raw: Buffer): ReadonlyMap<string, string> {
  const end = raw.indexOf('\r\n\r\n')
  const head = raw.toString('latin1', 0, Math.min(end < 0 ? raw.length : end, HEADERS_BYTES))
  const lines = head.replace(/\r\n(?=[ \t])/g, '').split('\r\n')
  return new Map(
    lines.flatMap((line) => {
      const colon = line.indexOf(':')
      return colon > 0 ? [[line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const] : []
    }),
  )
}

/** Encoded words (RFC 2047), in UTF-8; what stands between two of them is not text. */
function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_word, form: string, code: string) =>
      form.toLowerCase() === 'b' ? Buffer.from(code, 'base64').toString() : decodeQ(code),
    )
}

function decodeQ(code: string): string {
  const bytes = code.replaceAll('_', ' ').replace(/=([\dA-F]{2})/gi, (_all, hex: string) => {
    return String.fromCharCode(Number.parseInt(hex, 16))
  })
  return Buffer.from(bytes, 'latin1').toString()
}

function readMetadata(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
  } catch {
    return {}
  }
}

const LINK = /<a\b[^>]*\bhref\s*=\s*["']?\s*(https?:[^"'\s>]+)/gi

/** What a subscriber can click: the different links of the mail, without the subscriber's own one that unsubscribes. */
export async function linksOf({ raw, oneClickUrl }: ReceivedMail): Promise<readonly string[]> {
  const { html = '' } = await PostalMime.parse(raw)
  const urls = Array.from(html.matchAll(LINK), ([, url = '']) => url.replaceAll('&amp;', '&'))
  return [...new Set(urls)].filter((url) => url !== oneClickUrl)
}
