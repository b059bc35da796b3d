// GET /api/reconcile, with a server that stands in for Mandrill.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createMandrillAccount } from '../../../src/adapters/mandrill/account.ts'
import { buildApp } from '../../../src/app.ts'
import { startHub, TOKEN, WEBHOOK_URL, type TestHub } from '../../support/hub.ts'
import { HOUR } from '../../support/times.ts'

let hub: TestHub
let mandrill: FastifyInstance
let baseUrl: string
const state = { sent: 0, createdAt: 0, asked: [] as unknown[] }

beforeEach(async () => {
  hub = await startHub()
  state.createdAt = Date.now()
  await hub.post([{ event: 'send', ts: 1 }, { event: 'open', ts: 2 }, 'no event'])
  await hub.tracked()
})
afterEach(() => hub.close())

beforeAll(async () => {
  mandrill = fastify()
  mandrill.post('/webhooks/list.json', async (request, reply) => {
    state.asked.push(request.body)
    if ((request.body as { key: string }).key !== 'right')
      return reply
        .status(401)
        .send({ status: 'error', code: -1, name: 'Invalid_Key', message: 'Invalid API key' })
    const created_at = new Date(state.createdAt).toISOString().slice(0, 19).replace('T', ' ')
    const dates = { created_at, last_sent_at: null }
    return [
      { id: 42, url: WEBHOOK_URL, events_sent: state.sent, batches_sent: 1, last_error: null, ...dates },
      { id: 43, url: 'https://other.example.com', events_sent: 1000, ...dates },
    ]
  })
  baseUrl = await mandrill.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => mandrill.close())

async function ask(key: string, url = baseUrl) {
  const app = await buildApp({ ...hub.wired, account: createMandrillAccount({ key, baseUrl: url }) })
  const answer = await app.inject({ url: '/api/reconcile', headers: { authorization: TOKEN } })
  await app.close()
  return { status: answer.statusCode, body: answer.json() }
}

test('says whether anything is missing', async () => {
  state.sent = 3
  expect(await ask('right')).toMatchObject({
    status: 200,
    body: { verdict: 'complete', sent: 3, received: 3, missing: 0, webhooks: [{ id: 42, events_sent: 3 }] },
  })
  state.sent = 10
  expect(await ask('right')).toMatchObject({ status: 200, body: { verdict: 'missing', missing: 7 } })
  expect(state.asked.at(-1)).toEqual({ key: 'right' })
})

test('what is missing is told of a webhook that is older than the first event, and not than the hub', async () => {
  const file = new DatabaseSync(join(hub.dir, 'hub.sqlite'), { timeout: 5_000 }) // the hub may be writing
  const { changes } = file.prepare('UPDATE tallies SET since = since - ?').run(3 * HOUR)
  file.close()
  expect(changes).toBe(1)
  Object.assign(state, { sent: 10, createdAt: Date.now() - 2 * HOUR })
  expect(await ask('right')).toMatchObject({
    body: { verdict: 'missing', sent: 10, received: 3, missing: 7 },
  })
  state.createdAt = Date.now() - 4 * HOUR
  expect(await ask('right')).toMatchObject({ body: { verdict: 'unknown', missing: 7 } })
})

test('409 without a key, 502 when Mandrill cannot be asked, 401 without the token', async () => {
  expect(await hub.get('/api/reconcile')).toMatchObject({
    status: 409,
    body: { error: { code: 'reconcile.no_key' } },
  })
  expect(await ask('wrong')).toMatchObject({
    status: 502,
    body: {
      error: {
        code: 'reconcile.unavailable',
        message: 'Mandrill refused the key: check MANDRILL_API_KEY',
        details: { status: 401, name: 'Invalid_Key' },
      },
    },
  })
  expect(await ask('right', 'http://127.0.0.1:1')).toMatchObject({ status: 502 })
  expect((await hub.call({ method: 'GET', url: '/api/reconcile' })).status).toBe(401)
})
