// /subscribe, code by code: the list as its owner sees it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ANN, error, startListApp, TOKEN, type ListApp } from '../../support/list/list-app.ts'
import { makeReaders, makeSuppression } from '../../support/list/list-lab.ts'
import { HOUR, NOON } from '../../support/times.ts'

let app: ListApp
beforeAll(async () => void (app = await startListApp()))
beforeEach(() => app.wipe())
afterAll(() => app?.close())

const NOBODY = '01a20144-af1d-722a-9d98-6a215e4325f9'
const addMany = (count: number) => app.list.import(makeReaders(1, count), NOON, false)

describe('PATCH', () => {
  test('is 201 with the subscriber, who stays', async () => {
    const id = await app.addAnn()
    app.clock.now = NOON + HOUR
    expect(await app.patch('/subscribe', { email: 'ANN@example.com' })).toMatchObject({
      status: 201,
      body: { id, ...ANN, subscribed: false, suppressed: null, updated_at: '2026-03-10T13:00:00.000Z' },
    })
    expect((await app.get(`/subscribe/${id}`)).body.subscribed).toBe(false)
  })

  test('is 409 when they have left already', async () => {
    await app.addAnn()
    await app.patch('/subscribe', ANN)
    expect(await app.patch('/subscribe', ANN)).toMatchObject(error(409, 'subscriber.unsubscribed'))
  })

  test('is 404 for nobody, 400 for what is no address', async () => {
    expect(await app.patch('/subscribe', ANN)).toMatchObject(error(404, 'subscriber.not_found'))
    for (const body of [undefined, {}, { email: 'ann' }, { email: null }])
      expect(await app.patch('/subscribe', body)).toMatchObject(error(400, 'request.invalid'))
  })
})

describe('DELETE', () => {
  test('removes all, and keeps suppressions', async () => {
    await addMany(3)
    await app.suppressions.put(makeSuppression('reader-1@example.com'))
    expect(await app.remove('/subscribe')).toMatchObject({ status: 204, text: '' })
    expect((await app.get('/subscribe')).body).toEqual({ count: 0, subscribers: [], next: null })
    expect((await app.get('/suppressions')).body.count).toBe(1)
  })

  test.each([
    '/subscribe/',
    '/subscribe/?',
    '/subscribe/?x=1',
    '/subscribe//',
    '/subscribe%2F',
    '//subscribe',
  ])('of %s is 404 and removes nobody', async (url) => {
    await addMany(2)
    expect((await app.remove(url)).status).toBe(404)
    expect(await app.list.count({})).toBe(2)
  })

  test('with a filter or a body that nobody reads is 400 and removes nobody', async () => {
    await addMany(2)
    expect((await app.remove('/subscribe?email=reader-1@example.com')).status).toBe(400)
    expect((await app.remove('/subscribe', { email: 'reader-1@example.com' })).status).toBe(400)
    expect(await app.list.count({})).toBe(2)
  })

  test('with an empty body of JSON is 204', async () => {
    const headers = { authorization: TOKEN, 'content-type': 'application/json' }
    expect((await app.call({ method: 'DELETE', url: '/subscribe', headers })).status).toBe(204)
  })

  test('of one is 204, and then 404', async () => {
    const id = await app.addAnn()
    expect((await app.remove(`/subscribe/${id}/`)).status).toBe(204)
    expect(await app.remove(`/subscribe/${id}`)).toMatchObject(error(404, 'subscriber.not_found'))
  })
})

describe('a malformed id', () => {
  test.each(['1', 'x'.repeat(100), '%00', "'--", NOBODY.toUpperCase(), 'import', NOBODY])(
    '%s is 404',
    async (id) => {
      expect((await app.get(`/subscribe/${id}`)).status).toBe(404)
      expect((await app.remove(`/subscribe/${id}`)).status).toBe(404)
      expect((await app.post(`/subscribe/${id}/erase`)).status).toBe(404)
    },
  )
})

describe('GET', () => {
  test('pages through all, those who have left too', async () => {
    await addMany(25)
    await app.patch('/subscribe', { email: 'reader-3@example.com' })
    const seen: string[] = []
    for (let next: string | null = ''; next !== null;) {
      const { body } = await app.get(`/subscribe?limit=10${next && `&after=${next}`}`)
      expect(body.count).toBe(25)
      seen.push(...body.subscribers.map(({ email }) => email))
      next = body.next
    }
    expect(seen).toEqual(makeReaders(1, 25).map(({ email }) => email))
  })

  test.each([
    ['email=READER-2@example.com', 1],
    ['q=reader-1', 11],
    ['q=%25', 0],
    ['q=', 20],
    ['email=', 20],
    ['subscribed=true', 19],
    ['subscribed=false', 1],
    ['subscribed=false&q=reader-1', 0],
    ['suppressed=true', 2],
    ['suppressed=false', 18],
    ['mailable=true', 17],
    ['mailable=false', 3],
    ['mailable=false&subscribed=true', 2],
    ['mailable=true&email=reader-3@example.com', 0],
    ['suppressed=true&q=reader-4', 1],
  ])('?%s finds %i', async (query, count) => {
    await addMany(20)
    await app.patch('/subscribe', { email: 'reader-2@example.com' })
    for (const n of [3, 4]) await app.suppressions.put(makeSuppression(`reader-${n}@example.com`))
    await app.suppressions.put(makeSuppression('reader-5@example.com', { until: NOON }))
    const { body } = await app.get(`/subscribe?${query}`)
    expect(body).toMatchObject({ count, next: null })
    expect(body.subscribers).toHaveLength(count)
  })

  test.each(['limit=0', 'limit=1001', 'limit=x', 'after=x', 'subscribed=maybe', `q=${'x'.repeat(201)}`])(
    '?%s is 400',
    async (query) => {
      expect(await app.get(`/subscribe?${query}`)).toMatchObject(error(400, 'request.invalid'))
    },
  )

  test('tells why someone is suppressed, and until when', async () => {
    await app.addAnn()
    await app.suppressions.put(makeSuppression('ann@example.com', { until: NOON + HOUR }))
    expect((await app.subscriber('ann@example.com')).suppressed).toEqual({
      reason: 'bounce',
      since: '2026-03-10T12:00:00.000Z',
      until: '2026-03-10T13:00:00.000Z',
    })
    app.clock.now += HOUR
    expect((await app.subscriber('ann@example.com')).suppressed).toBeNull()
  })
})

test('GET of an address is the subscriber, with any sign in it', async () => {
  const email = 'ann+news@example.com'
  const { body } = await app.post('/subscribe', { email, name: '' })
  for (const path of [email, encodeURIComponent(email), 'ANN+NEWS@example.com'])
    expect(await app.get(`/subscribe/${path}`)).toMatchObject({ status: 200, body: { id: body.id } })
  for (const query of [`email=${email}`, `q=${email}`])
    expect((await app.get(`/subscribe?${query}`)).body.count).toBe(1)
  expect((await app.get('/subscribe/bo@example.com')).status).toBe(404)
})

describe('without the token', () => {
  test.each([
    ['GET', '/subscribe'],
    ['PATCH', '/subscribe'],
    ['DELETE', '/subscribe'],
    ['GET', `/subscribe/${NOBODY}`],
    ['DELETE', `/subscribe/${NOBODY}`],
    ['POST', `/subscribe/${NOBODY}/erase`],
    ['POST', '/subscribe/import'],
    ['POST', '/suppressions/import'],
    ['GET', '/suppressions'],
    ['POST', '/suppressions'],
    ['DELETE', '/suppressions/a@example.com'],
  ] as const)('%s %s is 401', async (method, url) => {
    expect(await app.call({ method, url })).toMatchObject(error(401, 'access.unauthorized'))
  })
})

describe('erase', () => {
  test('forgets the person by id or address, and tells nothing', async () => {
    const forgotten: string[] = []
    const careful = await startListApp({ forget: async (email) => void forgotten.push(email) })
    const { id } = (await careful.post('/subscribe', ANN)).body
    expect(await careful.post(`/subscribe/${id}/erase`)).toMatchObject({ status: 204 })
    expect(await careful.post('/subscribe/bob@example.com/erase')).toMatchObject({ status: 204 })
    expect(forgotten).toEqual([ANN.email, 'bob@example.com'])
    await careful.close()
  })

  test('leaves a keyed hash of a suppressed address: it is still refused', async () => {
    await app.addAnn()
    await app.suppressions.put(makeSuppression('ann@example.com', { reason: 'complaint' }))
    expect(await app.post(`/subscribe/${ANN.email}/erase`)).toMatchObject({ status: 204 })
    expect((await app.get('/subscribe')).body.count).toBe(0)
    expect((await app.get('/suppressions')).body.suppressions).toMatchObject([
      { email: null, reason: 'complaint' },
    ])
    expect(await app.post('/subscribe', ANN)).toMatchObject(error(409, 'subscriber.suppressed'))
  })

  test('that failed on the way can be asked for again', async () => {
    let broken = true
    const forget = async () => {
      if (broken) throw new Error('gone')
    }
    const careful = await startListApp({ forget })
    const { id } = (await careful.post('/subscribe', ANN)).body
    expect((await careful.post(`/subscribe/${id}/erase`)).status).toBe(500)
    broken = false
    expect((await careful.post(`/subscribe/${id}/erase`)).status).toBe(204)
    await careful.close()
  })
})
