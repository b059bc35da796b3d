// The dashboard's files. Its views have their own addresses, which all load index.html.
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { HubError } from '../../core/errors.ts'
import { addVary, wantsPage } from '../server/answers/errors.ts'

const PUBLIC = fileURLToPath(new URL('../../../public', import.meta.url))

/** Packages served from node_modules, since the page needs no build step. Imports of them get these addresses. */
const PACKAGES: Readonly<Record<string, string>> = {
  htm: import.meta.resolve('htm'),
  preact: import.meta.resolve('preact'),
  'preact/hooks': import.meta.resolve('preact/hooks'),
}
const addressOf = (name: string) => `/page/vendor/package/${name}.js`

/** Files for pages of other origins, too: they hold no secret, and access is checked where they connect. */
const SHARED = ['/client.js', '/client.d.ts']

/** For names with a hash, whose content never changes. */
const FOR_GOOD = 'public, max-age=31536000, immutable'
/** Chromium wants the icon at each change of the address. */
const cachingOf = (url: string) => (url === '/icon.svg' ? 'max-age=86400' : 'no-cache')

/** Below /dashboard/: see public/page/routes.js. */
const VIEWS = [
  'messages/:id',
  'campaigns',
  'campaigns/:id',
  'campaigns/:id/deliveries',
  'subscribers',
  'subscribers/:id',
  'subscribers/suppressions',
  'subscribers/import',
  'setup',
]

export type PageDeps = {
  /** The page packed into few files; undefined: it is served as it is written. */
  readonly page: () => Promise<
    { readonly index: string; readonly files: Readonly<Record<string, string>> } | undefined
  >
}

export async function registerPage(app: FastifyInstance, { page }: PageDeps): Promise<void> {
  // Only for development: not to be served.
  const allowedPath = (path: string) =>
    !/\/(tsconfig\.json|[^/]*\.d\.ts)$/.test(path) || path === '/client.d.ts'
  await app.register(fastifyStatic, { root: PUBLIC, cacheControl: false, allowedPath, index: false })
  app.addHook('onSend', async (request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', cachingOf(request.url))
    if (SHARED.includes(request.routeOptions.url ?? ''))
      reply.header('access-control-allow-origin', '*').header('cross-origin-resource-policy', 'cross-origin')
  })
  app.addHook('onSend', async (request, reply, payload) => {
    if (!request.url.startsWith('/page/vendor/') || !(payload instanceof Readable)) return payload
    const named = (await text(payload)).replace(/(?<=from ?)['"]([^.'"]+)['"]/g, (_, name) =>
      JSON.stringify(addressOf(name)),
    )
    reply.header('content-length', Buffer.byteLength(named)).removeHeader('accept-ranges')
    return Readable.from([Buffer.from(named)])
  })
  for (const [name, url] of Object.entries(PACKAGES)) {
    const path = fileURLToPath(url)
    const cut = path.lastIndexOf('/')
    app.get(addressOf(name), { schema: { hide: true } }, (_request, reply) =>
      reply.sendFile(path.slice(cut + 1), path.slice(0, cut)),
    )
  }
  for (const file of SHARED)
    app.get(file, { schema: { hide: true } }, (_request, reply) => reply.sendFile(file.slice(1)))
  const index = async (_request: unknown, reply: FastifyReply) => {
    const packed = await page()
    return packed ? reply.type('text/html; charset=utf-8').send(packed.index) : reply.sendFile('index.html')
  }
  for (const view of ['/', ...VIEWS.map((view) => `/dashboard/${view}`)])
    app.get(view, { schema: { hide: true } }, index)
  // For an unknown view a browser still gets the page, which says so.
  app.get('/dashboard/*', { schema: { hide: true } }, (request, reply) => {
    if (!wantsPage(request.headers.accept)) throw new HubError('request.not_found')
    addVary(reply.status(404), 'Accept')
    return index(request, reply)
  })
  app.get<{ Params: { name: string } }>(
    '/assets/:name',
    { schema: { hide: true } },
    async ({ params }, reply) => {
      const files = (await page())?.files ?? {}
      if (!Object.hasOwn(files, params.name)) throw new HubError('request.not_found')
      const type = params.name.endsWith('.css') ? 'text/css' : 'text/javascript'
      return reply.type(`${type}; charset=utf-8`).header('cache-control', FOR_GOOD).send(files[params.name])
    },
  )
}
