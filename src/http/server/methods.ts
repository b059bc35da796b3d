// A known address answers methods that it does not take with 405, and OPTIONS with those it takes.
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HubError } from '../../core/errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What this address is for: the message for a wrong method. */
    purpose?: string
  }
}

type Known = { readonly methods: Set<string>; purpose?: string | undefined }

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const

/** For fastify(). A method that no address takes (PROPFIND, LOCK, …) goes the way of TRACE, which none takes either. */
export function rewriteUrl(raw: IncomingMessage): string {
  if (!METHODS.some((method) => method === raw.method)) raw.method = 'TRACE'
  return raw.url ?? '/'
}

/** To be called before the routes are registered; the function that it returns, after them. */
export function registerMethods(app: FastifyInstance): () => void {
  const addresses = new Map<string, Known>()
  app.addHook('onRoute', ({ method, url, config }) => {
    if (url.endsWith('*')) return // the page's files
    const address = url.replace(/(.)\/$/, '$1')
    const known = addresses.get(address) ?? { methods: new Set() }
    for (const each of [method].flat()) known.methods.add(each)
    known.purpose ??= config?.purpose
    addresses.set(address, known)
  })
  return () => {
    for (const [url, known] of addresses) addOthers(app, url, known)
    // An unknown address is refused before its body is read.
    app.addHook('onRequest', (request, _reply, done) =>
      done(request.is404 ? new HubError('request.not_found') : undefined),
    )
  }
}

function addOthers(app: FastifyInstance, url: string, { methods, purpose }: Known): void {
  const others = METHODS.filter((method) => !methods.has(method))
  const allow = [...METHODS.filter((method) => methods.has(method)), 'OPTIONS'].join(', ')
  app.route({
    method: others,
    url,
    schema: { hide: true },
    onRequest: async (request: FastifyRequest, reply: FastifyReply) => {
      reply.header('allow', allow)
      if (request.method === 'OPTIONS') return reply.status(204).send()
      throw new HubError('request.wrong_method', { message: purpose })
    },
    handler: async () => undefined,
  })
}
