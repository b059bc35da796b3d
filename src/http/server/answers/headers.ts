// Security headers: a few for data and files, more for pages.
import type { FastifyInstance } from 'fastify'

/** No guessing of types, and no embedding by other sites; their scripts may still ask by CORS. */
const ANY = { 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin' } as const

const PAGE_POLICY = [
  "default-src 'self'",
  "connect-src 'self' ws: wss:",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join(';')

const HTTPS_FOR = 'max-age=31536000'

/** Headers that a route has set itself stay. `secure`: the hub is reached by https. */
export function registerSecurityHeaders(app: FastifyInstance, secure: boolean): void {
  const ofPage = Object.entries({
    ...ANY,
    'content-security-policy': PAGE_POLICY,
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    ...(secure && { 'strict-transport-security': HTTPS_FOR }),
  })
  const ofAny = Object.entries(ANY)
  app.addHook('onSend', (_request, reply, payload, done) => {
    const isPage = String(reply.getHeader('content-type')).startsWith('text/html')
    for (const [name, value] of isPage ? ofPage : ofAny) if (!reply.hasHeader(name)) reply.header(name, value)
    done(null, payload)
  })
}
