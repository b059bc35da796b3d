// Parsers of settings. Each returns the value, or throws an Error whose message says what is expected.
import { isIP } from 'node:net'
import { asciiDomain } from '../core/addresses/address.ts'
import { parseMailbox, toSmtpAddress, type Mailbox } from '../core/addresses/mailbox.ts'
import type { LaneConfig } from '../core/sending/lanes/lanes.ts'

export const text = (value: string): string => value

/** Text for people. Mails would take {{ for a placeholder. */
export function line(value: string): string {
  if (/[\x00-\x1f\x7f]|\{\{/.test(value)) throw new Error('must be one line of plain text, without {{')
  return value
}

/** For a header: ASCII without spaces and control characters. */
export function word(value: string): string {
  if (!/^[\x21-\x7e]+$/.test(value)) throw new Error('must be printable ASCII without spaces')
  return value
}

/** Everybody knows the key of Mandrill's probe, so anybody could sign events with it. */
export function webhookKey(value: string): string {
  if (value === 'test-webhook')
    throw new Error(`"${value}" is not a key: it signs only Mandrill's first probe`)
  return value
}

/** A shorter secret could be found by trying, offline, from any link that it has signed. */
export const MIN_SECRET = 16

export const secret =
  (parse: (value: string) => string) =>
  (value: string): string => {
    if (value.length < MIN_SECRET)
      throw new Error(`must have at least ${MIN_SECRET} characters: openssl rand -base64 24 makes one`)
    return parse(value)
  }

export const optional =
  <T>(parse: (value: string) => T) =>
  (value: string): T | undefined =>
    value === '' ? undefined : parse(value)

export const list =
  <T>(parse: (value: string) => T) =>
  (value: string): readonly T[] => {
    const parts = value.split(',').flatMap((part) => part.trim() || [])
    if (parts.length === 0 && value !== '') throw new Error('is a list of nothing')
    return parts.map(parse)
  }

/** What only a shell, or a browser, would understand would make a folder of that very name. */
export function folder(value: string): string {
  if (/^~|^[a-z][a-z\d+.-]+:/i.test(value)) throw new Error(`must be a plain path, not "${value}"`)
  return value
}

export const integer =
  (least: number, most: number) =>
  (value: string): number => {
    const number = Number(value)
    if (!/^\d+$/.test(value) || number < least || number > most)
      throw new Error(`must be a whole number from ${least} to ${most}, not "${value}"`)
    return number
  }

export function share(value: string): number {
  const number = Number(value)
  if (!/^[\d.]+$/.test(value) || !(number > 0 && number <= 1))
    throw new Error(`must be a share above 0 and up to 1, not "${value}"`)
  return number
}

export function boolean(value: string): boolean {
  if (/^(true|1|yes|on)$/i.test(value)) return true
  if (/^(false|0|no|off)$/i.test(value)) return false
  throw new Error(`must be true or false, not "${value}"`)
}

export const oneOf =
  <const T extends string>(...words: readonly T[]) =>
  (value: string): T => {
    const found = words.find((known) => known === value)
    if (found === undefined) throw new Error(`must be ${words.join(', ')}, not "${value}"`)
    return found
  }

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

export function bytes(value: string): number {
  const match = /^(\d+)\s*([a-z]*)$/i.exec(value)
  const unit = match && UNITS[(match[2] as string).toLowerCase()]
  const number = match && unit ? Number(match[1]) * unit : 0
  if (number < 1 || !Number.isSafeInteger(number))
    throw new Error(`must be a number of bytes such as 33554432 or 32MiB, not "${value}"`)
  return number
}

function parseUrl(value: string, ...schemes: readonly string[]): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url || !schemes.includes(url.protocol) || !url.hostname)
    throw new Error(`must be a URL that begins with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`)
  return url
}

/** A URL kept as it was written. It may hold a password, so no message repeats it. */
export const url =
  (...schemes: readonly string[]) =>
  (value: string): string => {
    parseUrl(value, ...schemes)
    return value
  }

/** Refuses what only JavaScript's URL would mend: https:example.com, spaces, backslashes. */
function parseWebUrl(value: string): URL {
  if (/^https?:(?!\/\/[^/])|[\s\\]/i.test(value))
    throw new Error('must be a URL such as https://hub.example.com, without blanks')
  return parseUrl(value, 'http:', 'https:')
}

/** Kept exactly as written: Mandrill signs the URL as it was typed there. */
export function signedUrl(value: string): string {
  parseWebUrl(value)
  return value
}

/** As written, except for characters that no mail header can hold. */
export function webUrl(value: string): string {
  const { href, protocol } = parseWebUrl(value)
  if (/[?#@]/.test(value)) throw new Error('must be a plain URL such as https://hub.example.com')
  const text = /[^\x00-\x7f]/.test(value) ? href : value.replace(/^[^:]+:/, protocol)
  return text.replace(/\/+$/, '')
}

export const origins = list((value) => {
  const parsed = parseWebUrl(value)
  if (parsed.pathname !== '/' || /[?#@*]/.test(value))
    throw new Error(`"${value}" is not an origin: write it like https://www.example.com`)
  return parsed.origin
})

const NAMED_ADDRESSES = ['loopback', 'linklocal', 'uniquelocal']

export const addresses = list((value) => {
  const [address = '', prefix, ...rest] = value.split('/')
  const bits = isIP(address) === 6 ? 128 : 32
  const prefixFits = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits)
  if (NAMED_ADDRESSES.includes(value) || (isIP(address) && prefixFits && rest.length === 0)) return value
  throw new Error(
    `"${value}" is neither an address, nor a range such as 10.0.0.0/8, nor ${NAMED_ADDRESSES.join(', ')}`,
  )
})

export function mailbox(value: string): Mailbox {
  const mailbox = parseMailbox(value)
  if (mailbox && toSmtpAddress(mailbox.address)) return mailbox
  throw new Error('must be an address in ASCII, or a name and one: News <news@example.com>')
}

/** The same, kept as it was written. */
export function mailboxText(value: string): string {
  mailbox(value)
  return value
}

/** Every address falls into a lane: one lane must be called default. */
export function lanes(value: string): readonly LaneConfig[] {
  const parsed = parseLanes(value)
  const names = parsed.map((lane) => lane.name)
  if (new Set(names).size !== names.length) throw new Error('two lanes have one name')
  if (!names.includes('default')) throw new Error('one lane must have the name default')
  const domains = parsed.flatMap((lane) => lane.domains)
  if (new Set(domains).size !== domains.length) throw new Error('a domain is in two lanes')
  return parsed
}

function parseLanes(value: string): readonly LaneConfig[] {
  const wanted = 'must be JSON: [{"name","domains":[…],"connections","per_second"}]'
  let parsed: unknown
  try {
    parsed = JSON.parse(value)
  } catch {
    throw new Error(wanted)
  }
  if (!Array.isArray(parsed) || parsed.length === 0) throw new Error(wanted)
  return parsed.map((lane) => parseLane(lane, wanted))
}

function parseLane(lane: unknown, wanted: string): LaneConfig {
  if (typeof lane !== 'object' || lane === null) throw new Error(wanted)
  const { name, domains = [], connections, per_second: perSecond, ...rest } = lane as Record<string, unknown>
  if (Object.keys(rest).length) throw new Error(`a lane has no "${Object.keys(rest)[0]}"`)
  if (typeof name !== 'string' || !/^[a-z0-9][a-z0-9_-]{0,31}$/.test(name))
    throw new Error('a lane needs a name of small letters and digits')
  if (!Array.isArray(domains)) throw new Error(`lane ${name}: "domains" must be a list of domains`)
  if (!Number.isInteger(connections) || !(Number(connections) >= 1 && Number(connections) <= 1000))
    throw new Error(`lane ${name}: "connections" must be a whole number from 1 to 1000`)
  if (typeof perSecond !== 'number' || !(perSecond >= 0.001 && perSecond <= 100_000))
    throw new Error(`lane ${name}: "per_second" must be a number from 0.001 to 100000`)
  return {
    name,
    domains: domains.map((domain) => laneDomain(name, domain)),
    connections: Number(connections),
    perSecond,
  }
}

function laneDomain(lane: string, domain: unknown): string {
  const ascii = typeof domain === 'string' ? asciiDomain(domain) : undefined
  if (ascii !== undefined) return ascii
  throw new Error(`lane ${lane}: ${JSON.stringify(domain)} is not a domain such as example.com`)
}

/** An address or a host's name, as listen() takes it: an IPv6 address without brackets. */
export function host(value: string): string {
  const isName = /^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(value)
  if (isIP(value) === 0 && !isName)
    throw new Error(`must be an address or a host's name, without brackets, not "${value}"`)
  return value
}
