// What every address answers alike: methods, errors for browsers, CORS, caches, and what the parser refuses.
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'

const OTHER = 'https://www.example.com'
let hub: TestHub
beforeAll(
  async () => void (hub = await startHub({ PUBLIC_URL: 'http://localhost:8123', ALLOWED_ORIGINS: OTHER })),
)
afterAll(() => hub?.close())

const headers = { authorization: TOKEN }
type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'PROPFIND' | 'QUERY'
const call = (method: Method, url: string, more: Record<string, string> = headers) =>
  hub.call({ method, url, headers: more })

describe('a method that an address does not take', () => {
  test.each([
    ['PUT', '/subscribe', 'GET, HEAD, POST, PATCH, DELETE, OPTIONS'],
    ['GET', '/subscribe/import', 'POST, OPTIONS'],
    ['DELETE', '/subscribe/send-mail', 'POST, OPTIONS'],
    ['POST', '/api/events', 'GET, HEAD, OPTIONS'],
    ['POST', '/api/events/', 'GET, HEAD, OPTIONS'],
    ['PUT', '/campaigns/x', 'GET, HEAD, PATCH, DELETE, OPTIONS'],
    ['GET', '/campaigns/x/start', 'POST, OPTIONS'],
    ['GET', '/api/hook', 'HEAD, POST, OPTIONS'],
    ['DELETE', '/healthz', 'GET, HEAD, OPTIONS'],
    ['PUT', '/unsubscribe/x', 'GET, HEAD, POST, OPTIONS'],
    ['POST', '/ws/email', 'GET, HEAD, OPTIONS'],
    ['POST', '/doc/json', 'GET, HEAD, OPTIONS'],
    ['PROPFIND', '/subscribe', 'GET, HEAD, POST, PATCH, DELETE, OPTIONS'],
    ['QUERY', '/api/events', 'GET, HEAD, OPTIONS'],
  ] as const)('%s %s is 405, and Allow has those it takes', async (method, url, allow) => {
    for (const more of [headers, { ...headers, 'content-type': 'image/png' }])
      expect(await call(method, url, more)).toMatchObject({
        status: 405,
        headers: { allow, 'x-request-id': expect.any(String) },
        body: { error: { code: 'request.wrong_method' } },
      })
  })

  test('of the webhook is told what it is for, in a browser as a page', async () => {
    const { status, text } = await call('GET', '/api/hook', { accept: 'text/html,*/*' })
    expect(status).toBe(405)
    expect(text).toContain('Mandrill posts its events to this address')
  })

  test('OPTIONS says what an address takes, without the token', async () => {
    expect(await call('OPTIONS', '/campaigns', {})).toMatchObject({
      status: 204,
      headers: { allow: 'GET, HEAD, POST, OPTIONS' },
    })
  })

  test('is 404 where nothing is, whatever the body', async () => {
    const more = { 'content-type': 'image/png' }
    expect(await call('POST', '/nothing', more)).toMatchObject({
      status: 404,
      headers: { 'x-request-id': expect.any(String) },
    })
  })

  test('HEAD is there wherever GET is', async () => {
    const { paths } = JSON.parse((await hub.get('/doc/json')).text) as { paths: Record<string, object> }
    const gets = Object.keys(paths).filter((path) => 'get' in (paths[path] ?? {}))
    expect(gets.length).toBeGreaterThan(15)
    for (const path of gets.map((each) => each.replaceAll(/\{\w+\}/g, 'none')))
      expect((await call('HEAD', path)).status, path).toBe((await call('GET', path)).status)
  })
})

describe('an error', () => {
  const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
  test.each([
    ['/nothing/here', 404],
    ['/api/events', 401],
    ['/%zz', 404],
  ])('of %s is a page in a browser: %i', async (url, status) => {
    const answer = await call('GET', url, { accept: BROWSER })
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'text/html; charset=utf-8' } })
    expect(answer.text).toContain('<h1>')
    expect(answer.text).toContain(
      status === 401 ? '<a href="/">Sign in</a>' : '<a href="/">Go to the dashboard</a>',
    )
  })

  test.each(['application/json, text/html', '*/*', 'application/json'])('is JSON for %s', async (accept) => {
    expect((await call('GET', '/nothing', { accept })).body.error.code).toBe('request.not_found')
  })

  test('says how to sign in', async () => {
    expect((await call('GET', '/api/events', {})).headers['www-authenticate']).toBe('Bearer')
    expect((await hub.post([], { key: 'wrong' })).headers['www-authenticate']).toBe('Bearer')
  })
})

test('what is private is kept by no cache, and the page is asked for again', async () => {
  for (const path of ['/api/events', '/subscribe', '/campaigns', '/api/session', '/campaigns/x'])
    expect((await hub.get(path)).headers['cache-control'], path).toBe('no-store')
  expect((await call('GET', '/subscribe', { ...headers, accept: 'text/csv' })).headers['cache-control']).toBe(
    'no-store',
  )
  expect((await hub.get('/')).headers['cache-control']).toBe('no-cache')
})

describe('another origin', () => {
  const preflight = (origin: string, method: string) =>
    call('OPTIONS', '/campaigns/x', {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization',
    })

  test.each(['GET', 'PATCH', 'PUT', 'DELETE', 'POST'])('that is allowed may %s', async (method) => {
    const answer = await preflight(OTHER, method)
    expect(answer).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': OTHER } })
    expect(String(answer.headers['access-control-allow-methods']).split(', ')).toContain(method)
    expect(answer.headers['access-control-allow-headers']).toBe('authorization')
  })

  test('that is allowed may read what an answer says in headers, errors too', async () => {
    for (const more of [{ ...headers, origin: OTHER }, { origin: OTHER }]) {
      const answer = await call('GET', '/subscribe', more)
      expect(answer.headers['access-control-allow-origin']).toBe(OTHER)
      const exposed = String(answer.headers['access-control-expose-headers']).split(', ')
      for (const name of [
        'Retry-After',
        'Location',
        'X-Request-Id',
        'Idempotency-Replayed',
        'X-RateLimit-Reset',
      ])
        expect(exposed).toContain(name)
      expect(answer.headers.vary).toBe('Origin, Accept')
    }
  })

  test.each(['http://localhost:8123', 'http://127.0.0.1:8123', 'http://[::1]:8123'])(
    'is none by another name of the loopback: %s',
    async (origin) => {
      expect((await preflight(origin, 'DELETE')).headers['access-control-allow-origin']).toBe(origin)
    },
  )

  test.each(['https://evil.example', 'null', 'http://localhost:9999'])(
    'that is not may nothing: %s',
    async (origin) => {
      expect((await preflight(origin, 'GET')).headers['access-control-allow-origin']).toBeUndefined()
      expect((await call('GET', '/subscribe', { ...headers, origin })).headers).not.toHaveProperty(
        'access-control-allow-origin',
      )
    },
  )
})

describe('what the parser refuses is in the shape of every other error', () => {
  async function raw(text: string): Promise<string> {
    const [host, port] = hub.address.split(':')
    const socket = connect(Number(port), host)
    let answer = ''
    socket.on('data', (data) => (answer += String(data))).on('error', () => {})
    socket.write(text)
    await new Promise((resolve) => socket.once('close', resolve))
    return answer
  }

  test.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400, 'request.invalid'],
    [
      'headers without end',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'request.headers_too_large',
    ],
    [
      'an address without end',
      `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      431,
      'request.headers_too_large',
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'request.invalid',
    ],
    ['no host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'request.invalid'],
    [
      'two hosts',
      'GET /healthz HTTP/1.1\r\nHost: x\r\nhOST: x\r\nConnection: close\r\n\r\n',
      400,
      'request.invalid',
    ],
    ['an expectation', 'GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n', 417, 'request.expectation'],
  ])('%s', async (_, text, status, code) => {
    const answer = await raw(text)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(answer).toMatch(/content-type: application\/json; charset=utf-8\r\n/i)
    const body: unknown = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))
    expect(body).toMatchObject({ error: { code, message: expect.any(String) } })
  })
})

test('no subprotocol of a socket is agreed to', async () => {
  const socket = new WebSocket(`ws://${hub.address}/ws/email`, ['chat', 'mqtt'], { headers })
  socket.on('error', () => {}) // a client that insists gives up
  const protocol = await new Promise((resolve) => {
    socket.once('upgrade', ({ headers: given }) => resolve(given['sec-websocket-protocol']))
  })
  expect(protocol).toBeUndefined()
  socket.terminate()
})
