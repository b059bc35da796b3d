import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildApp } from '../../../../src/app.ts'
import { createMemoryOneTime } from '../../../../src/adapters/embedded/one-time.ts'
import { createAccess, SESSION_COOKIE } from '../../../../src/http/server/access/access.ts'
import { startHub, TOKEN, type TestHub } from '../../../support/hub.ts'
import { NOON } from '../../../support/times.ts'

const PORT = 8123
const ORIGIN = `http://localhost:${PORT}`
let hub: TestHub
beforeAll(
  async () => void (hub = await startHub({ PUBLIC_URL: ORIGIN, ALLOWED_ORIGINS: 'https://www.example.com' })),
)
afterAll(() => hub.close())

type Headers = Record<string, string>
const get = (url: string, headers: Headers = {}) => hub.call({ method: 'GET', url, headers })
const signIn = (token: string, headers: Headers = { origin: ORIGIN }, at = hub) =>
  at.call({ method: 'POST', url: '/api/session', headers, payload: { token } })
const cookieOf = async (at = hub) =>
  String((await signIn(TOKEN, { origin: ORIGIN }, at)).headers['set-cookie']).split(';')[0] as string
const sample = (headers: Headers) => hub.call({ method: 'POST', url: '/api/sample', headers })

const CLOSED = ['/api/events', '/api/messages/x', '/api/stats', '/api/quarantine', '/api/setup', '/metrics']
const OPEN = [
  '/',
  '/doc',
  '/doc/json',
  '/client.js',
  '/api/session',
  '/healthz',
  '/readyz',
  '/dashboard/setup',
]

test('a session ends after 30 days, also for a socket that was opened with it', async () => {
  const clock = { now: NOON }
  const ended = createMemoryOneTime(undefined, () => clock.now)
  const options = {
    auth: 'on',
    token: TOKEN,
    secret: 'x'.repeat(16),
    publicUrl: ORIGIN,
    allowedOrigins: [],
  } as const
  const access = createAccess({ ...options, now: () => clock.now, ended })
  const { value, maxAge } = await access.newSession()
  const session = access.sessionOf({ headers: {}, cookies: { [SESSION_COOKIE]: value } } as never)
  clock.now += maxAge * 1000 - 1
  expect(session && (await access.hasEnded(session))).toBe(false)
  clock.now += 1
  expect(session && (await access.hasEnded(session))).toBe(true)
})

describe('without the token', () => {
  test.each(CLOSED)('%s is 401', async (url) => {
    expect(await get(url)).toMatchObject({ status: 401, body: { error: { code: 'access.unauthorized' } } })
  })

  test.each(['/api/tickets', '/api/sample', '/api/quarantine/x/replay'])('POST %s is 401', async (url) => {
    expect((await hub.call({ method: 'POST', url })).status).toBe(401)
  })

  test.each(OPEN)('%s is open', async (url) => {
    expect((await get(url)).status).toBe(200)
  })

  test('an address where nothing is is 404', async () => {
    expect(await get('/nothing/here')).toMatchObject({
      status: 404,
      body: { error: { code: 'request.not_found' } },
    })
  })
})

describe('the token', () => {
  test.each([TOKEN, `Bearer ${TOKEN}`, `bearer ${TOKEN}`])(
    'works as Authorization: %s',
    async (authorization) => {
      expect((await get('/api/events', { authorization })).status).toBe(200)
    },
  )

  test.each(['', 'Bearer', `${TOKEN}x`, TOKEN.slice(0, -1), `Basic ${TOKEN}`])(
    'wrong is 401: %j',
    async (authorization) => {
      expect((await get('/api/events', { authorization })).status).toBe(401)
    },
  )
})

describe('wrong tokens', () => {
  test('are slowed down by address: 429 with Retry-After; the right one and other addresses get in', async () => {
    const other = await startHub()
    const ask = (authorization: string, remoteAddress = '203.0.113.9') =>
      other.call({ method: 'GET', url: '/api/events', headers: { authorization }, remoteAddress })
    const guesses = await Promise.all(Array.from({ length: 40 }, (_, n) => ask(`guess number ${n}`)))
    const counted = Map.groupBy(guesses, ({ status }) => status)
    expect([counted.get(401)?.length, counted.get(429)?.length]).toEqual([30, 10])
    expect(Number(counted.get(429)?.[0]?.headers['retry-after'])).toBeGreaterThan(0)
    expect((await ask(TOKEN)).status).toBe(200)
    expect((await ask('a guess', '203.0.113.10')).status).toBe(401)
    await other.close()
  })
})

describe('a session', () => {
  test('is an HttpOnly, SameSite=Strict cookie that the browser keeps for 30 days', async () => {
    const answer = await signIn(TOKEN)
    expect(answer).toMatchObject({ status: 200, body: { signed_in: true, auth: 'on' } })
    expect(String(answer.headers['set-cookie'])).toMatch(
      /; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    expect(String(answer.headers['set-cookie'])).not.toContain(TOKEN)
  })

  test('is Secure where the hub is reached by https', async () => {
    const secure = await startHub({ PUBLIC_URL: 'https://hub.example.com' })
    try {
      const headers = { origin: 'https://hub.example.com' }
      const answer = await secure.call({
        method: 'POST',
        url: '/api/session',
        headers,
        payload: { token: TOKEN },
      })
      expect(String(answer.headers['set-cookie'])).toContain('; Secure')
    } finally {
      await secure.close()
    }
  })

  test('is Secure, too, where a proxy says so that is trusted', async () => {
    const behind = await startHub({ PUBLIC_URL: ORIGIN, TRUST_PROXY: '127.0.0.1' })
    const cookieBy = async (proto: string) =>
      String((await signIn(TOKEN, { 'x-forwarded-proto': proto }, behind)).headers['set-cookie'])
    expect(await cookieBy('https')).toContain('; Secure')
    expect(await cookieBy('http')).not.toContain('; Secure')
    await behind.close()
  })

  test('is refused with a wrong token: 401, no cookie', async () => {
    const answer = await signIn('wrong')
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'access.bad_token' } } })
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  test.each([{}, { token: '' }, { token: 5 }])(
    'without a token is 400 and names the field: %j',
    async (payload) => {
      const answer = await hub.call({ method: 'POST', url: '/api/session', payload })
      expect(answer).toMatchObject({
        status: 400,
        body: { error: { code: 'request.invalid', details: [{ field: 'token' }] } },
      })
    },
  )

  test('opens what the token opens, for a GET of the page itself', async () => {
    const cookie = await cookieOf()
    expect((await get('/api/events', { cookie })).status).toBe(200)
    // none: typed, or a bookmark
    for (const site of ['same-origin', 'none'])
      expect((await get('/api/events', { cookie, 'sec-fetch-site': site })).status).toBe(200)
    expect((await get('/api/session', { cookie })).body).toMatchObject({ signed_in: true })
  })

  test.each([ORIGIN, `http://127.0.0.1:${PORT}`, `http://[::1]:${PORT}`, 'https://www.example.com'])(
    'counts with the origin %s',
    async (origin) => {
      expect((await sample({ cookie: await cookieOf(), origin })).status).toBe(202)
    },
  )

  test.each([
    'https://evil.example',
    `http://localhost:${PORT + 1}`,
    'null',
    'http://localhost.evil.example',
  ])('does not count with the origin %s', async (origin) => {
    const cookie = await cookieOf()
    expect((await sample({ cookie, origin })).status).toBe(401)
    expect((await get('/api/events', { cookie, origin })).status).toBe(401)
  })

  test('counts with the origin of whatever address the hub is reached by', async () => {
    const host = '10.0.0.7:9000'
    expect((await sample({ cookie: await cookieOf(), host, origin: `http://${host}` })).status).toBe(202)
  })

  test('does not count with the origin null at a Host that is none either', async () => {
    expect((await sample({ cookie: await cookieOf(), host: ':', origin: 'null' })).status).toBe(401)
  })

  test('does not count for a change without any origin, nor for a GET from elsewhere', async () => {
    const cookie = await cookieOf()
    expect((await sample({ cookie })).status).toBe(401)
    expect((await get('/api/events', { cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(401)
  })

  test('cannot be forged, nor prolonged', async () => {
    const [name, value] = (await cookieOf()).split('=') as [string, string]
    const later = Buffer.from(value, 'base64url')
    later[4] = ((later[4] ?? 0) + 1) % 256
    for (const forged of [later.toString('base64url'), `${value}x`, 'x', ''])
      expect((await get('/api/events', { cookie: `${name}=${forged}` })).status).toBe(401)
  })

  test('ends with DELETE: 204, and the cookie is taken back', async () => {
    const answer = await hub.call({ method: 'DELETE', url: '/api/session', headers: { origin: ORIGIN } })
    expect(answer.status).toBe(204)
    expect(String(answer.headers['set-cookie'])).toMatch(/=;.*Expires=Thu, 01 Jan 1970/)
  })

  test('lives 30 days', async () => {
    const cookie = await cookieOf()
    const day = 24 * 3600 * 1000
    for (const [days, status] of [
      [29, 200],
      [31, 401],
    ] as const) {
      const app = await buildApp({ ...hub.wired, now: () => Date.now() + days * day })
      expect((await app.inject({ url: '/api/events', headers: { cookie } })).statusCode).toBe(status)
      await app.close()
    }
  })

  test('that was ended is over for every copy, also after a restart; others go on', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'ended-'))
    const status = async (at: TestHub, value: string) =>
      (await at.call({ method: 'GET', url: '/api/events', headers: { cookie: value } })).status
    const first = await startHub({ PUBLIC_URL: ORIGIN }, dir)
    const [cookie, other] = [await cookieOf(first), await cookieOf(first)]
    expect(await status(first, cookie)).toBe(200)
    const headers = { cookie, origin: ORIGIN }
    expect((await first.call({ method: 'DELETE', url: '/api/session', headers })).status).toBe(204)
    expect([await status(first, cookie), await status(first, other)]).toEqual([401, 200])
    await first.close()
    const second = await startHub({ PUBLIC_URL: ORIGIN }, dir)
    expect([await status(second, cookie), await status(second, other)]).toEqual([401, 200])
    await second.close()
    await rm(dir, { recursive: true })
  })

  test('is ended by no page of a foreign origin', async () => {
    const other = await startHub({ PUBLIC_URL: ORIGIN })
    const cookie = await cookieOf(other)
    const headers = { cookie, origin: 'https://evil.example' }
    await other.call({ method: 'DELETE', url: '/api/session', headers })
    expect((await other.call({ method: 'GET', url: '/api/events', headers: { cookie } })).status).toBe(200)
    await other.close()
  })

  test('ends when the token is another, though the secret is the same', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'token-'))
    const first = await startHub({ PUBLIC_URL: ORIGIN }, dir)
    const cookie = await cookieOf(first)
    await first.close()
    const second = await startHub({ PUBLIC_URL: ORIGIN, API_TOKEN: 'a-token-that-was-changed' }, dir)
    const answer = await second.call({ method: 'GET', url: '/api/events', headers: { cookie } })
    expect(answer.status).toBe(401)
    await second.close()
    await rm(dir, { recursive: true })
  })

  test('cannot be opened from a foreign origin', async () => {
    expect((await signIn(TOKEN, { origin: 'https://evil.example' })).status).toBe(403)
  })

  test('is limited in its tries: 429 with Retry-After', async () => {
    const limited = await startHub()
    try {
      const tries = await Promise.all(
        Array.from({ length: 30 }, () =>
          limited.call({ method: 'POST', url: '/api/session', payload: { token: 'guess' } }),
        ),
      )
      const refused = tries.find((answer) => answer.status === 429)
      expect(refused).toMatchObject({ body: { error: { code: 'request.too_many' } } })
      expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0)
    } finally {
      await limited.close()
    }
  })
})

describe('CORS', () => {
  const preflight = (origin: string) =>
    hub.call({
      method: 'OPTIONS',
      url: '/api/events',
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    })

  test('an allowed origin may use the API', async () => {
    const origin = 'https://www.example.com'
    expect((await preflight(origin)).headers['access-control-allow-origin']).toBe(origin)
  })

  test('its pages may read what an answer says beside its body', async () => {
    const headers = { authorization: TOKEN, origin: 'https://www.example.com' }
    const exposed = String((await get('/api/events', headers)).headers['access-control-expose-headers'])
    expect(exposed.toLowerCase().split(/, */)).toEqual(
      expect.arrayContaining([
        'retry-after',
        'location',
        'x-request-id',
        'idempotency-replayed',
        'x-ratelimit-limit',
        'x-ratelimit-remaining',
        'x-ratelimit-reset',
      ]),
    )
  })

  test('an OPTIONS that is no preflight is answered, too', async () => {
    expect((await hub.call({ method: 'OPTIONS', url: '/api/events' })).status).toBe(204)
  })

  test('any other may not', async () => {
    expect((await preflight('https://evil.example')).headers['access-control-allow-origin']).toBeUndefined()
  })
})

describe('AUTH=off', () => {
  let open: TestHub
  beforeAll(async () => void (open = await startHub({ AUTH: 'off', MANDRILL_WEBHOOK_KEYS: '' })))
  afterAll(() => open.close())
  const ask = (headers: Headers, method: 'GET' | 'POST' = 'GET') =>
    open.call({ method, url: method === 'GET' ? '/api/events' : '/api/sample', headers })

  test.each(['localhost:8000', '127.0.0.1', '[::1]:8000'])(
    'asks for no token at the Host %s',
    async (host) => {
      expect((await ask({ host })).status).toBe(200)
    },
  )

  test.each(['evil.example', 'localhost.evil.example', '10.0.0.1'])(
    'is closed at the Host %j',
    async (host) => {
      expect(await ask({ host })).toMatchObject({
        status: 403,
        body: { error: { code: 'access.foreign_host' } },
      })
    },
  )

  test('lets no other web origin change anything', async () => {
    for (const origin of ['https://evil.example', 'http://localhost.evil.example', 'null'])
      expect((await ask({ host: 'localhost', origin }, 'POST')).status).toBe(403)
    expect((await ask({ host: 'localhost', origin: 'http://localhost' }, 'POST')).status).toBe(202)
  })
})

test('no answer and no log line holds a secret', async () => {
  const told = JSON.stringify(hub.logged)
  for (const secret of [TOKEN, 'a-secret-of-the-tests', 'a-webhook-key']) expect(told).not.toContain(secret)
})
