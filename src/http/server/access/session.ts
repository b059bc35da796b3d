// /api/session and /api/tickets: how the page signs in, and how a browser's socket proves who opens it.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { HubError } from '../../../core/errors.ts'
import { SESSION_COOKIE, type Access } from './access.ts'
import { errors, Instant, instant, nothing, oneOf, tagged } from '../answers/schemas.ts'
import type { Tickets } from './tickets.ts'
import { route } from '../route.ts'

const State = Type.Object(
  {
    signed_in: Type.Boolean({ examples: [true] }),
    auth: oneOf(['on', 'off'], { description: 'off: no token is needed' }),
  },
  { description: 'Whether it is signed in, and whether a token is needed' },
)
const SignIn = Type.Object({
  token: Type.String({ minLength: 1, maxLength: 1000, examples: ['the API token'] }),
})
/** Per minute and address. */
const SIGN_IN_LIMIT = { max: 20, timeWindow: 60_000 }

export async function registerSession(
  app: FastifyInstance,
  access: Access,
  secureCookie: boolean,
): Promise<void> {
  const auth = access.required ? 'on' : 'off'
  const about = tagged('Access')
  const open = { config: { public: true } }

  route(app, 'GET /api/session', {
    ...open,
    ...about,
    summary: 'Check whether this browser is signed in',
    security: [],
    response: { 200: State, ...errors(403) },
    handler: async (request) => ({ signed_in: access.isSignedIn(request), auth }),
  })

  route(app, 'POST /api/session', {
    config: { public: true, rateLimit: SIGN_IN_LIMIT },
    ...about,
    summary: 'Sign in with the API token: sets a cookie',
    description:
      'HttpOnly, SameSite=Strict, and Secure under https. It is accepted only from the hub’s own origin or an allowed one.',
    security: [],
    body: SignIn,
    response: { 200: State, ...errors(400, 'access.bad_token', 'access.foreign_origin', 429) },
    handler: async (request, reply) => {
      if (!access.isOwnOrigin(request)) throw new HubError('access.foreign_origin')
      if (access.required && !access.isToken(request.body.token)) throw new HubError('access.bad_token')
      const { value, maxAge } = await access.newSession()
      const secure = secureCookie || request.protocol === 'https'
      reply.setCookie(SESSION_COOKIE, value, {
        path: '/',
        httpOnly: true,
        sameSite: 'strict',
        secure,
        maxAge,
      })
      return { signed_in: true, auth }
    },
  })

  route(app, 'DELETE /api/session', {
    ...open,
    ...about,
    summary: 'Sign out: the cookie stops working, and so does every copy of it',
    security: [],
    response: { 204: nothing('The cookie is gone'), ...errors(403) },
    handler: async (request, reply) => {
      await access.endSession(request)
      reply.clearCookie(SESSION_COOKIE, { path: '/' })
    },
  })
}

const Ticket = Type.Object(
  { ticket: Type.String({ examples: ['AZ33xQ4Zk3x…'] }), expires_at: Instant },
  { description: 'The ticket' },
)

export async function registerTickets(
  app: FastifyInstance,
  { access, tickets }: { readonly access: Access; readonly tickets: Tickets },
): Promise<void> {
  route(app, 'POST /api/tickets', {
    ...tagged('Access'),
    summary: 'Make a ticket for one socket',
    description:
      'For `/ws/email?ticket=`, as browsers cannot set headers on a socket. Single use, valid for 60 seconds, and no longer than the session that asked for it.',
    response: { 201: Ticket, ...errors(401) },
    handler: async (request) => {
      const { token: ticket, expiresAt } = tickets.issue(access.sessionOf(request))
      return { ticket, expires_at: instant(expiresAt) }
    },
  })
}
