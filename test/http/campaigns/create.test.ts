// POST /campaigns: what a campaign may say, when it starts, and that it is made once.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { at, HELLO, openCampaignsApp, type CampaignsApp } from '../../support/campaigns/campaigns-app.ts'
import { MINUTE, NOON } from '../../support/times.ts'

let app: CampaignsApp
const open = async () => void (app = await openCampaignsApp())
const close = () => app.close()

describe('POST /campaigns', () => {
  beforeAll(open)
  afterAll(close)
  beforeEach(() => void app.told.splice(0))

  test('201: a draft, with every field of a campaign', async () => {
    const answer = await app.create()
    expect(answer).toMatchObject({ status: 201, headers: { location: `/campaigns/${answer.body.id}` } })
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      ...HELLO,
      text: null,
      preheader: null,
      reply_to: null,
      tag: null,
      status: 'draft',
      status_reason: null,
      transport: 'outbox',
      deliveries: { total: null, queued: 0, sent: 0, deferred: 0, failed: 0, skipped: 0, cancelled: 0 },
      people: { delivered: 0, opened: 0, clicked: 0, bounced: 0, complained: 0, unsubscribed: 0 },
      robots: { opened: 0, clicked: 0 },
      lanes: [
        {
          name: 'google',
          state: 'slowed',
          reason: '421 4.7.28',
          since: at(NOON),
          next_change_at: at(NOON + 5_000),
          per_second: 4,
          queued: 0,
        },
        {
          name: 'default',
          state: 'open',
          reason: null,
          since: null,
          next_change_at: null,
          per_second: 50,
          queued: 0,
        },
      ],
      created_at: at(NOON),
      send_at: null,
      started_at: null,
      finished_at: null,
    })
    expect(app.told).toEqual([])
  })

  test('keeps everything that it may say', async () => {
    const all = { text: 'plain', preheader: 'pre ✓', reply_to: 'Ed <ed@example.com>', tag: 'march' }
    expect((await app.create(all)).body).toMatchObject(all)
  })

  test('takes an empty text for none', async () => {
    const empty = { text: '', preheader: ' ', reply_to: '', tag: '' }
    expect((await app.create(empty)).body).toMatchObject({
      text: null,
      preheader: null,
      reply_to: null,
      tag: null,
    })
  })

  test('201: scheduled, with send_at in any offset', async () => {
    const answer = await app.create({ send_at: '2026-03-11T12:30:00+09:00' })
    expect(answer).toMatchObject({
      status: 201,
      body: { status: 'scheduled', send_at: '2026-03-11T03:30:00.000Z' },
    })
  })

  test('202: started at once, and the senders are woken', async () => {
    expect(await app.create({ start: true })).toMatchObject({
      status: 202,
      body: { status: 'running', started_at: at(NOON) },
    })
    expect(app.told).toEqual(['wake'])
  })

  test.each([
    ['subject', { subject: '' }],
    ['subject', { subject: ' \t ' }],
    ['subject', { subject: 'x'.repeat(999) }],
    ['subject', { subject: 'Hello\r\nBcc: all@example.com' }],
    ['subject', { subject: 'a\u0007b' }],
    ['subject', { subject: 'half \ud83d' }],
    ['subject', { subject: 5 }],
    ['subject', { subject: undefined }],
    ['content', { content: '' }],
    ['content', { content: '  \n ' }],
    ['content', { content: `<p>${'é'.repeat(525_000)}` }],
    ['content', { content: 'a\0b' }],
    ['content', { content: undefined }],
    ['text', { text: 'x'.repeat(1_048_577) }],
    ['preheader', { preheader: 'x'.repeat(201) }],
    ['preheader', { preheader: 'two\nlines' }],
    ['reply_to', { reply_to: 'nobody' }],
    ['reply_to', { reply_to: 'Grüße <grüße@example.com>' }],
    ['reply_to', { reply_to: 'a@example.com\r\nBcc: b@example.com' }],
    ['tag', { tag: 'a,b' }],
    ['tag', { tag: '_mine' }],
    ['tag', { tag: 'x'.repeat(51) }],
    ['send_at', { send_at: '2026-03-11T12:00:00' }],
    ['send_at', { send_at: '2026-03-11' }],
    ['send_at', { send_at: 'tomorrow' }],
    ['send_at', { send_at: '' }],
    ['send_at', { send_at: '2026-02-30T12:00:00Z' }],
    ['send_at', { send_at: at(NOON - 2 * MINUTE) }],
    ['send_at', { send_at: '9999-01-01T00:00:00Z' }],
    ['send_at', { send_at: at(NOON + MINUTE), start: true }],
    ['start', { start: 'yes' }],
  ])('400 names the field that is wrong: %s %j', async (field, changes) => {
    const answer = await app.create(changes)
    expect(answer.status).toBe(400)
    expect(answer.body.error).toMatchObject({ code: 'request.invalid', details: [{ field }] })
    expect(answer.body.error.message).toContain(field)
  })

  test.each([
    ['content', { content: '{{nmae}}' }],
    ['subject', { subject: '{{first_name}}' }],
    ['text', { text: '{{ city }}' }],
  ])('400 names a placeholder that nobody can fill: %s', async (field, changes) => {
    expect(await app.create(changes)).toMatchObject({
      status: 400,
      body: { error: { code: 'campaign.bad_placeholder', details: { field } } },
    })
  })

  test('takes a send_at that has just passed', async () => {
    expect((await app.create({ send_at: at(NOON - 1000) })).status).toBe(201)
  })

  test('takes a content of nearly a mebibyte', async () => {
    expect((await app.create({ content: '"'.repeat(1024 * 1024) })).status).toBe(201)
  })

  test('a body that is no JSON is 400, and one of another type 415', async () => {
    const headers = { 'content-type': 'application/json' }
    expect((await app.call('POST', '/campaigns', undefined, { headers, payload: '{' })).status).toBe(400)
    const xml = { headers: { 'content-type': 'text/xml' }, payload: '<x/>' }
    expect((await app.call('POST', '/campaigns', undefined, xml)).status).toBe(415)
  })
})

describe('Idempotency-Key', () => {
  beforeEach(open)
  afterEach(close)

  test('makes a repeated POST one campaign', async () => {
    const key = { 'idempotency-key': 'a1' }
    const first = await app.create({ start: true }, key)
    const again = await app.create({ start: true }, key)
    expect(again).toMatchObject({
      status: 202,
      headers: { 'idempotency-replayed': 'true' },
      body: { id: first.body.id },
    })
    expect(first.headers).not.toHaveProperty('idempotency-replayed')
    expect((await app.call('GET', '/campaigns')).body.campaigns).toHaveLength(1)
    expect(app.told).toEqual(['wake'])
  })

  test('also when it comes many times at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => app.create({}, { 'idempotency-key': 'a1' })),
    )
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  })

  test('also when its send_at has passed meanwhile', async () => {
    const request = [{ send_at: at(NOON + MINUTE) }, { 'idempotency-key': 'a1' }] as const
    const first = await app.create(...request)
    app.state.now += 60 * MINUTE
    expect(await app.create(...request)).toMatchObject({ status: 201, body: { id: first.body.id } })
  })

  test('with another request is 409', async () => {
    await app.create({}, { 'idempotency-key': 'a1' })
    for (const other of [{ subject: 'Other' }, { start: true }, { send_at: at(NOON + MINUTE) }])
      expect(await app.create(other, { 'idempotency-key': 'a1' })).toMatchObject({
        status: 409,
        body: { error: { code: 'campaign.idempotency_conflict' } },
      })
  })

  test.each(['', 'two words', 'x'.repeat(256)])('that is none is 400: %s', async (key) => {
    expect((await app.create({}, { 'idempotency-key': key })).status).toBe(400)
  })
})
