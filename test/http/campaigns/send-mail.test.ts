// POST /subscribe/send-mail: one call that writes to everybody.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openCampaignsApp, type CampaignsApp } from '../../support/campaigns/campaigns-app.ts'

const HELLO = { subject: 'Hello', content: '<p>Hello {{name}}</p>' }

let app: CampaignsApp
const open = async () => void (app = await openCampaignsApp())
const close = () => app.close()

describe('POST /subscribe/send-mail', () => {
  beforeEach(open)
  afterEach(close)

  const url = '/subscribe/send-mail'

  test('203 with the campaign, which runs', async () => {
    expect(await app.call('POST', url, HELLO)).toMatchObject({
      status: 203,
      body: { campaign: { ...HELLO, status: 'running', transport: 'outbox', deliveries: { total: null } } },
    })
    expect(app.told).toEqual(['wake'])
  })

  test('takes a form', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const payload = 'subject=Gr%C3%BC%C3%9Fe+%E2%9C%93&content=%3Cp%3EHi%3C%2Fp%3E&submit=Send'
    expect(await app.call('POST', url, undefined, { headers, payload })).toMatchObject({
      status: 203,
      body: { campaign: { subject: 'Grüße ✓', content: '<p>Hi</p>' } },
    })
  })

  test.each([
    [{}],
    [{ subject: 'x' }],
    [{ content: 'x' }],
    [{ ...HELLO, subject: 'a\r\nb' }],
    [{ ...HELLO, content: '{{x}}' }],
  ])('400: %j', async (body) => {
    expect((await app.call('POST', url, body)).status).toBe(400)
    expect(await app.lab.store.list(1)).toEqual([])
  })

  test('with an Idempotency-Key is one campaign, the same as POST /campaigns makes', async () => {
    const headers = { 'idempotency-key': 'a1' }
    const first = await app.call('POST', url, HELLO, { headers })
    const again = await app.call('POST', url, HELLO, { headers })
    const other = await app.call('POST', '/campaigns', { ...HELLO, start: true }, { headers })
    expect([again.status, again.body.campaign.id]).toEqual([203, first.body.campaign.id])
    expect([other.status, other.body.id]).toEqual([202, first.body.campaign.id])
  })
})
