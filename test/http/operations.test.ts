import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startHub, type TestHub } from '../support/hub.ts'

let hub: TestHub
beforeAll(async () => void (hub = await startHub()))
afterAll(() => hub.close())

const METHODS = ['get', 'post', 'put', 'patch', 'delete']
type Operation = {
  summary?: string
  tags?: string[]
  security?: unknown[]
  responses: Record<string, { description?: string; content?: Record<string, { schema?: unknown }> }>
}

describe('OpenAPI', () => {
  const operations = async () => {
    const { body } = await hub.get('/doc/json')
    return Object.entries(body.paths as Record<string, Record<string, Operation>>).flatMap(([path, verbs]) =>
      Object.entries(verbs)
        .filter(([verb]) => METHODS.includes(verb))
        .map(([verb, operation]) => ({ name: `${verb} ${path}`, operation })),
    )
  }

  test('is valid 3.1 by a public validator', async () => {
    const { body } = await hub.get('/doc/json')
    expect(body.openapi).toMatch(/^3\.1\./)
    const validator = new Validator()
    expect(await validator.validate(body)).toEqual({ valid: true })
  })

  test('has every route of the program', async () => {
    const told = (await operations()).map(({ name }) => name)
    const routes = hub.app
      .printRoutes({ commonPrefix: false })
      .match(/\/(api|subscribe|campaigns|suppressions|metrics|healthz|readyz)[^\s(]*/g)
    expect(routes?.length).toBeGreaterThan(5)
    for (const route of [
      'get /api/events',
      'post /api/hook',
      'post /api/tickets',
      'get /metrics',
      'get /readyz',
    ])
      expect(told).toContain(route)
  })

  test('every operation has a summary, a tag, security, and a described success', async () => {
    for (const { name, operation } of await operations()) {
      const ok = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'))
      expect.soft(operation.summary, name).toBeTruthy()
      expect.soft(operation.tags, name).toHaveLength(1)
      expect.soft(ok.length, name).toBeGreaterThan(0)
    }
  })

  test('every operation that asks for the token tells of its 401', async () => {
    for (const { name, operation } of await operations()) {
      const closed = operation.security === undefined || operation.security.length > 0
      if (closed) expect.soft(Object.keys(operation.responses), name).toContain('401')
    }
  })

  test('the page of the docs is there, and loads nothing from elsewhere', async () => {
    const answer = await hub.get('/doc')
    expect(answer.status).toBe(200)
    expect(answer.text).not.toMatch(/(src|href)="https?:/)
    expect(String(answer.headers['content-security-policy'])).not.toContain('upgrade-insecure-requests')
  })
})

describe('health', () => {
  test('healthz: alive', async () => {
    expect(await hub.get('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } })
  })

  test('readyz: every store, by name', async () => {
    expect(await hub.get('/readyz')).toMatchObject({
      status: 200,
      body: { status: 'ready', stores: { events: 'ok', database: 'ok' }, tracking_lag: expect.any(Number) },
    })
  })
})

test('metrics are Prometheus text and count what happens', async () => {
  await hub.post([{ event: 'send' }, { event: 'open' }])
  await hub.post([{ event: 'send' }], { key: 'wrong' })
  const { text, headers } = await hub.get('/metrics')
  expect(headers['content-type']).toContain('text/plain')
  expect(text).toContain('mail_event_hub_webhook_events_total 2')
  expect(text).toContain('mail_event_hub_webhook_refused_total 1')
  expect(text).toContain('process_cpu_user_seconds_total')
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
      broken.wired.archive.countByMinute = () => Promise.reject(new Error('select secret_table at 10.0.0.5'))
      const answer = await broken.get('/api/stats')
      expect(answer).toMatchObject({ status: 500, body: { error: { code: 'server.internal' } } })
      expect(answer.text).not.toContain('secret_table')
      expect(JSON.stringify(broken.logged)).toContain('secret_table')
    } finally {
      await broken.close()
    }
  })

  test('an empty body with a JSON content type is none where no body is needed', async () => {
    const headers = { authorization: 'the-api-token-of-the-tests', 'content-type': 'application/json' }
    expect((await hub.call({ method: 'POST', url: '/api/tickets', headers })).status).toBe(201)
  })

  test('broken JSON is 400', async () => {
    const headers = { 'content-type': 'application/json' }
    const answer = await hub.call({ method: 'POST', url: '/api/session', headers, payload: '{"token":' })
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'request.invalid' } } })
  })
})
