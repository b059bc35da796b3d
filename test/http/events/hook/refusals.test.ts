// What the operator learns of refused webhooks, from a running hub.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { KEY, startHub, WEBHOOK_URL, type TestHub } from '../../../support/hub.ts'

let hub: TestHub
beforeEach(async () => void (hub = await startHub()))
afterEach(() => hub.close())

const refused = async () => (await hub.get('/api/setup')).body.refused
const event = { event: 'send', _id: 'of a refused one' }

test('each kind once, counted, the newest first; over when one is signed rightly', async () => {
  for (let n = 0; n < 2; n++) await hub.post([event], { key: 'wrong' })
  await hub.post([event], { key: `${KEY} ` })
  await hub.post([event], { webhookUrl: WEBHOOK_URL.replace('https', 'http') })
  const payload = 'mandrill_events=[]'
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  for (let n = 0; n < 3; n++) await hub.call({ method: 'POST', url: '/api/hook', headers, payload })
  expect(await refused()).toMatchObject([
    { reason: 'no signature', count: 3 },
    {
      reason: 'wrong signature: URL',
      count: 1,
      hint: expect.stringContaining('http://hub.example.com/api/hook'),
    },
    { reason: 'wrong signature: key', count: 1 },
    { reason: 'wrong signature', count: 2, hint: expect.stringContaining(WEBHOOK_URL) },
  ])
  await hub.post([event])
  expect(await refused()).toEqual([])
  expect(JSON.stringify(hub.logged)).not.toContain(KEY)
})

test('every refusal is counted by the code of its answer', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const json = { 'content-type': 'application/json' }
  const post = (headers: Record<string, string>, payload: string) =>
    hub.call({ method: 'POST', url: '/api/hook', headers, payload })
  await hub.post([event], { key: 'wrong' })
  await post(form, 'mandrill_events=[]')
  await post(json, '{"mandrill_events":[]}')
  await post({ ...form, 'content-encoding': 'gzip' }, 'x')
  await post({ 'content-type': 'text/plain' }, 'x')
  const { text } = await hub.get('/metrics')
  const count = (code: string) => `mail_event_hub_webhook_refused_total{code="${code}"}`
  expect(text).toContain(`${count('hook.bad_signature')} 2`)
  expect(text).toContain(`${count('access.unauthorized')} 1`)
  expect(text).toContain(`${count('request.unsupported_media_type')} 2`)
})
