// Who may call what: the API token, the page's session cookie, web origins, and (with AUTH=off) the Host header.
import '@fastify/cookie'
import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isLoopback } from '../../../core/addresses/address.ts'
import { HubError } from '../../../core/errors.ts'
import type { OneTime } from '../../../core/ports.ts'
import { createPasses } from '../../../core/seal.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Anybody may call this route. All others need the token or a session. */
    public?: boolean
    /** Any page may send a form to it, since its address is the key. (A sandboxed page has no origin.) */
    anyOrigin?: boolean
  }
}

type AccessOptions = {
  readonly auth: 'on' | 'off'
  readonly token: string
  readonly secret: string
  readonly publicUrl: string
  readonly allowedOrigins: readonly string[]
  readonly now: () => number
  /** Remembers ended sessions. Without it no session counts, only the token. */
  readonly ended?: Pick<OneTime, 'first' | 'isUsed' | 'since'> | undefined
}

export type Access = ReturnType<typeof createAccess>

/** A session: the key by which it is remembered once it has ended, and when it began. */
export type Session = { readonly key: string; readonly begunAt: number }

export const SESSION_COOKIE = 'mail_event_hub_session'
/** How long a session lives, and so how long an ended one is remembered. */
const SESSION_MS = 30 * 24 * 3600 * 1000
/** Requests whose session could not be checked, and why. */
const unchecked = new WeakMap<FastifyRequest, unknown>()
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']

export function createAccess(options: AccessOptions) {
  const { token, now, ended } = options
  const required = options.auth === 'on'
  const origins = [options.publicUrl, ...options.allowedOrigins].map((url) => originName(url))
  // Bound to the token, so that changing it signs everybody out.
  const sessions = createPasses(options.secret, `session:${token}`, SESSION_MS, now)
  function sessionOf({ cookies }: FastifyRequest): Session | undefined {
    const value = cookies[SESSION_COOKIE]
    const session = ended && value ? sessions.read(value) : undefined
    return session && { key: `session:${session.id}`, begunAt: now() + session.leftMs - SESSION_MS }
  }

  /** True without an Origin: only browsers send one. */
  function isOwnOrigin(request: FastifyRequest): boolean {
    const { origin, host } = request.headers
    if (origin === undefined) return true
    const name = originName(origin)
    return name !== '' && (name === originName(`${request.protocol}://${host}`) || origins.includes(name))
  }

  // A browser sends no Origin with a GET to the same origin, but with everything that changes something.
  function cookieCounts(request: FastifyRequest): boolean {
    if (request.headers.origin !== undefined) return isOwnOrigin(request)
    const site = request.headers['sec-fetch-site']
    return (
      SAFE_METHODS.includes(request.method) &&
      (site === undefined || site === 'same-origin' || site === 'none')
    )
  }

  async function hasEnded({ key, begunAt }: Session): Promise<boolean> {
    if (!ended || now() - begunAt >= SESSION_MS) return true
    const [isEnded, since] = await Promise.all([ended.isUsed(key), ended.since()])
    return isEnded || begunAt < since
  }

  const isToken = (given: string) => equalInConstantTime(given, token)
  const hasToken = (request: FastifyRequest) => {
    const header = request.headers.authorization
    return header !== undefined && isToken(header.replace(/^Bearer +/i, ''))
  }

  return {
    required,
    isToken,
    hasToken,
    /** By the header, or by the cookie where the origin is the hub's own or an allowed one. */
    isSignedIn: (request: FastifyRequest): boolean =>
      !required || hasToken(request) || (sessionOf(request) !== undefined && cookieCounts(request)),
    /** The session that lets a request without token in. A socket, which stays for long, asks later whether it has ended. */
    sessionOf: (request: FastifyRequest) => (!required || hasToken(request) ? undefined : sessionOf(request)),
    /** Whether it was signed out, in any process, or is too old. Throws if the store cannot say. */
    hasEnded,
    isOwnOrigin,
    /** The hub's own by its PUBLIC_URL, or one of ALLOWED_ORIGINS: what CORS lets in. */
    isAllowed: (origin: string): boolean => origins.includes(originName(origin)),
    /** The value of a fresh session's cookie, and its life in seconds. */
    async newSession() {
      await ended?.since() // an empty store remembers from now on: not later than this session begins
      return { value: sessions.issue().token, maxAge: SESSION_MS / 1000 }
    },
    /** Ends it for every copy of its cookie, in all processes, until it would have expired. */
    async endSession(request: FastifyRequest): Promise<void> {
      const session = sessionOf(request)
      if (session && cookieCounts(request)) await ended?.first(session.key, SESSION_MS)
    },
    /** Removes the cookie of an ended session from the request. Throws if the store cannot say. */
    async dropEnded(request: FastifyRequest): Promise<void> {
      const session = sessionOf(request)
      if (session && (await hasEnded(session))) delete request.cookies[SESSION_COOKIE]
    },
  }
}

/**
 * Checks sessions before anything else asks who is signed in. While the store does not answer, sessions do not count, since they
 * may have ended: requests that need one get 503 (sockets too: they come back later). The token still works.
 */
export function registerEndedSessions(app: FastifyInstance, access: Access): void {
  app.addHook('onRequest', (request, _reply, done) =>
    request.headers.cookie === undefined ? done() : dropEnded(request, access),
  )
}

async function dropEnded(request: FastifyRequest, access: Access): Promise<void> {
  if (access.hasToken(request)) return
  try {
    await access.dropEnded(request)
  } catch (error) {
    if (request.headers.upgrade !== undefined) throw error
    delete request.cookies[SESSION_COOKIE]
    unchecked.set(request, error)
  }
}

/** Wrong tokens per minute and address that get a 401; further ones get a 429. The right one always gets in. */
const GUESSES = { most: 30, windowMs: 60_000 }

/** Guards every route that is not public. Sockets are refused by a close code instead (live.ts). */
export function registerAccess(app: FastifyInstance, access: Access, guesses: Pick<OneTime, 'count'>): void {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    done()
  })
  app.addHook('onRequest', (request, _reply, done) =>
    request.routeOptions.config.public || access.isSignedIn(request) ? done() : refuse(request, guesses),
  )
}

async function refuse(request: FastifyRequest, guesses: Pick<OneTime, 'count'>): Promise<never> {
  if (request.headers.authorization !== undefined) await slowDown(request.ip, guesses)
  throw unchecked.get(request) ?? new HubError('access.unauthorized')
}

async function slowDown(address: string, guesses: Pick<OneTime, 'count'>): Promise<void> {
  const { count, leftMs } = await guesses.count(`guess ${address}`, GUESSES.windowMs)
  if (count > GUESSES.most) throw new HubError('request.too_many', { retryAfter: Math.ceil(leftMs / 1000) })
}

/** With AUTH=off every request must come by a loopback name. */
export function registerHostCheck(app: FastifyInstance, access: Access): void {
  if (!access.required) app.addHook('onRequest', requireLoopbackHost)
}

// With AUTH=off a web page elsewhere could point its own name at 127.0.0.1 and call the hub (DNS rebinding).
async function requireLoopbackHost(request: FastifyRequest): Promise<void> {
  const name = originName(`http://${request.headers.host}`)
  if (!/^http:\/\/localhost(:\d+)?$/.test(name)) throw new HubError('access.foreign_host')
  const { origin } = request.headers
  const safe = SAFE_METHODS.includes(request.method) || request.routeOptions.config.anyOrigin === true
  if (!safe && origin !== undefined && !/^https?:\/\/localhost(:\d+)?$/.test(originName(origin)))
    throw new HubError('access.foreign_origin')
}

/** scheme://host:port, where localhost, 127.0.0.1 and [::1] are the same; '' if it is no web origin. */
function originName(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return ''
  const host = isLoopback(parsed.hostname) ? 'localhost' : parsed.hostname
  return `${parsed.protocol}//${host}${parsed.port && `:${parsed.port}`}`
}

function equalInConstantTime(given: string, right: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(given), digest(right))
}
