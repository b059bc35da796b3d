// What is Mandrill's: the words of its events, and the signature of its webhooks.
// https://mailchimp.com/developer/transactional/docs/webhooks/ and …/guides/track-respond-activity-webhooks/
import { createHmac, timingSafeEqual } from 'node:crypto'
import { KINDS, type Kind } from './event.ts'
import type { FormField } from './intake/form.ts'
import { own, type Payload } from './intake/payload.ts'

/** The form field that carries a batch. */
export const BATCH_FIELD = 'mandrill_events'

/** Mandrill signs the probe that it sends before it shows a webhook's key with this well-known key. */
export const PROBE_KEY = 'test-webhook'
const SHA1_BYTES = 20

const MESSAGE_KINDS: Readonly<Record<string, Kind>> = {
  send: 'sent',
  deferral: 'deferred',
  hard_bounce: 'bounced',
  soft_bounce: 'soft_bounced',
  delivered: 'delivered',
  open: 'opened',
  click: 'clicked',
  spam: 'complained',
  unsub: 'unsubscribed',
  reject: 'rejected',
  inbound: 'inbound',
}

// Sync events: an address was put on, changed on or taken from a list of the account.
const SYNC_KINDS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  blacklist: { add: 'suppressed', change: 'suppressed', remove: 'unsuppressed' },
  denylist: { add: 'suppressed', change: 'suppressed', remove: 'unsuppressed' },
  whitelist: { add: 'unsuppressed', change: 'unsuppressed' },
  allowlist: { add: 'unsuppressed', change: 'unsuppressed' },
  safelist: { add: 'unsuppressed', change: 'unsuppressed' },
}

/** An event's kind; undefined when it cannot be read as one at all: no object, neither `event` nor `type`. */
export function kindOf(payload: unknown): Kind | undefined {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return undefined
  const { event, type, action } = payload as Record<string, unknown>
  if (typeof event === 'string' && event !== '') return own(MESSAGE_KINDS, event) ?? 'unknown'
  if (typeof type !== 'string' || type === '') return undefined
  return own(own(SYNC_KINDS, type) ?? {}, typeof action === 'string' ? action : '') ?? 'unknown'
}

/** The kinds that an event of a list can have; unknown where its action is. */
export const LIST_KINDS: readonly Kind[] = ['suppressed', 'unsuppressed', 'unknown']

/** The list that a sync event is about, in Mandrill's word for it. */
export function listOf({ event, type }: Payload): string | undefined {
  return (typeof event === 'string' && event !== '') || typeof type !== 'string' ? undefined : type
}

/** What a word selects, Mandrill's or the hub's: a kind, or a list, which no kind stands for; undefined for a word that is neither. */
export function readEventWord(word: string): { readonly kind: Kind } | { readonly list: string } | undefined {
  const kind = KINDS.find((known) => known === word) ?? own(MESSAGE_KINDS, word)
  if (kind) return { kind }
  return own(SYNC_KINDS, word) && { list: word }
}

export type Signed = { readonly signature: string; readonly fields: readonly FormField[] }

/** Can this be a signature at all? */
export function isSignature(text: string): boolean {
  return Buffer.from(text, 'base64').length === SHA1_BYTES
}

/**
 * True when one of the keys and one of the URLs make this signature: base64(HMAC-SHA1(key, URL + each field's name and
 * value, sorted by name)), over the decoded bytes. Every comparison takes constant time.
 */
export function isSignedWith(
  { signature, fields }: Signed,
  keys: readonly string[],
  urls: readonly string[],
) {
  const given = Buffer.from(signature, 'base64')
  if (given.length !== SHA1_BYTES) return false // nobody's: a large body need not be digested for it
  const inOrder = sorted(fields)
  return keys.some((key) =>
    urls.some((url) => {
      const right = digest(key, url, inOrder)
      return timingSafeEqual(given, right)
    }),
  )
}

/** Is this the probe: signed with the well-known key, and empty? */
export function isProbe(signed: Signed, urls: readonly string[]): boolean {
  const batch = signed.fields.find((field) => field.name.equals(BATCH_NAME))
  return batch?.value.toString().trim() === '[]' && isSignedWith(signed, [PROBE_KEY], urls)
}

const BATCH_NAME = Buffer.from(BATCH_FIELD)

/** A URL as it was typed in Mandrill, and the same with, or without, a final slash. */
export function slashVariants(url: string): readonly string[] {
  return [url, url.endsWith('/') ? url.slice(0, -1) : `${url}/`]
}

function sorted(fields: readonly FormField[]): readonly FormField[] {
  return fields.length < 2 ? fields : fields.toSorted((a, b) => Buffer.compare(a.name, b.name))
}

function digest(key: string, url: string, fields: readonly FormField[]): Buffer {
  const hmac = createHmac('sha1', key).update(url)
  for (const { name, value } of fields) hmac.update(name).update(value)
  return hmac.digest()
}
