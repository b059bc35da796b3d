// /campaigns/{id}/deliveries: who got a campaign, who did not, and why.
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openCampaignsApp, type CampaignsApp } from '../../support/campaigns-app.ts'
import { outcome } from '../../support/ledger-lab.ts'
import { MINUTE, NOON } from '../../support/times.ts'

let app: CampaignsApp
const open = async () => void (app = await openCampaignsApp())
const close = () => app.close()

describe('deliveries', () => {
  let id: string
  afterEach(close)
  beforeEach(async () => {
    await open()
    id = await app.campaign(5)
    await app.lab.ledger.record(
      { campaignId: id, chunk: 0, lane: 'default' },
      [
        outcome(0),
        outcome(1, { status: 'failed', reason: '=cmd()' }),
        outcome(2, { status: 'deferred', dueAt: NOON + MINUTE, reason: '421 "later", please' }),
      ],
      NOON,
    )
  })
  const get = (query = '', headers = {}) =>
    app.call('GET', `/campaigns/${id}/deliveries${query}`, undefined, { headers })

  test('tell who got it, who did not, and why', async () => {
    const { deliveries, next } = (await get('?limit=3')).body
    expect(deliveries).toMatchObject([
      { status: 'sent', reason: null, due_at: null },
      { status: 'failed', reason: '=cmd()', due_at: null },
      {
        id: '0-2',
        subscriber_id: expect.any(String),
        email: 'Reader-2@example.com',
        name: 'Reader 2',
        lane: 'default',
        status: 'deferred',
        reason: '421 "later", please',
        attempts: 1,
        due_at: new Date(NOON + MINUTE).toISOString(),
        updated_at: new Date(NOON + 1000).toISOString(),
      },
    ])
    expect(next).toBe('0-2')
    expect((await get(`?limit=3&after=${next}`)).body).toMatchObject({
      deliveries: [{ id: '0-3' }, { id: '0-4' }],
      next: null,
    })
  })

  test('can be asked for by state, and by a part of the address', async () => {
    expect((await get('?status=failed')).body.deliveries).toHaveLength(1)
    expect((await get('?q=READER-3')).body.deliveries).toMatchObject([{ id: '0-3' }])
    expect((await get('?q=reader-3&status=sent')).body.deliveries).toEqual([])
  })

  test.each(['?status=lost', '?limit=0', '?limit=1001', '?after=x', `?q=${'x'.repeat(321)}`])(
    '400: %s',
    async (query) => expect((await get(query)).status).toBe(400),
  )

  test('come as CSV, all of them, and safe for a spreadsheet', async () => {
    const answer = await get('?limit=1', { accept: 'text/csv' })
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="deliveries-${id}.csv"`,
    })
    const lines = answer.text.split('\r\n')
    expect(lines).toHaveLength(7)
    expect(lines[0]).toBe(
      '\ufeffid,subscriber_id,email,name,lane,status,reason,attempts,due_at,updated_at,delivered_at,opened_at,clicked_at,bounced_at,complained_at,unsubscribed_at',
    )
    expect(lines[2]).toContain(",failed,'=cmd(),1,")
    expect(lines[3]).toContain(',deferred,"421 ""later"", please",1,2026-03-10T12:01:00.000Z,')
  })

  test('come as CSV, page by page', async () => {
    await app.lab.addSubscribers({ count: 1_995, from: 5, domain: 'example.com' })
    const campaign = await app.lab.start()
    await app.lab.expand(campaign)
    const headers = { accept: 'text/csv' }
    const { text } = await app.call('GET', `/campaigns/${campaign.id}/deliveries`, undefined, { headers })
    const ids = text
      .trim()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(',')[0])
    expect(ids).toHaveLength(2_000)
    expect(new Set(ids).size).toBe(2_000)
  })

  test('that cannot be read are an error, and not a broken file', async () => {
    const database = new DatabaseSync(app.lab.recipe[1])
    database.exec('ALTER TABLE deliveries RENAME TO elsewhere')
    database.close()
    const answer = await get('', { accept: 'text/csv' })
    expect(answer).toMatchObject({ status: 500, body: { error: { code: 'server.internal' } } })
    expect(answer.headers['content-disposition']).toBeUndefined()
  })

  test('as CSV of one state only', async () => {
    expect((await get('?status=queued', { accept: 'text/csv' })).text.split('\r\n')).toHaveLength(4)
  })

  test('of none are 404', async () => {
    expect((await app.call('GET', '/campaigns/x/deliveries')).status).toBe(404)
  })
})
