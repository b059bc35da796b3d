// Verifies a DKIM signature the way a receiver does (RFC 6376, section 6), written apart from the code that signs.
import { createHash, verify, type KeyObject } from 'node:crypto'

type Signature = {
  readonly valid: boolean
  readonly domain: string
  readonly selector: string
  /** Names of the signed headers, in order. */
  readonly signed: readonly string[]
}

export function verifyDkim(raw: Buffer, key: KeyObject): Signature | undefined {
  const text = raw.toString('latin1')
  const cut = text.indexOf('\r\n\r\n')
  const headers = text.slice(0, cut + 2).match(/^[^ \t].*\r\n(?:[ \t].*\r\n)*/gm) ?? []
  const own = headers.find((line) => /^dkim-signature:/i.test(line))
  if (!own) return undefined
  const tags = tagsOf(own)
  const signed = (tags.h ?? '').split(':').map((name) => name.trim())
  const bodyHash = createHash('sha256')
    .update(relaxBody(text.slice(cut + 4)), 'latin1')
    .digest('base64')
  const signature = Buffer.from((tags.b ?? '').replace(/\s+/g, ''), 'base64')
  const data = signedText(headers, signed) + relaxHeader(own.replace(/([;\s]b=)[^;]*/, '$1')).trimEnd()
  const isOurs = tags.v === '1' && tags.a === 'rsa-sha256' && tags.c === 'relaxed/relaxed'
  const bodyFits = bodyHash === (tags.bh ?? '').replace(/\s+/g, '')
  return {
    valid: isOurs && bodyFits && verify('sha256', Buffer.from(data, 'latin1'), key, signature),
    domain: tags.d ?? '',
    selector: tags.s ?? '',
    signed,
  }
}

/** Section 5.4.2: of several headers of one name the last is taken first; one that is not there counts as nothing. */
function signedText(headers: readonly string[], names: readonly string[]): string {
  const left = [...headers]
  return names
    .map((name) => {
      const at = left.findLastIndex((line) => line.slice(0, line.indexOf(':')).toLowerCase().trim() === name)
      return at < 0 ? '' : relaxHeader(left.splice(at, 1)[0] ?? '')
    })
    .join('')
}

function relaxHeader(line: string): string {
  const colon = line.indexOf(':')
  const value = line
    .slice(colon + 1)
    .replace(/\r\n(?=[ \t])/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim()
  return `${line.slice(0, colon).trim().toLowerCase()}:${value}\r\n`
}

function relaxBody(body: string): string {
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''))
  while (lines.at(-1) === '') lines.pop()
  return lines.map((line) => `${line}\r\n`).join('')
}

function tagsOf(header: string): Record<string, string> {
  const value = header.slice(header.indexOf(':') + 1)
  return Object.fromEntries(
    value.split(';').map((tag) => {
      const at = tag.indexOf('=')
      return [tag.slice(0, at).trim(), tag.slice(at + 1).trim()]
    }),
  )
}
