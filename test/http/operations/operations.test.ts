// What machines ask of the hub: health, metrics; and what every answer has.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startHub, type TestHub } from '../../support/hub.ts'

let hub: TestHub
beforeAll(async () => void (hub = await startHub()))
afterAll(() => hub.close())

describe('health', () => {
  test('healthz: alive', async () => {
    expect(await hub.get('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } })
  })

  test('readyz: every store, by name', async () => {
    expect(await hub.get('/readyz')).toMatchObject({
      status: 200,
      body: {
        status: 'ready',
        stores: { events: 'ok', database: 'ok', archive: 'ok' },
        tracking_lag: expect.any(Number),
      },
    })
  })
})

test('metrics are Prometheus text and count what happens', async () => {
  await hub.post([{ event: 'send' }, { event: 'open' }])
  await hub.post([{ event: 'send' }], { key: 'wrong' })
  const { text, headers } = await hub.get('/metrics')
  expect(headers['content-type']).toContain('text/plain')
  expect(text).toContain('mail_event_hub_webhook_events_total 2')
  expect(text).toContain('mail_event_hub_webhook_refused_total{code="hook.bad_signature"} 1')
  expect(text).toContain('process_cpu_user_seconds_total')
})

test('what is refused is in the log, but for what machines ask all the time', async () => {
  for (const url of ['/metrics', '/api/setup']) expect(await hub.call({ url })).toMatchObject({ status: 401 })
  const refused = hub.logged.flatMap(({ status, route }) => (status === 401 ? [route] : []))
  expect(refused).toContain('/api/setup')
  expect(refused).not.toContain('/metrics')
})

test('every answer carries a request id', async () => {
  expect((await hub.get('/healthz')).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
})

describe('errors', () => {
  test('have one shape', async () => {
    expect((await hub.get('/nothing')).body).toEqual({
      error: { code: 'request.not_found', message: expect.any(String) },
    })
  })

  test('a 5xx tells no internals', async () => {
    const broken = await startHub()
    try {
      broken.wired.archive.counts = () => Promise.reject(new Error('select secret_table at 10.0.0.5'))
      const answer = await broken.get('/api/stats')
      expect(answer).toMatchObject({ status: 500, body: { error: { code: 'server.internal' } } })
      expect(answer.text).not.toContain('secret_table')
      expect(JSON.stringify(broken.logged)).toContain('secret_table')
    } finally {
      await broken.close()
    }
  })

  test.each(['application/json', 'application/x-www-form-urlencoded', 'text/plain; charset=utf-8'])(
    'an empty body of the type %s is none where no body is needed',
    async (type) => {
      const headers = { authorization: 'the-api-token-of-the-tests', 'content-type': type }
      expect((await hub.call({ method: 'POST', url: '/api/tickets', headers })).status).toBe(201)
    },
  )

  test('broken JSON is 400', async () => {
    const headers = { 'content-type': 'application/json' }
    const answer = await hub.call({ method: 'POST', url: '/api/session', headers, payload: '{"token":' })
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'request.invalid' } } })
  })
})
