// DKIM signatures (RFC 6376): RSA-SHA256 over relaxed headers and a relaxed body, with a key that is loaded once.
//
// Not nodemailer's signer: it parses the key for each mail, leaves a mail unsigned where the key does not fit, and does not
// sign List-Unsubscribe-Post, without which one-click unsubscribing does not count (RFC 8058, section 4).
import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { toAsciiDomain } from '../../core/addresses/mailbox.ts'
import type { Mime } from './mime.ts'

export type Dkim = {
  readonly domain: string
  /** The signature's header line, to be put before the others. */
  sign(mime: Mime): Promise<string>
}

type DkimSettings = { readonly domain: string; readonly selector: string; readonly keyFile: string }

/** RFC 8301, section 3.2: signatures of shorter keys count for nothing. */
const KEY_BITS = 1024

// All headers that a recipient, a mail program or a provider relies on. X-MC-* is not signed, since Mandrill removes it. Each is
// named once more than it occurs, absent ones too, so that adding one on the way breaks the signature (RFC 6376, section 8.15).
// Sender is left out: some relays rightly add it.
const SIGNED = [
  'from',
  'to',
  'cc',
  'reply-to',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'list-id',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
]

const signInThreads = promisify(sign)

/** Throws, in one line, if mails would go out unsigned. */
export function createDkim({ domain, selector, keyFile }: DkimSettings): Dkim {
  const d = toAsciiDomain(domain)
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(d)) throw new Error(`DKIM_DOMAIN: ${domain} is not a domain`)
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(selector))
    throw new Error(`DKIM_SELECTOR: ${selector} is not a selector, which is a name in DNS`)
  const key = loadKey(keyFile)
  return {
    domain: d,
    async sign({ headers, body }) {
      const { names, text } = relaxHeaders(headers)
      const bodyHash = createHash('sha256').update(relaxBody(body), 'latin1').digest('base64')
      const begun = unsigned(d, selector, names, bodyHash)
      const signed = Buffer.from(`${text}dkim-signature:${relaxValue(begun)}`, 'latin1')
      const signature = (await signInThreads('sha256', signed, key)).toString('base64')
      return `DKIM-Signature: ${begun}${signature.replace(/.{72}(?=.)/g, '$&\r\n ')}\r\n`
    },
  }
}

function loadKey(file: string): KeyObject {
  const key = readKey(file)
  if (key.asymmetricKeyType !== 'rsa')
    throw new Error(`DKIM_KEY_FILE: ${file} holds a key of type ${key.asymmetricKeyType}: it must be RSA`)
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < KEY_BITS)
    throw new Error(`DKIM_KEY_FILE: ${file} holds a key of ${bits} bits: it must have ${KEY_BITS} at least`)
  return key
}

function readKey(file: string): KeyObject {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`DKIM_KEY_FILE: ${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`, {
      cause: error,
    })
  }
  try {
    return createPrivateKey(text)
  } catch (error) {
    throw new Error(`DKIM_KEY_FILE: ${file} holds no private key in PEM without a password`, { cause: error })
  }
}

function unsigned(domain: string, selector: string, names: readonly string[], bodyHash: string): string {
  const fields = foldNames([...names, ...SIGNED])
  return `v=1; a=rsa-sha256; c=relaxed/relaxed; d=${domain};\r\n s=${selector};\r\n h=${fields};\r\n bh=${bodyHash};\r\n b=`
}

/** Four per line. */
const foldNames = (names: readonly string[]): string =>
  names.map((name, n) => (n > 0 && n % 4 === 0 ? `\r\n ${name}` : name)).join(':')

function relaxHeaders(headers: readonly string[]): { names: string[]; text: string } {
  const names: string[] = []
  let text = ''
  for (const line of headers) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    if (!SIGNED.includes(name)) continue
    names.push(name)
    text += `${name}:${relaxValue(line.slice(colon + 1))}\r\n`
  }
  return { names, text }
}

/** Section 3.4.2. */
function relaxValue(value: string): string {
  return value
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .replace(/^ | $/g, '')
}

/** Section 3.4.4. Our bodies have no spaces at the ends of lines, and end with one line break. */
function relaxBody(body: string): string {
  return body.replace(/[ \t]+/g, ' ')
}
