// Every setting: its name, meaning, default and parser. The only reader of process.env.
// An invalid value stops the start with one line that names it.
import { readFileSync } from 'node:fs'
import { isLoopback } from '../core/addresses/address.ts'
import { parseEnvFile } from './env-file.ts'
import * as read from './values.ts'

export class ConfigError extends Error {}

type Setting<T> = { readonly doc: string; readonly default: string; readonly parse: (text: string) => T }

const setting = <T>(doc: string, defaultText: string, parse: (text: string) => T): Setting<T> => ({
  doc,
  default: defaultText,
  parse,
})

export const SETTINGS = {
  HOST: setting('The address to listen on', '127.0.0.1', read.host),
  PORT: setting('The port to listen on', '8000', read.integer(1, 65_535)),
  PUBLIC_URL: setting(
    "The hub's public address, for links in mails and the URL that Mandrill signs; campaigns over a real SMTP_URL need https. Empty: http://localhost:PORT",
    '',
    read.optional(read.webUrl),
  ),
  TRUST_PROXY: setting(
    'Addresses (or CIDR) whose X-Forwarded-For and -Proto are believed',
    '',
    read.addresses,
  ),
  ALLOWED_ORIGINS: setting('Other web origins that may use the API (CORS) and the socket', '', read.origins),
  MANDRILL_WEBHOOK_URL: setting(
    'Comma-separated, if the URLs typed in Mandrill differ from PUBLIC_URL/api/hook; compared exactly',
    '',
    read.list(read.signedUrl),
  ),
  MANDRILL_WEBHOOK_KEYS: setting(
    'Comma-separated; several for rotation or several webhooks. Mandrill shows the key once a webhook is saved',
    '',
    read.list(read.webhookKey),
  ),
  MANDRILL_API_KEY: setting("Only to compare counts with Mandrill's", '', read.optional(read.text)),
  MANDRILL_API_URL: setting(
    "Where Mandrill's API is; another one stands in for it in trials",
    'https://mandrillapp.com/api/1.0',
    read.webUrl,
  ),
  MANDRILL_SUBACCOUNTS: setting(
    'Comma-separated. Events of other subaccounts are stored and shown, but change no subscriber. Empty: all count',
    '',
    read.list(read.text),
  ),
  API_TOKEN: setting(
    "The token of REST and socket clients and of the page's sign-in, at least 16 characters. Empty: made at first start, kept in DATA_DIR",
    '',
    read.optional(read.secret(read.word)),
  ),
  SECRET: setting(
    'Signs unsubscribe links and sessions, with a key for each purpose; at least 16 characters. Empty: like API_TOKEN',
    '',
    read.optional(read.secret(read.text)),
  ),
  AUTH: setting('off: no token is needed, for trials on a loopback HOST', 'on', read.oneOf('on', 'off')),
  ROLE: setting(
    'all, web (serves, and tracks events) or worker (sends). A split role needs REDIS_URL and DATABASE_URL',
    'all',
    read.oneOf('all', 'web', 'worker'),
  ),
  DATA_DIR: setting('SQLite files, outbox, token, secret', './data', read.folder),
  DATABASE_URL: setting(
    'mysql://user:pass@host:3306/name. Empty: SQLite in DATA_DIR. TLS: ?ssl-mode=REQUIRED, VERIFY_CA or VERIFY_IDENTITY, with ssl-ca=FILE',
    '',
    read.optional(read.url('mysql:')),
  ),
  REDIS_URL: setting(
    'redis://… or rediss://…. Empty: in process, kept in SQLite',
    '',
    read.optional(read.url('redis:', 'rediss:')),
  ),
  SMTP_URL: setting(
    'smtp://user:pass@host:587. Empty: mails are written to DATA_DIR/outbox. TLS is required unless the host is loopback',
    '',
    read.optional(read.url('smtp:', 'smtps:')),
  ),
  MAIL_FROM: setting('Who the mails are from', 'News <news@localhost>', read.mailbox),
  MAIL_REPLY_TO: setting('Where replies go, if not to MAIL_FROM', '', read.optional(read.mailboxText)),
  LIST_NAME: setting(
    "The name that subscribers know the list by, in the footer of mails and on their pages. Empty: MAIL_FROM's name",
    '',
    read.line,
  ),
  LIST_ADDRESS: setting('The postal address shown beside it, which many countries require', '', read.line),
  DKIM_DOMAIN: setting('DKIM signs when all three are given; the key is RSA', '', read.optional(read.text)),
  DKIM_SELECTOR: setting('The name before ._domainkey in DNS', '', read.optional(read.text)),
  DKIM_KEY_FILE: setting('The private key, PEM', '', read.optional(read.text)),
  MAIL_LANES: setting(
    'How fast to send to each provider; connections and mails a second are totals over all workers',
    '[{"name":"naver","domains":["naver.com"],"connections":4,"per_second":20},' +
      '{"name":"google","domains":["google.com","gmail.com","googlemail.com"],"connections":4,"per_second":20},' +
      '{"name":"default","domains":[],"connections":10,"per_second":50}]',
    read.lanes,
  ),
  RETRY_DELAYS: setting(
    'Seconds between attempts for a mail that a server deferred',
    '60,300,1800,7200,21600,86400',
    read.list(read.integer(1, 604_800)),
  ),
  SOFT_BOUNCES: setting('Soft bounces within 30 days that suppress a subscriber', '5', read.integer(1, 1000)),
  PAUSE_BOUNCE_RATE: setting(
    'Share of bounces that pauses a campaign, after 100 outcomes',
    '0.1',
    read.share,
  ),
  PAUSE_COMPLAINT_RATE: setting(
    'Share of complaints that pauses a campaign, after 100 outcomes',
    '0.003',
    read.share,
  ),
  DOUBLE_OPT_IN: setting('true: new subscribers must confirm by mail first', 'false', read.boolean),
  EVENT_RETENTION: setting(
    'Events that the feed keeps so that clients can resume',
    '1000000',
    read.integer(1, 1e10),
  ),
  EVENT_MAX_BYTES: setting(
    'The most bytes of events that the feed keeps; those that are not in the history yet are never dropped: the hook answers 503',
    '2GiB',
    read.bytes,
  ),
  ARCHIVE_DAYS: setting('Days of searchable history', '400', read.integer(1, 36_500)),
  BODY_LIMIT: setting('Largest webhook body; a full batch is about 2 MiB', '32MiB', read.bytes),
  LOG_LEVEL: setting(
    'fatal, error, warn, info, debug, trace or silent',
    'info',
    read.oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  ),
} as const

type Values = { -readonly [K in keyof typeof SETTINGS]: ReturnType<(typeof SETTINGS)[K]['parse']> }

export type Config = Readonly<Omit<Values, 'PUBLIC_URL'>> & {
  /** Without a final slash. */
  readonly PUBLIC_URL: string
}

/** Reads the environment, and beneath it the `.env` file of the working directory. Throws ConfigError. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env, envFile = '.env'): Config {
  const given = { ...readEnvFile(envFile), ...ownSettings(env) }
  const values = Object.fromEntries(
    Object.entries(SETTINGS).map(([name, entry]) => [name, parseSetting(name, entry, given[name])]),
  ) as Values
  checkTogether(values)
  const PUBLIC_URL = values.PUBLIC_URL ?? `http://localhost:${values.PORT}`
  const MANDRILL_WEBHOOK_URL = values.MANDRILL_WEBHOOK_URL.length
    ? values.MANDRILL_WEBHOOK_URL
    : [`${PUBLIC_URL}/api/hook`]
  return Object.freeze({ ...values, PUBLIC_URL, MANDRILL_WEBHOOK_URL })
}

function readEnvFile(file: string): Record<string, string | undefined> {
  const given = parseIfThere(file)
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(SETTINGS, name))
  if (unknown) throw new ConfigError(`${file}: ${unknown} is not a setting: see .env.example`)
  return given
}

function parseIfThere(file: string): Record<string, string | undefined> {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new ConfigError(`${file} cannot be read: ${(error as Error).message}`)
  }
  try {
    return parseEnvFile(bytes)
  } catch (error) {
    throw new ConfigError(`${file}: ${(error as Error).message}`)
  }
}

function ownSettings(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.keys(SETTINGS).flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  )
}

// An empty value is the same as none, so that a line of .env may be left empty.
function parseSetting(name: string, entry: Setting<unknown>, given: string | undefined): unknown {
  const text = given?.trim() || entry.default
  try {
    return entry.parse(text)
  } catch (error) {
    throw new ConfigError(`${name}: ${(error as Error).message}`)
  }
}

function checkTogether(values: Values): void {
  const shared = [values.REDIS_URL && 'REDIS_URL', values.DATABASE_URL && 'DATABASE_URL'].filter(Boolean)
  for (const name of ['API_TOKEN', 'SECRET'] as const)
    if (shared.length && !values[name])
      throw new ConfigError(`${name}: must be given with ${shared.join(' and ')}, the same for every process`)
  if (values.AUTH === 'off' && !isLoopback(values.HOST))
    throw new ConfigError('AUTH: off is only for a loopback HOST such as 127.0.0.1')
  if (values.ROLE !== 'all' && shared.length < 2)
    throw new ConfigError(
      `ROLE: ${values.ROLE} needs REDIS_URL and DATABASE_URL: embedded stores serve one process`,
    )
  const dkim = [values.DKIM_DOMAIN, values.DKIM_SELECTOR, values.DKIM_KEY_FILE].filter(Boolean).length
  if (dkim % 3 !== 0) throw new ConfigError('DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY_FILE belong together')
}

/** Names in the environment that are probably misspelt settings, which have no effect. */
export function likelySlips(
  env: NodeJS.ProcessEnv = process.env,
): readonly { name: string; meant: string }[] {
  const settings = Object.keys(SETTINGS)
  return Object.keys(env).flatMap((name) => {
    if (Object.hasOwn(SETTINGS, name)) return []
    const meant = settings.find((setting) => isSlip(name, setting))
    return meant === undefined ? [] : [{ name, meant }]
  })
}

/**
 * In another case, or one or two letters off. A short name must match more closely (HOME is not meant as HOST), and the first
 * letter must be right (NPM_TOKEN is not meant as API_TOKEN, SORT not as PORT).
 */
function isSlip(name: string, setting: string): boolean {
  if (name.toUpperCase() === setting) return name !== name.toLowerCase() || setting.length > 4
  const firstIsRight = name.startsWith(setting.charAt(0))
  const allowed = setting.length >= 8 && firstIsRight ? 2 : setting.length >= 6 || firstIsRight ? 1 : 0
  return Math.abs(name.length - setting.length) <= allowed && distance(name.toUpperCase(), setting) <= allowed
}

/** How many letters must be added, removed, changed or swapped (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, n) => n)]
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity
      row[j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (same ? 0 : 1), swapped)
    }
  }
  return at(a.length, b.length)
}
