// The dashboard's files. The page has addresses of its own, which all load index.html.
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { compressTexts } from './compressed.ts'

const PUBLIC = fileURLToPath(new URL('../../../public', import.meta.url))

/** Served from node_modules as they are: the page has no build step. */
const VENDOR: Readonly<Record<string, string>> = {
  'htm.js': import.meta.resolve('htm/preact/standalone'),
}

/** For pages of other origins, too: it holds no secret, and what it may do is decided where it connects. */
const SHARED = ['/client.js', '/client.d.ts']

const VIEWS = ['/mailings', '/mailings/*', '/readers', '/readers/*', '/setup']

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
  compressTexts(app)
  for (const [name, url] of Object.entries(VENDOR)) {
    const path = fileURLToPath(url)
    const cut = path.lastIndexOf('/')
    app.get(`/vendor/${name}`, { schema: { hide: true } }, (_request, reply) =>
      reply.sendFile(path.slice(cut + 1), path.slice(0, cut)),
    )
  }
  for (const file of SHARED)
    app.get(file, { schema: { hide: true } }, (_request, reply) => reply.sendFile(file.slice(1)))
  for (const view of VIEWS)
    app.get(view, { schema: { hide: true } }, (_request, reply) => reply.sendFile('index.html'))
}
