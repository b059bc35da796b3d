// /suppressions, code by code.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startListApp, type ListApp } from '../support/list-app.ts'
import { makeSuppression } from '../support/list-lab.ts'
import { HOUR, NOON } from '../support/times.ts'

let app: ListApp
beforeAll(async () => void (app = await startListApp()))
beforeEach(() => app.wipe())
afterAll(() => app?.close())

test('POST is 201, and stops the address', async () => {
  expect(await app.post('/suppressions', { email: 'Ann@Example.com', reason: 'complaint' })).toMatchObject({
    status: 201,
    body: {
      email: 'Ann@Example.com',
      reason: 'complaint',
      source: 'api',
      since: '2026-03-10T12:00:00.000Z',
      until: null,
    },
  })
  expect((await app.post('/subscribe', { email: 'ann@example.com' })).status).toBe(409)
})

test('POST needs no reason, and may have an end', async () => {
  const until = '2026-03-11T12:00:00+02:00'
  expect((await app.post('/suppressions', { email: 'ann@example.com', until })).body).toMatchObject({
    reason: 'manual',
    until: '2026-03-11T10:00:00.000Z',
  })
  app.clock.now = NOON + 24 * HOUR
  expect((await app.post('/subscribe', { email: 'ann@example.com' })).status).toBe(201)
})

test('POST of a weaker reason leaves the stronger one, and shows it', async () => {
  await app.post('/suppressions', { email: 'ann@example.com', reason: 'complaint' })
  expect((await app.post('/suppressions', { email: 'ann@example.com', reason: 'bounce' })).body.reason).toBe(
    'complaint',
  )
})

test.each([
  [undefined, 'body'],
  [{}, 'email'],
  [{ email: 'ann' }, 'email'],
  [{ email: 'ann@example.com', reason: 'spite' }, 'reason'],
  [{ email: 'ann@example.com', until: '2026-03-11T12:00:00' }, 'until'],
  [{ email: 'ann@example.com', until: '2026-03-10T12:00:00Z' }, 'until'],
  [{ email: 'ann@example.com', until: '2030-12-31T23:59:60Z' }, 'until'],
  [{ email: 'ann@example.com', until: '2030-01-01T00:00:00+09' }, 'until'],
])('POST of %j is 400 and names the field', async (body, field) => {
  const answer = await app.post('/suppressions', body)
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'request.invalid' } } })
  expect(answer.body.error.details[0]?.field).toBe(field)
})

test('GET pages through all of them', async () => {
  const emails = Array.from({ length: 7 }, (_, n) => `reader-${n}@example.com`)
  for (const email of emails) await app.suppressions.put(makeSuppression(email))
  const seen: string[] = []
  for (let next: string | null = ''; next !== null;) {
    const { body } = await app.get(`/suppressions?limit=3${next && `&after=${next}`}`)
    expect(body.count).toBe(7)
    seen.push(...body.suppressions.map(({ email }) => email))
    next = body.next
  }
  expect(seen).toEqual(emails)
})

test('GET ?email= finds the one that holds now', async () => {
  await app.suppressions.put(makeSuppression('ann@example.com', { until: NOON + HOUR }))
  expect((await app.get('/suppressions?email=ANN%40example.com')).body).toMatchObject({
    count: 1,
    next: null,
  })
  app.clock.now += HOUR
  expect((await app.get('/suppressions?email=ann@example.com')).body.suppressions).toEqual([])
})

test.each(['limit=0', 'limit=1001', 'after=!'])('GET ?%s is 400', async (query) => {
  expect((await app.get(`/suppressions?${query}`)).status).toBe(400)
})

test.each(['ann@example.com', 'ANN%40EXAMPLE.com', 'ann@example.com/'])(
  'DELETE of %s is 204, then 404',
  async (path) => {
    await app.suppressions.put(makeSuppression('Ann@example.com'))
    expect((await app.remove(`/suppressions/${path}`)).status).toBe(204)
    expect(await app.remove(`/suppressions/${path}`)).toMatchObject({
      status: 404,
      body: { error: { code: 'suppression.not_found' } },
    })
  },
)

test('DELETE takes an address with any sign in it', async () => {
  await app.suppressions.put(makeSuppression('a/b+c%d?@münchen.de'))
  expect((await app.remove(`/suppressions/${encodeURIComponent('a/b+c%d?@MÜNCHEN.de')}`)).status).toBe(204)
})

test('DELETE of nothing in particular is 404', async () => {
  for (const path of ['/', '', '/x']) expect((await app.remove(`/suppressions${path}`)).status).toBe(404)
})
