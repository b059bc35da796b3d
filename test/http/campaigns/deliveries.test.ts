// /campaigns/{id}/deliveries: who got a campaign, who did not, and why.
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createReactionStore } from '../../../src/adapters/sql/loop/reactions.ts'
import { openCampaignsApp, type CampaignsApp } from '../../support/campaigns/campaigns-app.ts'
import { eq } from '../../../src/adapters/sql/driver/drizzle.ts'
import { outcome, readerId } from '../../support/campaigns/ledger-lab.ts'
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
    await app.lab.ledger.record({ campaignId: id, chunk: 0, lane: 'default' }, [
      outcome(0),
      outcome(1, { status: 'failed', reason: '=cmd()' }),
      outcome(2, { status: 'deferred', dueAt: NOON + MINUTE, reason: '421 "later", please' }),
    ])
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
      '\ufeffid,subscriber_id,email,name,lane,status,reason,attempts,due_at,updated_at,delivered_at,opened_at,clicked_at,bounced_at,complained_at,unsubscribed_at,bounce_reason',
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

  test('name no subscriber who is not on the list any more', async () => {
    await app.lab.sql.run(app.lab.sql.db.delete(app.lab.sql.tables.subscribers))
    expect((await get('?limit=1')).body.deliveries).toMatchObject([
      { subscriber_id: null, email: 'Reader-0@example.com' },
    ])
  })

  test('can be asked for by what is known of the people, also as CSV', async () => {
    const { reactions, reactionPlaces } = app.lab.sql.tables
    const place = { campaignId: id, chunk: 0, n: 3 }
    await app.lab.sql.run(
      app.lab.sql.db
        .insert(reactions)
        .values({ ...place, clicked: NOON, opened: NOON, heard: '[null,[],[]]' }),
    )
    await app.lab.sql.run(app.lab.sql.db.insert(reactionPlaces).values({ ...place, fact: 'clicked' }))
    for (const people of ['opened', 'clicked']) {
      expect((await get(`?people=${people}`)).body.deliveries).toMatchObject([{ id: '0-3' }])
      expect((await get(`?people=${people}`, { accept: 'text/csv' })).text).toContain('\r\n0-3,')
    }
    expect((await get('?people=bounced')).body.deliveries).toEqual([])
    expect((await get('?people=robots')).body.error.message).toContain('delivered')
  })

  test('to one subscriber are told by id and by address, with the campaign and what came back', async () => {
    const [kim] = [{ subscriberId: readerId(1), email: 'kim@example.com' }]
    await app.lab.sql.run(
      app.lab.sql.db
        .update(app.lab.sql.tables.deliveries)
        .set({ email: kim.email })
        .where(eq(app.lab.sql.tables.deliveries.n, 1)),
    )
    await createReactionStore(app.lab.sql).leftByLink({ campaignId: id, deliveryId: '0-1' }, NOON)
    for (const who of [kim.subscriberId, kim.email])
      expect((await app.call('GET', `/subscribe/${who}/deliveries`)).body).toMatchObject({
        deliveries: [
          {
            campaign_id: id,
            subject: 'Grüße ✓ {{name|friend}}',
            id: '0-1',
            subscriber_id: kim.subscriberId,
            status: 'failed',
            unsubscribed_at: new Date(NOON).toISOString(),
            opened_at: null,
          },
        ],
        next: null,
      })
    expect((await app.call('GET', '/subscribe/x/deliveries')).status).toBe(404)
    expect((await app.call('GET', `/subscribe/${kim.subscriberId}/deliveries?after=x`)).status).toBe(400)
  })

  test('to one subscriber come in pages, newest campaign first', async () => {
    const ids = [id]
    for (let n = 0; n < 2; n++) {
      const campaign = await app.lab.start()
      await app.lab.expand(campaign)
      ids.unshift(campaign.id)
    }
    const page = async (query: string) =>
      (await app.call('GET', `/subscribe/${readerId(1)}/deliveries?${query}`)).body
    const first = await page('limit=2')
    expect(first.deliveries).toMatchObject(ids.slice(0, 2).map((campaign_id) => ({ campaign_id })))
    expect(await page(`limit=2&after=${first.next}`)).toMatchObject({
      deliveries: [{ campaign_id: id }],
      next: null,
    })
  })

  test('of none are 404', async () => {
    expect((await app.call('GET', '/campaigns/x/deliveries')).status).toBe(404)
  })
})
