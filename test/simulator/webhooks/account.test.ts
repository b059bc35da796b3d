// The fake Mandrill's API, asked by a hub that is set to it.
import { randomBytes } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { startAccount } from '../../../simulator/webhooks/account.ts'
import { startSimulator, type Simulator } from '../../../simulator/webhooks/sender.ts'
import { KEY, startHub, WEBHOOK_URL } from '../../support/hub.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

test('MANDRILL_API_URL: a hub asks it what was sent, and all of it has arrived', async () => {
  const key = randomBytes(9).toString('base64url')
  const senders: Simulator[] = []
  const account = await startAccount(key, { url: WEBHOOK_URL, senders })
  closing.push(account.stop)
  const hub = await startHub({ MANDRILL_API_URL: `${account.url}/`, MANDRILL_API_KEY: key })
  closing.push(hub.close)
  const url = `http://${hub.address}/api/hook`
  const sender = startSimulator({ url, webhookUrl: WEBHOOK_URL, key: KEY, rate: Infinity, total: 50 })
  senders.push(sender)
  await sender.finished
  await hub.tracked()
  const { status, body } = await hub.get('/api/reconcile')
  expect(status).toBe(200)
  expect(body).toMatchObject({ verdict: 'complete', missing: 0, webhooks: [{ url: WEBHOOK_URL }] })
  expect(body.sent).toBeGreaterThan(40)
  expect(body.sent).toBe(body.received)
})

test('a wrong key is refused as Mandrill does', async () => {
  const account = await startAccount('right', { url: WEBHOOK_URL, senders: [] })
  closing.push(account.stop)
  const hub = await startHub({ MANDRILL_API_URL: account.url, MANDRILL_API_KEY: 'wrong' })
  closing.push(hub.close)
  expect(await hub.get('/api/reconcile')).toMatchObject({
    status: 502,
    body: { error: { code: 'reconcile.unavailable', details: { status: 401, name: 'Invalid_Key' } } },
  })
})
