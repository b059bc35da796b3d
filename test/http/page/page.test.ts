// The page's files as HTTP sees them: fresh, and none that is not the page's business.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from '../../../src/app.ts'
import { startHub, type TestHub } from '../../support/hub.ts'

let hub: TestHub
beforeAll(async () => void (hub = await startHub()))
afterAll(() => hub.close())

const get = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  hub.app.inject({ method, url, headers })

test('the Preact in use is the one in package.json', async () => {
  const { body } = await get('/page/vendor/package/preact.js')
  expect(body).toBe(readFileSync(new URL(import.meta.resolve('preact')), 'utf8'))
  for (const module of ['/page/vendor/htm.js', '/page/vendor/package/preact/hooks.js'])
    expect((await get(module)).body, 'browsers know addresses only').toMatch(
      /from ?"\/page\/vendor\/package\/preact\.js"/,
    )
})

test('a final slash is ignored for the client, too', async () => {
  expect((await get('/client.js/')).body).toBe((await get('/client.js')).body)
})

test.each([
  ['a token of any length', `/unsubscribe/${'x'.repeat(5_000)}`],
  ['an empty name', '/api/stats//'],
  ['no file', '/no/such/file'],
  ['a file elsewhere', '/%2e%2e/package.json'],
  ['a hidden file', '/.git'],
])('a path that names %s is 404', async (_, url) => {
  const answer = await get(url)
  expect([answer.statusCode, answer.json()]).toMatchObject([404, { error: { code: 'request.not_found' } }])
})

test('a browser that has the file already is told so, and a part of it is a part of the file', async () => {
  const { headers } = await get('/page/main.js', { 'accept-encoding': 'gzip' })
  const again = await get('/page/main.js', {
    'accept-encoding': 'gzip',
    'if-none-match': String(headers.etag),
  })
  expect([again.statusCode, again.rawPayload.length, headers['cache-control']]).toEqual([304, 0, 'no-cache'])
  const part = await get('/page/main.js', { 'accept-encoding': 'gzip', range: 'bytes=0-9' })
  expect([part.statusCode, part.headers['content-encoding'], part.rawPayload.length]).toEqual([
    206,
    undefined,
    10,
  ])
  expect((await get('/page/main.js', { 'accept-encoding': 'gzip' }, 'HEAD')).rawPayload.length).toBe(0)
})

test('views have addresses of their own; what is no page is 404', async () => {
  const index = await get('/')
  for (const url of ['/dashboard/setup', '/dashboard/campaigns/1', '/dashboard/subscribers'])
    expect((await get(url)).payload).toBe(index.payload)
  for (const url of [
    '/tsconfig.json',
    '/types.d.ts',
    '/page/vendor/htm.d.ts',
    '/../package.json',
    '/nothing.js',
    '/dashboard/nothing',
    '/setup',
  ])
    expect((await get(url)).statusCode, url).toBe(404)
  // Where one goes by hand, the page itself says so, and offers its other views.
  const gone = await get('/dashboard/nothing', { accept: 'text/html' })
  expect([gone.statusCode, gone.payload]).toEqual([404, index.payload])
})

const asset = async (kind: 'css' | 'js') =>
  /\/assets\/[^"]+/.exec((await get('/')).body.match(`[^"]+\\.${kind}`)?.[0] ?? '')?.[0] as string

test('the page comes as few files that a browser keeps for good; the page itself is asked for each time', async () => {
  expect((await get('/')).headers['cache-control']).toBe('no-cache')
  for (const [kind, type] of [
    ['css', 'text/css; charset=utf-8'],
    ['js', 'text/javascript; charset=utf-8'],
  ] as const) {
    const { statusCode, headers, body } = await get(await asset(kind))
    expect([statusCode, headers['content-type']]).toEqual([200, type])
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(body.length).toBeGreaterThan(5_000)
  }
})

test('the icon, which a browser wants at each change of the address, is kept for a day', async () => {
  const { statusCode, headers } = await get('/icon.svg')
  expect([statusCode, headers['cache-control']]).toEqual([200, 'max-age=86400'])
})

test.each(['/assets/main-00000000.js', '/assets/constructor', '/assets/', '/assets/__proto__'])(
  '%s is 404, and nothing to keep',
  async (url) => {
    const { statusCode, headers } = await get(url)
    expect([statusCode, headers['cache-control']]).toEqual([404, 'no-store'])
  },
)

test('a page that is not packed is served as it is written, and each file asked for anew', async () => {
  const app = await buildApp({ ...hub.wired, page: async () => undefined })
  const { body } = await app.inject('/')
  expect(body).toBe(readFileSync('public/index.html', 'utf8'))
  expect((await app.inject('/dashboard/setup')).body).toBe(body)
  for (const [, address] of body.matchAll(/(?:href|src)="(\/[^"]+\.(?:css|js))"/g)) {
    const file = await app.inject(address as string)
    expect([address, file.statusCode, file.headers['cache-control']]).toEqual([address, 200, 'no-cache'])
  }
  expect((await app.inject('/assets/main-00000000.js')).statusCode).toBe(404)
  await app.close()
})

test('the client may be imported by pages of any origin; the rest of the page may not', async () => {
  const origin = { origin: 'https://elsewhere.example' }
  const client = await get('/client.js', origin)
  expect(client.headers['access-control-allow-origin']).toBe('*')
  expect(client.headers['cross-origin-resource-policy']).toBe('cross-origin')
  const page = await get('/page/main.js', origin)
  expect(page.headers['access-control-allow-origin']).toBeUndefined()
  expect(page.headers['cross-origin-resource-policy']).toBe('same-origin')
})
