// DATABASE_URL: which server, who, and how the way to it is protected. It holds a password, so no message repeats it.
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { SslOptions } from 'mysql2'

export type MysqlServer = {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly ssl?: SslOptions
}

const MODES = ['DISABLED', 'REQUIRED', 'VERIFY_CA', 'VERIFY_IDENTITY'] as const
type Mode = (typeof MODES)[number]

/** What other drivers call it. */
const WORDS: Readonly<Record<string, Readonly<Record<string, Mode>>>> = {
  'ssl-mode': Object.fromEntries(MODES.map((mode) => [mode.toLowerCase(), mode])),
  sslmode: {
    disable: 'DISABLED',
    require: 'REQUIRED',
    'verify-ca': 'VERIFY_CA',
    'verify-full': 'VERIFY_IDENTITY',
  },
  tls: { true: 'REQUIRED', false: 'DISABLED' },
}

export function readMysqlUrl(text: string): MysqlServer {
  const url = new URL(text)
  const database = decode(url.pathname.slice(1))
  if (!database) throw new Error('the name of the database is missing: mysql://user:pass@host:3306/name')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const ssl = readSsl(url.searchParams, host)
  return {
    host,
    port: Number(url.port) || 3306,
    user: decode(url.username),
    password: decode(url.password),
    database,
    ...(ssl && { ssl }),
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Error('user, password and name must be URL-encoded: write % as %25')
  }
}

/** An option that is passed over would be a promise, and a way in plain text. */
function readSsl(options: URLSearchParams, host: string): SslOptions | undefined {
  const known = [...Object.keys(WORDS), 'ssl-ca']
  const unknown = [...options.keys()].find((key) => !known.includes(key))
  if (unknown !== undefined)
    throw new Error(`there is no option ${JSON.stringify(unknown)}: choose from ${known.join(', ')}`)
  const modes = Object.keys(WORDS).flatMap((name) => options.getAll(name).map((word) => readMode(name, word)))
  if (new Set(modes).size > 1) throw new Error('its options want TLS in two ways')
  const caFile = options.get('ssl-ca')
  const [mode = caFile === null ? 'DISABLED' : 'VERIFY_CA'] = modes
  if (mode === 'DISABLED') {
    if (caFile !== null) throw new Error('ssl-ca does nothing without TLS')
    return undefined
  }
  if (mode === 'VERIFY_IDENTITY' && isIP(host) !== 0)
    throw new Error(`${mode} compares the certificate with the host's name: write the name, not an address`)
  return {
    // As elsewhere: who names an authority wants it asked.
    rejectUnauthorized: mode !== 'REQUIRED' || caFile !== null,
    verifyIdentity: mode === 'VERIFY_IDENTITY',
    ...(caFile !== null && { ca: readCa(caFile) }),
  }
}

function readMode(name: string, word: string): Mode {
  const words = WORDS[name] ?? {}
  const mode = Object.hasOwn(words, word.toLowerCase()) ? words[word.toLowerCase()] : undefined
  if (mode) return mode
  const choice = Object.keys(words).map((known) => (name === 'ssl-mode' ? known.toUpperCase() : known))
  throw new Error(`${name} must be ${choice.join(', ')}, not ${JSON.stringify(word)}`)
}

function readCa(file: string): Buffer {
  try {
    const pem = readFileSync(file)
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem
  } catch (error) {
    throw new Error(`ssl-ca: ${(error as Error).message}`, { cause: error })
  }
  throw new Error(`ssl-ca: ${file} holds no certificate in PEM`)
}
