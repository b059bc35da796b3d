// /campaigns/{id}/…: what is done with a mailing, and what its deliveries tell.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CampaignStatus } from '../../src/core/mailing/ports.ts'
import { openCampaignsApp, READER, type CampaignsApp } from '../support/campaigns-app.ts'
import { makeCampaign, MINUTE, NOON, outcome } from '../support/ledger-lab.ts'

const HELLO = { subject: 'Hello', content: '<p>Hello {{name}}</p>' }
const STATUSES = ['draft', 'scheduled', 'running', 'paused', 'finished', 'cancelled'] as const

let app: CampaignsApp
const open = async () => void (app = await openCampaignsApp())
const close = () => app.close()

async function campaignThatIs(status: CampaignStatus): Promise<string> {
  const started = status === 'draft' || status === 'scheduled' ? null : NOON
  const campaign = makeCampaign({
    status,
    startedAt: started,
    sendAt: status === 'scheduled' ? NOON + MINUTE : null,
  })
  await app.lab.store.create(campaign)
  return campaign.id
}
const post = (id: string, verb: string, body?: object) => app.call('POST', `/campaigns/${id}/${verb}`, body)

describe('the verbs', () => {
  beforeAll(open)
  afterAll(close)
  beforeEach(() => {
    app.told.splice(0)
    Object.assign(app.state, { now: NOON, marksFail: false })
  })

  const allowed: Record<string, Partial<Record<CampaignStatus, CampaignStatus>>> = {
    start: { draft: 'running', scheduled: 'running' },
    pause: { running: 'paused' },
    resume: { paused: 'running' },
    cancel: { scheduled: 'cancelled', running: 'cancelled', paused: 'cancelled' },
    'retry-failed': { running: 'running', paused: 'paused', finished: 'finished' },
  }
  const success: Record<string, number> = {
    start: 202,
    pause: 200,
    resume: 200,
    cancel: 202,
    'retry-failed': 202,
  }

  test.each(Object.keys(allowed).flatMap((verb) => STATUSES.map((status) => [verb, status] as const)))(
    '%s of a %s one',
    async (verb, before) => {
      const id = await campaignThatIs(before)
      const after = allowed[verb]?.[before]
      const answer = await post(id, verb)
      if (after) expect(answer).toMatchObject({ status: success[verb], body: { id, status: after } })
      else
        expect(answer).toMatchObject({
          status: 409,
          body: { error: { code: 'campaign.wrong_state', details: { status: before } } },
        })
      expect((await app.lab.store.get(id))?.status).toBe(after ?? before)
    },
  )

  test.each([...Object.keys(allowed), 'duplicate'])('%s of none is 404', async (verb) => {
    expect((await post('01900000-0000-7000-8000-00000000dead', verb)).status).toBe(404)
    expect((await post('x', verb)).status).toBe(404)
  })

  test('start tells when, and by what it goes out', async () => {
    const id = await campaignThatIs('scheduled')
    app.state.now += MINUTE
    expect((await post(id, 'start')).body).toMatchObject({
      started_at: new Date(NOON + MINUTE).toISOString(),
      transport: 'outbox',
    })
    expect(app.told).toEqual(['wake'])
  })

  test.each([
    ['pause', 'running', 'paused'],
    ['resume', 'paused', 'running'],
    ['cancel', 'running', 'cancelled'],
  ] as const)('%s is told to the workers', async (verb, status, state) => {
    const id = await campaignThatIs(status)
    await post(id, verb)
    expect(app.told).toEqual([`${state} ${id}`, 'wake'])
  })

  test('a state that the workers cannot be told now holds all the same', async () => {
    const id = await campaignThatIs('running')
    app.state.marksFail = true
    expect(await post(id, 'pause')).toMatchObject({ status: 200, body: { status: 'paused' } })
  })

  test('of two that start it at once one is told so', async () => {
    const id = await campaignThatIs('draft')
    const answers = await Promise.all([post(id, 'start'), post(id, 'start'), post(id, 'start')])
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409])
  })

  test('resume takes away why it was paused', async () => {
    const id = await campaignThatIs('running')
    await app.lab.store.change(id, ['running'], { status: 'paused', statusReason: 'bounce rate 12 %' })
    expect((await app.call('GET', `/campaigns/${id}`)).body.status_reason).toBe('bounce rate 12 %')
    expect((await post(id, 'resume')).body.status_reason).toBeNull()
  })

  test('retry-failed queues what failed, and a finished mailing runs again', async () => {
    const id = await mailing(3)
    await app.lab.ledger.record(
      { campaignId: id, chunk: 0, lane: 'default' },
      [outcome(0), outcome(1, { status: 'failed' }), outcome(2, { status: 'failed' })],
      NOON,
    )
    await app.lab.ledger.finishIfDone(id, NOON)
    expect((await post(id, 'retry-failed')).body).toMatchObject({
      status: 'running',
      finished_at: null,
      deliveries: { queued: 2, failed: 0, sent: 1 },
    })
  })

  test('duplicate makes a draft that says the same', async () => {
    const id = await campaignThatIs('finished')
    const copy = await post(id, 'duplicate')
    const { subject, content, tag } = makeCampaign()
    expect(copy).toMatchObject({
      status: 201,
      body: { status: 'draft', subject, content, tag, started_at: null },
    })
    expect(copy.body.id).not.toBe(id)
  })
})

/** A mailing to so many readers at example.com, expanded. */
async function mailing(count: number): Promise<string> {
  await app.lab.addReaders({ count, domain: 'example.com' })
  const campaign = await app.lab.start()
  await app.lab.expand(campaign)
  return campaign.id
}

describe('looking at it first', () => {
  beforeEach(open)
  afterEach(close)

  test('test sends one mail, and tells what the server said', async () => {
    const id = await campaignThatIs('draft')
    expect(await post(id, 'test', { to: ' me@example.com ' })).toMatchObject({
      status: 200,
      body: { to: 'me@example.com', response: '250 ok' },
    })
    expect(app.tests).toEqual([`${id} me@example.com`])
    expect((await app.lab.store.get(id))?.status).toBe('draft')
  })

  test('test tells when the server did not take it', async () => {
    app.state.answer = { kind: 'sender_fault', response: '535 bad password' }
    expect(await post(await campaignThatIs('draft'), 'test', { to: 'me@example.com' })).toMatchObject({
      status: 502,
      body: {
        error: {
          code: 'campaign.test_failed',
          details: { kind: 'sender_fault', response: '535 bad password' },
        },
      },
    })
  })

  test.each([[{}], [{ to: 'nobody' }], [{ to: 'a@example.com, b@example.com' }], [{ to: 5 }]])(
    'test to no address is 400: %j',
    async (body) => {
      const answer = await post(await campaignThatIs('draft'), 'test', body)
      expect(answer).toMatchObject({ status: 400, body: { error: { details: [{ field: 'to' }] } } })
    },
  )

  test('preview shows what a reader would get', async () => {
    const url = `/campaigns/${await campaignThatIs('draft')}/preview`
    expect((await app.call('GET', `${url}?subscriber=${READER.id}`)).body).toEqual({
      subject: makeCampaign().subject,
      html: '<p>kim@example.com</p>',
      text: 'Kim <3',
    })
    expect((await app.call('GET', url)).body.html).toBe('<p>reader@example.com</p>')
    expect(await app.call('GET', `${url}?subscriber=nobody`)).toMatchObject({
      status: 404,
      body: { error: { code: 'subscriber.not_found' } },
    })
  })

  test('audience tells how many would get it, how many are skipped, and why', async () => {
    await app.lab.addReaders({ count: 5 })
    await app.lab.suppress(1, 'bounce')
    await app.lab.suppress(2, 'complaint')
    const url = `/campaigns/${await campaignThatIs('draft')}/audience`
    expect((await app.call('GET', url)).body).toEqual({
      recipients: 3,
      skipped: 2,
      reasons: { 'suppressed: bounce': 1, 'suppressed: complaint': 1 },
    })
  })
})

describe('deliveries', () => {
  let id: string
  afterEach(close)
  beforeEach(async () => {
    await open()
    id = await mailing(5)
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
    expect(lines[0]).toBe('id,subscriber_id,email,name,lane,status,reason,attempts,due_at,updated_at')
    expect(lines[2]).toContain(",failed,'=cmd(),1,")
    expect(lines[3]).toContain(',deferred,"421 ""later"", please",1,2026-03-10T12:01:00.000Z,')
  })

  test('as CSV of one state only', async () => {
    expect((await get('?status=queued', { accept: 'text/csv' })).text.split('\r\n')).toHaveLength(4)
  })

  test('of none are 404', async () => {
    expect((await app.call('GET', '/campaigns/x/deliveries')).status).toBe(404)
  })
})

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

  test('with an Idempotency-Key is one mailing, the same as POST /campaigns makes', async () => {
    const headers = { 'idempotency-key': 'a1' }
    const first = await app.call('POST', url, HELLO, { headers })
    const again = await app.call('POST', url, HELLO, { headers })
    const other = await app.call('POST', '/campaigns', { ...HELLO, start: true }, { headers })
    expect([again.status, again.body.campaign.id]).toEqual([203, first.body.campaign.id])
    expect([other.status, other.body.id]).toEqual([202, first.body.campaign.id])
  })
})
