// What only Mandrill itself can do: be the first event, end a silence, be counted beside its own count. A sample, what somebody
// posts with the token, and what is read again out of quarantine are events, and none of that.
import Fastify from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { registerReconcile } from '../../../src/http/events/reconcile.ts'
import { startHub, TOKEN, WEBHOOK_URL, type TestHub } from '../../support/hub.ts'

let hub: TestHub
beforeEach(async () => void (hub = await startHub()))
afterEach(() => hub.close())

const authorization = TOKEN
const post = (url: string, payload?: object) =>
  hub.call({ method: 'POST', url, headers: { authorization }, ...(payload && { payload }) })

async function quarantined(): Promise<string> {
  const odd = { ts: 1, type: ['not a word yet'] }
  await hub.post([odd])
  const entry = { receivedAt: Date.now(), reason: 'older', data: '{"event":"send","ts":3}' }
  await hub.wired.quarantine.add([{ id: 'of-an-older-version', ...entry }])
  return 'of-an-older-version'
}

const WAYS: Record<string, () => Promise<unknown>> = {
  'a sample': () => post('/api/sample'),
  'a batch with the token': () => post('/api/hook', { mandrill_events: [{ event: 'blacklist', ts: 1 }] }),
  'a replay': async () => post(`/api/quarantine/${await quarantined()}/replay`),
}

async function setup() {
  await hub.tracked()
  return (await hub.get('/api/setup')).body
}

test.each(Object.keys(WAYS))('%s is an event, and none that Mandrill has brought', async (way) => {
  await WAYS[way]?.()
  expect(await setup()).toMatchObject({
    first_event_at: null,
    last_event_at: null,
    history: { first_at: expect.stringMatching(/Z$/), last_at: expect.stringMatching(/Z$/) },
  })
  await hub.post([{ event: 'send', ts: 2 }])
  const after = await setup()
  expect(after.first_event_at).toMatch(/Z$/)
  expect(after.last_event_at).toBe(after.first_event_at)
  await WAYS[way]?.()
  expect(await setup()).toMatchObject({
    first_event_at: after.first_event_at,
    last_event_at: after.last_event_at,
  })
})

test.each(Object.keys(WAYS))('%s ends no silence', async (way) => {
  const before = await hub.wired.archive.brought()
  await WAYS[way]?.()
  await hub.tracked()
  expect(await hub.wired.archive.brought()).toMatchObject({ last: before.last })
})

async function reconciled(sent: number) {
  const app = Fastify()
  const webhook = { id: 1, url: WEBHOOK_URL, eventsSent: sent, createdAt: Date.now(), lastSentAt: null }
  const account = { webhooks: async () => [{ ...webhook, lastError: null }] }
  await registerReconcile(app, { ...hub.wired, account, urls: [WEBHOOK_URL] })
  const answer = await app.inject('/api/reconcile')
  await app.close()
  return answer.json() as object
}

test('neither hides that one of Mandrill’s own is missing; what is replayed has come as it was', async () => {
  await hub.post([{ event: 'send', ts: 1 }])
  for (const way of Object.values(WAYS)) await way()
  await hub.tracked()
  // The one posted, the one that cannot be read, and the one that was replayed.
  expect(await reconciled(4)).toMatchObject({
    verdict: 'missing',
    sent: 4,
    received: 3,
    by_hand: expect.any(Number),
    missing: 1,
  })
  expect(await reconciled(3)).toMatchObject({ verdict: 'complete', missing: 0 })
})

test('without a key nothing is signed, and so nothing is Mandrill’s', async () => {
  const open = await startHub({ AUTH: 'off', MANDRILL_WEBHOOK_KEYS: '' })
  const payload = `mandrill_events=${encodeURIComponent('[{"event":"send","ts":1}]')}`
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  expect(await open.call({ method: 'POST', url: '/api/hook', headers, payload })).toMatchObject({
    status: 200,
  })
  await open.tracked()
  expect((await open.get('/api/setup')).body).toMatchObject({ first_event_at: null, last_event_at: null })
  await open.close()
})
