// /campaigns: showing, editing and deleting campaigns.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { at, HELLO, openCampaignsApp, type CampaignsApp } from '../../support/campaigns/campaigns-app.ts'
import { MINUTE, NOON } from '../../support/times.ts'

let app: CampaignsApp
const open = async () => void (app = await openCampaignsApp())
const close = () => app.close()

const idOf = async (changes?: object): Promise<string> => (await app.create(changes)).body.id

describe('GET /campaigns', () => {
  beforeEach(open)
  afterEach(close)

  test('is paged, newest first, without what each says', async () => {
    const ids = []
    for (let n = 0; n < 5; n++) ids.unshift(await idOf())
    const first = (await app.call('GET', '/campaigns?limit=3')).body
    const second = (await app.call('GET', `/campaigns?limit=3&before=${first.next}`)).body
    const found = [...first.campaigns, ...second.campaigns]
    expect(found.map(({ id }) => id)).toEqual(ids)
    expect(second.next).toBeNull()
    expect(found[0]).not.toHaveProperty('content')
    expect(found[0]).toMatchObject({ status: 'draft', deliveries: { total: null }, lanes: [{}, {}] })
  })

  test('goes from the first one on with order=asc', async () => {
    const ids = []
    for (let n = 0; n < 5; n++) ids.push(await idOf())
    const first = (await app.call('GET', '/campaigns?limit=3&order=asc')).body
    const second = (await app.call('GET', `/campaigns?limit=3&order=asc&before=${first.next}`)).body
    expect([...first.campaigns, ...second.campaigns].map(({ id }) => id)).toEqual(ids)
    expect(second.next).toBeNull()
    const wrong = await app.call('GET', '/campaigns?order=oldest')
    expect([wrong.status, wrong.body.error.message]).toEqual([400, expect.stringContaining('desc, asc')])
  })

  test.each(['0', '201', 'x'])('a limit of %s is 400', async (limit) => {
    expect((await app.call('GET', `/campaigns?limit=${limit}`)).status).toBe(400)
  })
})

describe('GET /campaigns/{id}', () => {
  beforeAll(open)
  afterAll(close)

  test('counts its deliveries, and tells what waits on which lane', async () => {
    await app.lab.addSubscribers({ count: 40 })
    await app.lab.suppress(1, 'bounce')
    const id = await idOf({ start: true })
    await app.lab.expand({ id })
    // Of the lanes that subscribers fall into here, naver is not configured: it goes out on the default one.
    expect((await app.call('GET', `/campaigns/${id}`)).body).toMatchObject({
      deliveries: { total: 40, queued: 39, skipped: 1, sent: 0 },
      lanes: [
        { name: 'google', queued: 10 },
        { name: 'default', queued: 29 },
      ],
    })
  })

  test.each(['x', '01900000-0000-7000-8000-000000000000', '%00', "'", '../../..', 'A'.repeat(99)])(
    '404 for what is no campaign: %s',
    async (id) => {
      const answer = await app.call('GET', `/campaigns/${encodeURIComponent(id)}`)
      expect(answer).toMatchObject({ status: 404, body: { error: { code: 'campaign.not_found' } } })
    },
  )

  test('is shown without its lanes when these cannot be read', async () => {
    const broken = await openCampaignsApp({ lanes: { states: () => Promise.reject(new Error('gone')) } })
    const { id, lanes } = (await broken.call('POST', '/campaigns', HELLO)).body
    expect(lanes).toEqual([])
    expect(await broken.call('GET', `/campaigns/${id}`)).toMatchObject({ status: 200, body: { lanes: [] } })
    await broken.close()
  })
})

describe('PATCH /campaigns/{id}', () => {
  beforeAll(open)
  afterAll(close)

  test('changes what is given, and leaves the rest', async () => {
    const id = await idOf({ tag: 'march', preheader: 'pre' })
    const answer = await app.call('PATCH', `/campaigns/${id}`, { subject: 'New', preheader: null })
    expect(answer).toMatchObject({
      status: 200,
      body: { subject: 'New', preheader: null, tag: 'march', content: HELLO.content, status: 'draft' },
    })
    expect((await app.call('GET', `/campaigns/${id}`)).body).toEqual(answer.body)
  })

  test('schedules, reschedules and makes a draft again', async () => {
    const id = await idOf()
    for (const [send_at, status] of [
      [at(NOON + MINUTE), 'scheduled'],
      [at(NOON + 2 * MINUTE), 'scheduled'],
      [null, 'draft'],
    ])
      expect((await app.call('PATCH', `/campaigns/${id}`, { send_at })).body).toMatchObject({
        send_at,
        status,
      })
  })

  test('with nothing in it changes nothing', async () => {
    const id = await idOf()
    expect(await app.call('PATCH', `/campaigns/${id}`, {})).toMatchObject({ status: 200, body: HELLO })
  })

  test.each([
    [{ subject: 'a\nb' }, 'request.invalid'],
    [{ content: '{{x}}' }, 'campaign.bad_placeholder'],
    [{ content: null }, 'request.invalid'],
    [{ send_at: at(NOON - 10 * MINUTE) }, 'request.invalid'],
  ])('checks as POST does: %j', async (changes, code) => {
    const answer = await app.call('PATCH', `/campaigns/${await idOf()}`, changes)
    expect(answer).toMatchObject({ status: 400, body: { error: { code } } })
  })

  test('of one that runs is 409, of none 404', async () => {
    const id = await idOf({ start: true })
    expect(await app.call('PATCH', `/campaigns/${id}`, { subject: 'x' })).toMatchObject({
      status: 409,
      body: { error: { code: 'campaign.wrong_state', details: { status: 'running' } } },
    })
    expect((await app.call('PATCH', '/campaigns/x', { subject: 'x' })).status).toBe(404)
  })
})

describe('DELETE /campaigns/{id}', () => {
  beforeAll(open)
  afterAll(close)

  test.each([{}, { send_at: at(NOON + MINUTE) }])(
    '204 for a draft, and for one that is scheduled',
    async (changes) => {
      const id = await idOf(changes)
      expect((await app.call('DELETE', `/campaigns/${id}`)).status).toBe(204)
      expect((await app.call('GET', `/campaigns/${id}`)).status).toBe(404)
      expect((await app.call('DELETE', `/campaigns/${id}`)).status).toBe(404)
    },
  )

  test('409 for one that was started: what was sent is not forgotten', async () => {
    const id = await idOf({ start: true })
    expect((await app.call('DELETE', `/campaigns/${id}`)).status).toBe(409)
    expect((await app.call('GET', `/campaigns/${id}`)).status).toBe(200)
  })
})
