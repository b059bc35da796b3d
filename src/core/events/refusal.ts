// Finds out why a webhook's signature is wrong, by trying the usual mistakes in URLs and keys.
//
// Each guess takes a digest of the whole body, and anybody may send wrong signatures, so guesses are limited by bytes.
// A hint may hold the URL that was guessed, but never a key or a signature.
import { isSignedWith, PROBE_KEY, type Signed } from './providers/mandrill/signature.ts'

/** Hints of one kind are one hint: of the latest. */
export type Refusal = {
  readonly kind: RefusalKind
  readonly hint: string
  /** How many bytes were digested to find it. */
  readonly bytes: number
}
export type RefusalKind =
  | 'no signature'
  | 'wrong signature: URL'
  | 'wrong signature: key'
  | 'wrong signature: test key'
  | 'wrong signature'

export type Asked = {
  readonly signed: Signed
  readonly keys: readonly string[]
  /** The webhook URLs in the hub's settings. */
  readonly urls: readonly string[]
  /** How this request came: `host:port` by each header that may tell it, and path with query. */
  readonly hosts: readonly string[]
  readonly target: string
}

const MOST_GUESSES = 400
/** The most that is digested for one hint: about a tenth of a second. */
export const MOST_BYTES = 64 * 1024 * 1024
const URL_SHOWN = 300

/** The fixed cost of a digest, in bytes. */
const DIGEST_BYTES = 1_000

/** `bytes`: how many may be digested. */
export function explainRefusal(asked: Asked, bytes = MOST_BYTES): Refusal {
  const { signed } = asked
  const size = signed.fields.reduce((sum, { name, value }) => sum + name.length + value.length, DIGEST_BYTES)
  let digested = 0
  const fits = (key: string, url: string) => {
    if (digested >= MOST_GUESSES * size || digested + size > bytes) return false
    digested += size
    return isSignedWith(signed, [key], [url])
  }
  return { ...causeOf(asked, fits), bytes: digested }
}

type Cause = Omit<Refusal, 'bytes'>

function causeOf(asked: Asked, fits: (key: string, url: string) => boolean): Cause {
  const { signed, keys, urls } = asked
  if (signed.signature === '')
    return {
      kind: 'no signature',
      hint: 'It has no X-Mandrill-Signature: it is not from Mandrill, or something on the way drops that header',
    }
  const guesses = urlsLike(asked)
  for (const key of keys.flatMap(keysLike))
    if (urls.some((url) => fits(key, url)))
      return {
        kind: 'wrong signature: key',
        hint: 'It was signed with a key that differs from one of MANDRILL_WEBHOOK_KEYS in spaces, quotes or capitals: copy it from Mandrill again',
      }
  for (const url of guesses)
    for (const key of [...keys, PROBE_KEY])
      if (fits(key, url)) return key === PROBE_KEY ? testKey(url) : otherUrl(url)
  return {
    kind: 'wrong signature',
    hint: `No key in MANDRILL_WEBHOOK_KEYS matches, whatever the spelling of the URL: compare the key and the URL ${shown(urls[0] ?? '')} with Mandrill’s, letter by letter`,
  }
}

const otherUrl = (url: string): Cause => ({
  kind: 'wrong signature: URL',
  hint: `It was signed for ${shown(url)}: put that URL into MANDRILL_WEBHOOK_URL`,
})
const testKey = (url: string): Cause => ({
  kind: 'wrong signature: test key',
  hint: `It was signed with Mandrill's test key, for ${shown(url)}: that key is good for an empty batch only`,
})
const shown = (url: string): string => url.replace(/[^\x21-\x7e]/g, '?').slice(0, URL_SHOWN)

/** What files and clipboards may make of a key. */
function keysLike(key: string): readonly string[] {
  const bare = key.replace(/^["'`\s\u200b\ufeff]+|["'`\s\u200b\ufeff]+$/g, '')
  const like = [bare, `${bare} `, ` ${bare}`, `${bare}\n`, `${bare}\r\n`, `"${bare}"`, `'${bare}'`]
  return [...new Set([...like, bare.toLowerCase(), bare.toUpperCase()])].filter((each) => each !== key)
}

type Parts = { readonly scheme: string; readonly host: string; readonly port: string; readonly path: string }

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']
const USUAL_PORT: Readonly<Record<string, string>> = { http: ':80', https: ':443' }

/** The likely spellings, those with the fewest differences first. */
function urlsLike({ urls, hosts, target }: Asked): readonly string[] {
  const here = hosts.map((host) => `http://${host}${target}`)
  const found = new Map<string, number>()
  for (const [n, base] of [...urls, ...here].flatMap((url) => split(url) ?? []).entries())
    for (const [url, changes] of spellings(base, target)) {
      const rank = changes + (n < urls.length ? 0 : 0.5)
      if (rank < (found.get(url) ?? Infinity)) found.set(url, rank)
    }
  const plain = [...found].sort(([, a], [, b]) => a - b).map(([url]) => url)
  const typed = urls.flatMap((url) => [
    encodeURIComponent(url),
    encodeURI(url),
    decoded(url),
    ` ${url}`,
    `${url} `,
  ])
  return [...new Set([...plain.slice(0, urls.length * 8), ...typed, ...plain])]
}

function split(url: string): Parts | undefined {
  const match = /^(https?):\/\/([^/?#]*?)(:\d+)?([/?#].*)?$/i.exec(url)
  if (!match) return undefined
  const [, scheme = '', host = '', port = '', path = ''] = match
  return { scheme: scheme.toLowerCase(), host, port, path }
}

function spellings(base: Parts, target: string): readonly (readonly [url: string, changes: number])[] {
  const schemes = choices(base.scheme, base.scheme === 'https' ? 'http' : 'https')
  const bare = base.host.toLowerCase()
  const loopback = LOOPBACK.includes(bare) ? LOOPBACK : []
  const www = bare.startsWith('www.') ? bare.slice(4) : `www.${bare}`
  const hosts = choices(base.host, bare, ...loopback, ...(loopback.length > 0 ? [] : [www]))
  const [route = ''] = target.split('?')
  const [own = ''] = base.path.split(/[?#]/)
  const paths = choices(base.path, ...[own, route, target].flatMap((path) => [slashed(path), path]))
  return schemes.flatMap(([scheme, a]) =>
    hosts.flatMap(([host, b]) =>
      choices(base.port, '', USUAL_PORT[scheme] ?? '').flatMap(([port, c]) =>
        paths.map(([path, d]) => [`${scheme}://${host}${port}${path}`, a + b + c + d] as const),
      ),
    ),
  )
}

/** Each choice with its number of differences: 0 as it is, else 1. */
const choices = (asIs: string, ...others: readonly string[]): readonly (readonly [string, number])[] => [
  [asIs, 0],
  ...[...new Set(others)].filter((other) => other !== asIs).map((other) => [other, 1] as const),
]

const slashed = (path: string): string => (path.endsWith('/') ? path.slice(0, -1) : `${path}/`)

function decoded(url: string): string {
  try {
    return decodeURIComponent(url)
  } catch {
    return url
  }
}
