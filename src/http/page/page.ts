// The dashboard's files. The page has addresses of its own, which all load index.html.
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

const PUBLIC = fileURLToPath(new URL('../../../public', import.meta.url))

/** Served from node_modules: the page has no build step. A module that names one of them gets its address. */
const PACKAGES: Readonly<Record<string, string>> = {
  htm: import.meta.resolve('htm'),
  preact: import.meta.resolve('preact'),
  'preact/hooks': import.meta.resolve('preact/hooks'),
}
const addressOf = (name: string) => `/vendor/package/${name}.js`

/** For pages of other origins, too: it holds no secret, and what it may do is decided where it connects. */
const SHARED = ['/client.js', '/client.d.ts']

const VIEWS = ['campaigns', 'campaigns/*', 'subscribers', 'subscribers/*', 'messages/*', 'setup']

export async function registerPage(app: FastifyInstance): Promise<void> {
  // Files that are not the page's business on the network.
  const allowedPath = (path: string) =>
    !/\/(tsconfig\.json|[^/]*\.d\.ts)$/.test(path) || path === '/client.d.ts'
  await app.register(fastifyStatic, { root: PUBLIC, cacheControl: false, allowedPath })
  app.addHook('onSend', async (request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-cache')
    if (SHARED.includes(request.routeOptions.url ?? ''))
      reply.header('access-control-allow-origin', '*').header('cross-origin-resource-policy', 'cross-origin')
  })
  app.addHook('onSend', async (request, reply, payload) => {
    if (!request.url.startsWith('/vendor/') || !(payload instanceof Readable)) return payload
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
  for (const view of VIEWS)
    app.get(`/dashboard/${view}`, { schema: { hide: true } }, (_request, reply) =>
      reply.sendFile('index.html'),
    )
}
