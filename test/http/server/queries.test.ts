// Queries: what is a number, what a route knows, what a word may be, and what + means in an address.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'
import { openSocket } from '../../support/socket.ts'

let hub: TestHub
beforeAll(async () => void (hub = await startHub()))
afterAll(() => hub?.close())

const headers = { authorization: TOKEN }
const PAGED = ['/api/events', '/api/quarantine', '/subscribe', '/suppressions', '/campaigns']

describe('numbers are digits', () => {
  const OTHERS = [
    '1e999',
    '-1e999',
    '0x10',
    '1e3',
    '%201',
    '1%20',
    '1.0',
    '+5',
    '',
    '-1',
    'NaN',
    '٣',
    '9'.repeat(30),
  ]
  test.each(PAGED.flatMap((path) => OTHERS.map((text) => [path, text] as const)))(
    '%s?limit=%s is 400',
    async (path, text) => {
      expect(await hub.get(`${path}?limit=${text}`)).toMatchObject({
        status: 400,
        body: { error: { code: 'request.invalid', details: [{ field: 'limit' }] } },
      })
    },
  )

  test.each(PAGED)('%s?limit=7 is taken, 0 and a million are out of bounds', async (path) => {
    expect((await hub.get(`${path}?limit=7`)).status).toBe(200)
    expect((await hub.get(`${path}?limit=0`)).status).toBe(400)
    expect((await hub.get(`${path}?limit=1000000`)).status).toBe(400)
  })

  test('minutes, too; and what is true or false is just that', async () => {
    expect((await hub.get('/api/stats?minutes=1e3')).status).toBe(400)
    expect((await hub.get('/subscribe?subscribed=1')).body.error.message).toBe(
      'query: subscribed must be true or false',
    )
  })
})

describe('a parameter that a route does not know', () => {
  test.each([...PAGED, '/api/stats', '/api/messages/x', '/lanes', '/api/session', '/campaigns/x/deliveries'])(
    'of GET %s is 400, and names the ones it knows',
    async (path) => {
      const { status, body } = await hub.get(`${path}?limmit=1`)
      expect(status).toBe(400)
      expect(body.error.message).toMatch(/^query: limmit is not known; known are: /)
      expect((await hub.call({ method: 'HEAD', url: `${path}?limmit=1`, headers })).status).toBe(400)
    },
  )

  test('is named with them', async () => {
    const { body } = await hub.get('/api/events?emial=ann@example.com')
    expect(body.error.message).toContain('known are: limit, before, after, events, email')
    expect((await hub.get('/lanes?toString=1')).body.error.message).toContain('known are: none')
  })

  test.each(['/subscribe', '/subscribe/x', '/suppressions/x@example.com', '/campaigns/x'])(
    'of DELETE %s is 400',
    async (url) => {
      expect((await hub.call({ method: 'DELETE', url: `${url}?email=a`, headers })).status).toBe(400)
    },
  )

  test('of pages that subscribers see, of probes and of POSTs is ignored', async () => {
    expect((await hub.get('/?utm_source=x')).status).toBe(200)
    expect((await hub.get('/unsubscribe/x?utm_source=x')).status).toBe(404)
    expect((await hub.get('/healthz?x=1')).status).toBe(200)
    expect((await hub.call({ method: 'HEAD', url: '/api/hook?x=1' })).status).toBe(200)
    expect((await hub.call({ method: 'POST', url: '/api/sample?x=1', headers })).status).toBe(202)
  })

  test('of a socket is told, and brings nothing rather than everything', async () => {
    const socket = await openSocket(hub.address, 'after=0&emial=ann@example.com', { headers })
    const frames = await socket.until((seen) => seen.some(({ type }) => type === 'position'))
    expect(frames ?? socket.frames).toContainEqual(
      expect.objectContaining({
        type: 'error',
        message: expect.stringContaining('query: emial is not known'),
      }),
    )
    expect(socket.frames.filter(({ type }) => type === 'event')).toEqual([])
    socket.ws.terminate()
  })
})

test('a parameter that is given twice is 400, but for a list of words', async () => {
  expect((await hub.get('/api/events?email=a@example.com&email=b@example.com')).body.error.message).toBe(
    'query: email is given more than once',
  )
  expect((await hub.get('/api/events?events=open&events=click')).status).toBe(200)
})

test('a word out of a closed list is one sentence that lists the words', async () => {
  const query = await hub.get('/campaigns/x/deliveries?status=queud')
  expect(query).toMatchObject({
    status: 400,
    body: {
      error: {
        message: 'query: status must be one of queued, sent, deferred, failed, skipped, cancelled',
        details: [{ field: 'status' }],
      },
    },
  })
  const payload = { email: 'ann@example.com', reason: 'bounced' }
  const { body } = await hub.call({ method: 'POST', url: '/suppressions', headers, payload })
  expect(body.error.message).toBe(
    'body: reason must be one of bounce, complaint, unsubscribe, reject, manual',
  )
  expect(body.error.details).toHaveLength(1)
})

describe('an unencoded + in an address means +', () => {
  const email = 'ann+news@example.com'
  beforeAll(() => hub.post([{ event: 'open', _id: 'plus', msg: { email, tags: ['two words'] } }]))

  test('of a subscriber, a suppression and an event; elsewhere it is a blank', async () => {
    const post = (url: string) =>
      hub.call({ method: 'POST', url, headers, payload: { email, name: 'Ann Lee' } })
    await post('/subscribe')
    await post('/suppressions')
    expect((await hub.get(`/subscribe?email=${email}`)).body.count).toBe(1)
    expect((await hub.get(`/subscribe?q=ann+news@`)).body.count).toBe(1)
    expect((await hub.get(`/subscribe?q=Ann+Lee`)).body.count).toBe(1)
    expect((await hub.get(`/suppressions?email=${email}`)).body.count).toBe(1)
    expect((await hub.get(`/api/events?email=${email}`)).body.events).toHaveLength(1)
    expect((await hub.get(`/api/events?email=${encodeURIComponent(email)}`)).body.events).toHaveLength(1)
    expect((await hub.get('/api/events?tag=two+words')).body.events).toHaveLength(1)
  })

  test('and in a time: +09:00 as people type it', async () => {
    const { status, body } = await hub.get(
      '/api/events?since=2026-01-01T00:00:00+09:00&email=' + encodeURIComponent(email),
    )
    expect([status, body.events.length]).toEqual([200, 1])
    expect((await hub.get('/api/stats?since=2026-01-01T00:00:00+09:00&step=86400')).status).toBe(200)
  })

  test('in a socket, too', async () => {
    const socket = await openSocket(hub.address, 'after=0&email=ann+news@example.com', { headers })
    await socket.until((seen) => seen.some(({ type }) => type === 'event'))
    expect(socket.ids()).toEqual(['plus'])
    socket.ws.terminate()
  })
})

describe('what is wrong is said in words', () => {
  test.each([
    ['DELETE', '/api/quarantine', undefined, 'query: reason is required'],
    ['PATCH', '/subscribe', {}, 'body: email is required'],
    ['POST', '/subscribe', [], 'body: must be object'],
    [
      'POST',
      '/campaigns',
      { subject: 'a', content: 'b', send_at: 5 },
      'body: send_at must be string or null',
    ],
    ['DELETE', '/subscribe?all', undefined, 'query: must be empty: this removes everybody'],
    ['POST', '/subscribe/import?dry_run=yes', 'email', 'query: dry_run must be one of true, 1, false, 0'],
  ] as const)('%s %s', async (method, url, payload, message) => {
    const type = typeof payload === 'string' ? { 'content-type': 'text/csv' } : {}
    const request = { method, url, headers: { ...headers, ...type } }
    expect(await hub.call(payload === undefined ? request : { ...request, payload })).toMatchObject({
      status: 400,
      body: { error: { code: 'request.invalid', message } },
    })
  })
})
