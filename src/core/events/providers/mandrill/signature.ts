// The signature of Mandrill's webhooks, and the probe that it sends before it shows a webhook's key.
// https://mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks/
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FormField } from '../../intake/form.ts'

/** The form field that carries a batch. */
export const BATCH_FIELD = 'mandrill_events'

/** Mandrill signs the probe with this well-known key. */
export const PROBE_KEY = 'test-webhook'
const SHA1_BYTES = 20
/** Of `[]`, with any white space around it. */
const PROBE_BYTES = 100

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
  if (!batch || batch.value.length > PROBE_BYTES) return false // a real batch is large: it is not made a text for this
  return batch.value.toString().trim() === '[]' && isSignedWith(signed, [PROBE_KEY], urls)
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
