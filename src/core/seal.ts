// Sealed tokens, which only this hub can make: for links in mails, sessions of the page, and tickets of sockets.
import { createHmac, createSecretKey, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto'

/** 128 bits of an HMAC cannot be guessed, and fit into a header line (RFC 2104, section 5). */
const MAC_BYTES = 16
const MAX_TOKEN = 400

/**
 * Each purpose has its own key, so that a token for one is worthless for the others. A KeyObject, not a Buffer: Node would make a
 * key of the Buffer each time, which takes 40 µs, and every mail has a token.
 */
export const keyFor = (secret: string, purpose: string): KeyObject =>
  createSecretKey(createHmac('sha256', secret).update(purpose).digest())

export function createSeal(secret: string, purpose: string) {
  const key = keyFor(secret, purpose)
  const macOf = (body: Buffer) => createHmac('sha256', key).update(body).digest().subarray(0, MAC_BYTES)
  return {
    /** The token fits into a URL, a cookie and a header line. */
    seal: (body: Buffer): string => Buffer.concat([body, macOf(body)]).toString('base64url'),
    /** What was sealed; undefined if it is no token of this seal. */
    open(token: string): Buffer | undefined {
      if (token.length > MAX_TOKEN) return undefined
      const bytes = Buffer.from(token, 'base64url')
      // Node's decoder is lenient, but only one spelling of a token is valid.
      if (bytes.length <= MAC_BYTES || bytes.toString('base64url') !== token) return undefined
      const body = bytes.subarray(0, -MAC_BYTES)
      return timingSafeEqual(bytes.subarray(-MAC_BYTES), macOf(body)) ? body : undefined
    },
  }
}

const TIME_BYTES = 6
const ID_BYTES = 16

/** Tokens that say until when they are valid, and may carry a short text. No two are the same. */
export function createPasses(secret: string, purpose: string, lifeMs: number, now: () => number) {
  const { seal, open } = createSeal(secret, purpose)
  return {
    issue(carried = '') {
      const expiresAt = now() + lifeMs
      const time = Buffer.alloc(TIME_BYTES)
      time.writeUIntBE(expiresAt, 0, TIME_BYTES)
      return { token: seal(Buffer.concat([time, randomBytes(ID_BYTES), Buffer.from(carried)])), expiresAt }
    },
    /** The token's id, how long it is still valid, and what it carries; undefined if it has expired or is none. */
    read(token: string) {
      const body = open(token)
      const leftMs = body ? body.readUIntBE(0, TIME_BYTES) - now() : 0
      if (!body || leftMs <= 0) return undefined
      return { id: body.toString('base64url'), leftMs, carried: body.toString('utf8', TIME_BYTES + ID_BYTES) }
    },
  }
}
