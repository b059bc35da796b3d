// The dashboard's files. The page has addresses of its own, which all load index.html.
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { HubError } from '../../core/errors.ts'
import { addVary, wantsPage } from '../server/answers/errors.ts'

const PUBLIC = fileURLToPath(new URL('../../../public', import.meta.url))

/** Served from node_modules: the page has no build step. A module that names one of them gets its address. */
const PACKAGES: Readonly<Record<string, string>> = {
  htm: import.meta.resolve('htm'),
  preact: import.meta.resolve('preact'),
  'preact/hooks': import.meta.resolve('preact/hooks'),
}
const addressOf = (name: string) => `/page/vendor/package/${name}.js`

/** For pages of other origins, too: it holds no secret, and what it may do is decided where it connects. */
const SHARED = ['/client.js', '/client.d.ts']

/** A name with a hash never stands for anything else. */
const FOR_GOOD = 'public, max-age=31536000, immutable'

/** Beneath /dashboard/: public/page/routes.js says what each is. */
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
  /** The page as few files, or nothing: then it is served as it is written. */
  readonly page: () => Promise<
    { readonly index: string; readonly files: Readonly<Record<string, string>> } | undefined
  >
}

export async function registerPage(app: FastifyInstance, { page }: PageDeps): Promise<void> {
  // Files that are not the page's business on the network.
  const allowedPath = (path: string) =>
    !/\/(tsconfig\.json|[^/]*\.d\.ts)$/.test(path) || path === '/client.d.ts'
  await app.register(fastifyStatic, { root: PUBLIC, cacheControl: false, allowedPath, index: false })
  app.addHook('onSend', async (request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-cache')
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
  // What is no view: a browser gets the page all the same, which says so among its ways on.
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
