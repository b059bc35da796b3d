// Sealed tokens: texts that nobody but this hub can have made. Links in mails, sessions of the page, tickets of sockets.
import { createHmac, createSecretKey, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto'

/** 128 bits of an HMAC: beyond guessing, and short enough for a header line (RFC 2104, section 5). */
const MAC_BYTES = 16
const MAX_TOKEN = 400

/**
 * Each purpose has a key of its own: what is made for one is worth nothing for the others. No Buffer: Node makes a key of that
 * anew each time, which takes 40 µs, and every mail has a token.
 */
export const keyFor = (secret: string, purpose: string): KeyObject =>
  createSecretKey(createHmac('sha256', secret).update(purpose).digest())

export function createSeal(secret: string, purpose: string) {
  const key = keyFor(secret, purpose)
  const macOf = (body: Buffer) => createHmac('sha256', key).update(body).digest().subarray(0, MAC_BYTES)
  return {
    /** Fit for a URL, a cookie and a header line. */
    seal: (body: Buffer): string => Buffer.concat([body, macOf(body)]).toString('base64url'),
    /** What was sealed; undefined for every other text. */
    open(token: string): Buffer | undefined {
      if (token.length > MAX_TOKEN) return undefined
      const bytes = Buffer.from(token, 'base64url')
      // Node's decoder is lenient: only one spelling of a token is right.
      if (bytes.length <= MAC_BYTES || bytes.toString('base64url') !== token) return undefined
      const body = bytes.subarray(0, -MAC_BYTES)
      return timingSafeEqual(bytes.subarray(-MAC_BYTES), macOf(body)) ? body : undefined
    },
  }
}

const TIME_BYTES = 6
const ID_BYTES = 16

/** Tokens that say nothing but how long they are good. No two are the same. */
export function createPasses(secret: string, purpose: string, lifeMs: number, now: () => number) {
  const { seal, open } = createSeal(secret, purpose)
  return {
    issue() {
      const expiresAt = now() + lifeMs
      const time = Buffer.alloc(TIME_BYTES)
      time.writeUIntBE(expiresAt, 0, TIME_BYTES)
      return { token: seal(Buffer.concat([time, randomBytes(ID_BYTES)])), expiresAt }
    },
    /** Its id, and how long it is good yet; undefined once it is not, and for any text that is none. */
    read(token: string) {
      const body = open(token)
      const leftMs = body ? body.readUIntBE(0, TIME_BYTES) - now() : 0
      return body && leftMs > 0 ? { id: body.toString('base64url'), leftMs } : undefined
    },
  }
}
