// /campaigns/{id}/…: what is done with a campaign, and what its deliveries tell.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { CampaignStatus } from '../../../src/core/campaigns/ports.ts'
import { openCampaignsApp, READER, type CampaignsApp } from '../../support/campaigns/campaigns-app.ts'
import { makeCampaign, outcome } from '../../support/campaigns/ledger-lab.ts'
import { MINUTE, NOON } from '../../support/times.ts'

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
    Object.assign(app.state, { now: NOON })
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
    ['resume', 'paused'],
    ['cancel', 'running'],
  ] as const)('%s wakes the feeder', async (verb, status) => {
    const id = await campaignThatIs(status)
    await post(id, verb)
    expect(app.told).toEqual(['wake'])
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

  test('retry-failed queues what failed, and a finished campaign runs again', async () => {
    const id = await app.campaign(3)
    await app.lab.ledger.record({ campaignId: id, chunk: 0, lane: 'default' }, [
      outcome(0),
      outcome(1, { status: 'failed' }),
      outcome(2, { status: 'failed' }),
    ])
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

  test('duplicate with an Idempotency-Key makes one draft, however often it is asked for', async () => {
    const id = await campaignThatIs('draft')
    const ask = (of = id, key = 'copy-1') =>
      app.call('POST', `/campaigns/${of}/duplicate`, undefined, { headers: { 'idempotency-key': key } })
    const first = await ask()
    expect(first.headers).not.toHaveProperty('idempotency-replayed')
    expect(first.headers.location).toBe(`/campaigns/${first.body.id}`)
    await app.call('PATCH', `/campaigns/${id}`, { subject: 'Another' })
    expect(await ask()).toMatchObject({
      status: 201,
      body: { id: first.body.id },
      headers: { 'idempotency-replayed': 'true' },
    })
    expect((await ask(id, 'copy-2')).body.id).not.toBe(first.body.id)
    const other = await ask(await campaignThatIs('draft'))
    expect(other).toMatchObject({ status: 409, body: { error: { code: 'campaign.idempotency_conflict' } } })
    expect((await ask(id, 'a b')).status).toBe(400)
  })
})

describe('looking at it first', () => {
  beforeEach(open)
  afterEach(close)

  test('a browser gets the preview as the mail itself, which runs nothing', async () => {
    const id = await campaignThatIs('draft')
    const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
    const answer = await app.call('GET', `/campaigns/${id}/preview`, undefined, { headers })
    expect(answer).toMatchObject({ status: 200, text: '<p>reader@example.com</p>' })
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringMatching(
        /^sandbox; default-src 'none';.*frame-ancestors 'self'$/,
      ),
      vary: 'Accept',
    })
  })

  test('test sends one mail, and tells what the server said', async () => {
    const id = await campaignThatIs('draft')
    expect(await post(id, 'test', { to: ' me@example.com ' })).toMatchObject({
      status: 200,
      body: { to: 'me@example.com', response: '250 ok' },
    })
    expect(app.tests).toEqual([`${id} me@example.com`])
    expect((await app.lab.store.get(id))?.status).toBe('draft')
  })

  test('test goes to nobody who is suppressed', async () => {
    await app.lab.suppressEmail('left@example.com', 'complaint')
    expect(await post(await campaignThatIs('draft'), 'test', { to: 'Left@example.com' })).toMatchObject({
      status: 409,
      body: { error: { code: 'subscriber.suppressed' } },
    })
    expect(app.tests).toEqual([])
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

  test('preview shows what a subscriber would get', async () => {
    const url = `/campaigns/${await campaignThatIs('draft')}/preview`
    expect((await app.call('GET', `${url}?subscriber=${READER.id}`)).body).toEqual({
      subject: makeCampaign().subject,
      html: '<p>kim@example.com</p>',
      text: 'Kim <3',
    })
    const byAddress = await app.call('GET', `${url}?subscriber=${READER.email}`)
    expect(byAddress.body.html).toBe('<p>kim@example.com</p>')
    expect((await app.call('GET', url)).body.html).toBe('<p>reader@example.com</p>')
    expect(await app.call('GET', `${url}?subscriber=nobody`)).toMatchObject({
      status: 404,
      body: { error: { code: 'subscriber.not_found' } },
    })
  })

  test('audience tells how many would get it, how many are skipped, and why', async () => {
    await app.lab.addSubscribers({ count: 5 })
    await app.lab.suppress(1, 'bounce')
    await app.lab.suppress(2, 'complaint')
    const url = `/campaigns/${await campaignThatIs('draft')}/audience`
    expect((await app.call('GET', url)).body).toEqual({
      recipients: 3,
      skipped: 2,
      reasons: { 'suppressed: bounce': 1, 'suppressed: complaint': 1 },
      sender_problem: null,
    })
  })
})
