// Reads SMTP_URL: the server and how to sign in. It holds a password, so no message repeats it.
import { isLoopback } from '../../../core/addresses/address.ts'

export type SmtpServer = {
  readonly host: string
  readonly port: number
  /** TLS from the first byte. */
  readonly secure: boolean
  /** On this very machine: only there TLS may be missing, and certificates are not checked. */
  readonly local: boolean
  readonly auth: { readonly user: string; readonly pass: string } | undefined
  /** What the hub calls itself in EHLO; undefined: the machine's own name. */
  readonly name: string | undefined
}

export function readSmtpUrl(text: string, isLocal: (host: string) => boolean = isLoopback): SmtpServer {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url?.hostname || !['smtp:', 'smtps:'].includes(url.protocol))
    throw new Error('SMTP_URL: must be a URL such as smtp://user:password@mail.example.com:587')
  if (url.hash || !['', '/'].includes(url.pathname))
    throw new Error('SMTP_URL: nothing may follow the port (write # and / in a password as %23 and %2F)')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const secure = url.protocol === 'smtps:'
  return {
    host,
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    local: isLocal(host),
    auth: readAuth(url),
    name: readOptions(url.searchParams),
  }
}

function readAuth(url: URL): SmtpServer['auth'] {
  if (!url.username && !url.password) return undefined
  const user = decode(url.username)
  const pass = decode(url.password)
  if (!user || !pass) throw new Error('SMTP_URL: a user and a password belong together')
  return { user, pass }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Error('SMTP_URL: user and password must be URL-encoded: write % as %25')
  }
}

/** `name` is the only option. Unknown ones are refused: an ignored option would look like a promise. */
function readOptions(options: URLSearchParams): string | undefined {
  const unknown = [...options.keys()].find((key) => key !== 'name')
  if (unknown !== undefined) throw new Error(`SMTP_URL: there is no option ${JSON.stringify(unknown)}`)
  const name = options.get('name') ?? undefined
  if (name !== undefined && !/^[a-z0-9.:[\]-]{1,255}$/i.test(name))
    throw new Error('SMTP_URL: the option name must be the name of a host')
  return name
}
