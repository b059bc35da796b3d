// /suppressions, code by code.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startListApp, TOKEN, type ListApp } from '../../support/list/list-app.ts'
import { makeSuppression } from '../../support/list/list-lab.ts'
import { HOUR, NOON } from '../../support/times.ts'

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
  expect((await app.post('/subscribe', { email: 'ann@example.com', name: '' })).status).toBe(409)
})

test('POST needs no reason, and may have an end', async () => {
  const until = '2026-03-11T12:00:00+02:00'
  expect((await app.post('/suppressions', { email: 'ann@example.com', until })).body).toMatchObject({
    reason: 'manual',
    until: '2026-03-11T10:00:00.000Z',
  })
  app.clock.now = NOON + 24 * HOUR
  expect((await app.post('/subscribe', { email: 'ann@example.com', name: '' })).status).toBe(201)
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
  [{ email: 'ann@example.com', until: '2030-12-31T23:59:61Z' }, 'until'],
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

test('GET ?reason= and ?q= find some of them', async () => {
  for (const [n, reason] of (['bounce', 'complaint', 'bounce'] as const).entries())
    await app.suppressions.put(makeSuppression(`reader-${n}@example.com`, { reason }))
  const count = async (query: string) => (await app.get(`/suppressions?${query}`)).body.count
  expect(await count('reason=bounce')).toBe(2)
  expect(await count('q=READER-1')).toBe(1)
  expect(await count('q=reader-1&reason=bounce')).toBe(0)
  expect(await count('q=%25')).toBe(0)
  expect((await app.get('/suppressions?reason=spite')).status).toBe(400)
})

describe('as a file', () => {
  const upload = (payload: string, query = '') =>
    app.call({
      method: 'POST',
      url: `/suppressions/import${query}`,
      headers: { authorization: TOKEN, 'content-type': 'text/csv' },
      payload,
    })
  const download = async (query = '') => {
    const headers = { authorization: TOKEN, accept: 'text/csv' }
    return (await app.call({ method: 'GET', url: `/suppressions${query}`, headers })).text
  }
  const held = async () =>
    Object.fromEntries(
      (await app.suppressions.list(100)).map(({ email, reason }) => [email?.split('@')[0], reason]),
    )

  test('they come out, and in again as they were', async () => {
    await app.suppressions.put(makeSuppression('=ann@x.io', { reason: 'complaint', since: NOON - HOUR }))
    await app.suppressions.put(makeSuppression('bo@x.io', { until: NOON + HOUR }))
    await app.suppressions.put(makeSuppression('over@x.io', { until: NOON - HOUR }))
    const file = await download()
    expect(file.split('\r\n').slice(0, 2)).toEqual([
      '\ufeffemail,reason,source,since,until',
      "'=ann@x.io,complaint,smtp,2026-03-10T11:00:00.000Z,",
    ])
    expect(await download('?reason=complaint')).not.toContain('bo@')
    await app.wipe()
    expect((await upload(file)).body).toMatchObject({ added: 2, skipped: 1, errors: [] })
    expect(await app.suppressions.list(9)).toMatchObject([
      { email: '=ann@x.io', reason: 'complaint', since: NOON - HOUR, until: null },
      { email: 'bo@x.io', reason: 'bounce', until: NOON + HOUR },
    ])
    expect((await upload(file)).body).toMatchObject({ added: 0, skipped: 3 })
  })

  test.each([
    ['Mandrill', 'email,reason,detail,created_at,expires_at\na@x.io,hard-bounce,550 5.1.1,2026-01-02 03:04:05,\nb@x.io,spam,,,\nc@x.io,unsub,,,\nd@x.io,custom,,,\ne@x.io,soft-bounce,,,2030-01-02 03:04:05.678', { a: 'bounce', b: 'complaint', c: 'unsubscribe', d: 'manual', e: 'bounce' }],
    ['Postmark', 'EmailAddress,SuppressionReason,Origin,CreatedAt\na@x.io,HardBounce,Recipient,\nb@x.io,SpamComplaint,Recipient,\nc@x.io,ManualSuppression,Customer,', { a: 'bounce', b: 'complaint', c: 'manual' }],
    ['Amazon SES', 'EmailAddress,Reason,LastUpdateTime\na@x.io,BOUNCE,\nb@x.io,COMPLAINT,', { a: 'bounce', b: 'complaint' }],
    ['SendGrid', 'status,reason,email,created\n5.1.1,"550 5.1.1 The email account does not exist",a@x.io,1600000000', { a: 'bounce' }],
    ["Mailchimp's unsubscribed", 'Email Address,First Name,UNSUB_TIME,UNSUB_REASON\na@x.io,A,2021-03-04 10:00:00,NO_LONGER_INTERESTED', { a: 'unsubscribe' }],
    ['a list of addresses', 'a@x.io\nb@x.io', { a: 'manual', b: 'manual' }],
    ['addresses of a mail program', 'email,reason\nA <a@x.io>,bounced\nmailto:b@x.io,spam', { a: 'bounce', b: 'complaint' }],
    ['addresses and words', 'a@x.io;bounced\nb@x.io;Spam complaint\nc@x.io;', { a: 'bounce', b: 'complaint', c: 'manual' }],
  ])('of %s', async (_, text, expected) => {
    expect((await upload(text)).body).toMatchObject({ added: Object.keys(expected).length, errors: [] })
    expect(await held()).toEqual(expected)
  }) // prettier-ignore

  test('a reason that is not understood is an error line, and of two for one address the stronger holds', async () => {
    const { body } = await upload('email,reason\na@x.io,spite\nb@x.io,bounce\nB@x.io,complaint')
    expect(body).toMatchObject({ added: 1, skipped: 1, error_count: 1, errors: [{ line: 2 }] })
    expect(await held()).toEqual({ B: 'complaint' })
  })

  test('unsubscribed ones are taken off the list; a trial run changes nothing', async () => {
    await app.addAnn()
    expect((await upload('email,reason\nann@example.com,unsub', '?dry_run')).body).toMatchObject({ added: 1 })
    expect(await app.subscriber('ann@example.com')).toMatchObject({ subscribed: true, suppressed: null })
    await upload('email,reason\nann@example.com,unsub')
    expect(await app.subscriber('ann@example.com')).toMatchObject({ subscribed: false, mailable: false })
  })
})
