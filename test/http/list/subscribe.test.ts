// POST /subscribe, code by code.
import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ANN, error, startListApp, TOKEN, type ListApp } from '../../support/list/list-app.ts'
import { makeSuppression } from '../../support/list/list-lab.ts'
import { HOUR, NOON } from '../../support/times.ts'

let app: ListApp
beforeAll(async () => void (app = await startListApp()))
beforeEach(() => app.wipe())
afterAll(() => app?.close())

const form = 'application/x-www-form-urlencoded'

describe('POST', () => {
  test('is 201 with the subscriber', async () => {
    expect(await app.post('/subscribe', ANN)).toMatchObject({
      status: 201,
      body: {
        id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-7/),
        ...ANN,
        subscribed: true,
        suppressed: null,
        mailable: true,
        created_at: '2026-03-10T12:00:00.000Z',
        updated_at: '2026-03-10T12:00:00.000Z',
      },
    })
  })

  test('takes a form as well', async () => {
    const headers = { authorization: TOKEN, 'content-type': form }
    const payload = 'email=ann%2Bnews%40example.com&name=Ann+%EC%95%88'
    const answer = await app.call({ method: 'POST', url: '/subscribe/', headers, payload })
    expect(answer).toMatchObject({ status: 201, body: { email: 'ann+news@example.com', name: 'Ann 안' } })
  })

  test('takes a form in the charset that it names', async () => {
    const post = (charset: string, name: string) => {
      const headers = { authorization: TOKEN, 'content-type': `${form}; charset=${charset}` }
      const payload = `email=${encodeURIComponent(charset)}%40example.com&name=${name}`
      return app.call({ method: 'POST', url: '/subscribe', headers, payload })
    }
    expect(await post('iso-8859-1', 'Ren%E9')).toMatchObject({ status: 201, body: { name: 'René' } })
    expect(await post('EUC-KR', '%B1%E8')).toMatchObject({ status: 201, body: { name: '김' } })
    expect((await post('nonsense', 'Ann')).status).toBe(415)
  })

  test.each([
    ['email=ann+news+a@example.com&name=Ann+A', 'ann+news+a@example.com'],
    ['name=Ann+A&email=++ann@example.com+', 'ann@example.com'],
  ])('takes a + in a form as it is meant: %s', async (payload, email) => {
    const headers = { authorization: TOKEN, 'content-type': form }
    const answer = await app.call({ method: 'POST', url: '/subscribe', headers, payload })
    expect(answer).toMatchObject({ status: 201, body: { email, name: 'Ann A' } })
  })

  test('needs a name, which may be empty', async () => {
    const answer = await app.post('/subscribe', { email: 'a@example.com' })
    expect(answer).toMatchObject(error(400, 'request.invalid'))
    expect(answer.body.error.details[0]?.field).toBe('name')
    expect((await app.post('/subscribe', { email: 'a@example.com', name: '' })).body.name).toBe('')
    expect((await app.post('/subscribe', { email: 'b@example.com', name: null })).body.name).toBe('')
  })

  test('takes no blanks around', async () => {
    const body = { email: '  Ann@Example.com\r\n', name: ' Ann \t' }
    expect((await app.post('/subscribe', body)).body).toMatchObject({ email: 'Ann@Example.com', name: 'Ann' })
    expect((await app.patch('/subscribe', { email: ' ann@example.com ' })).status).toBe(201)
  })

  test('takes a multipart form as well, as does PATCH', async () => {
    const form = (fields: Record<string, string>) =>
      `${Object.entries(fields)
        .map(([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
        .join('')}--x--\r\n`
    const headers = { authorization: TOKEN, 'content-type': 'multipart/form-data; boundary=x' }
    const send = (method: 'POST' | 'PATCH', payload: string) =>
      app.call({ method, url: '/subscribe', headers, payload })
    const fields = { email: 'ann+news@example.com', name: 'Ann 안' }
    expect(await send('POST', form(fields))).toMatchObject({ status: 201, body: fields })
    expect(await send('PATCH', form(fields))).toMatchObject({ status: 201, body: { subscribed: false } })
    expect(await send('POST', form({ email: 'bo@example.com' }))).toMatchObject(error(400, 'request.invalid'))
    expect(await send('POST', 'x')).toMatchObject(error(400, 'request.invalid'))
  })

  test('is 409 for an address that is subscribed, whatever its case', async () => {
    await app.addAnn()
    expect(await app.post('/subscribe', { email: 'ANN@EXAMPLE.COM', name: '' })).toMatchObject(
      error(409, 'subscriber.exists'),
    )
  })

  test('is 201 for one who had left, by the site or by a link', async () => {
    const id = await app.addAnn()
    await app.patch('/subscribe', { email: 'ann@example.com' })
    expect(await app.post('/subscribe', ANN)).toMatchObject({ status: 201, body: { id, subscribed: true } })
    await app.list.unsubscribeById(id, NOON)
    expect(await app.post('/subscribe', ANN)).toMatchObject({
      status: 201,
      body: { id, subscribed: true, suppressed: null },
    })
  })

  test.each(['bounce', 'complaint'] as const)('is 409 after a %s', async (reason) => {
    await app.suppressions.put(makeSuppression('ann@example.com', { reason }))
    expect(await app.post('/subscribe', ANN)).toMatchObject(error(409, 'subscriber.suppressed'))
  })

  test.each([
    [{}, 'email'],
    [{ email: '' }, 'email'],
    [{ email: null }, 'email'],
    [{ email: 5 }, 'email'],
    [{ email: 'ann' }, 'email'],
    [{ email: 'ann@example' }, 'email'],
    [{ email: 'a@b@example.com' }, 'email'],
    [{ email: 'ann @example.com' }, 'email'],
    [{ email: 'ann@example.com\r\nBcc: x@example.com' }, 'email'],
    [{ email: `${'a'.repeat(65)}@example.com` }, 'email'],
    [{ email: `a@${'long.'.repeat(50)}example.com` }, 'email'],
    [{ ...ANN, name: 'Ann\r\nX' }, 'name'],
    [{ ...ANN, name: 'x'.repeat(201) }, 'name'],
    [{ ...ANN, name: 5 }, 'name'],
  ])('is 400 for %j and names the field', async (body, field) => {
    const answer = await app.post('/subscribe', body)
    expect(answer).toMatchObject(error(400, 'request.invalid'))
    expect(answer.body.error.message).toMatch(new RegExp(`^body: ${field} `))
    expect(answer.body.error.details[0]?.field).toBe(field)
  })

  test.each(['', '5', 'null', '[]', '"text"', '{'])('is 400 for the body %j', async (payload) => {
    const headers = { authorization: TOKEN, 'content-type': 'application/json' }
    const answer = await app.call({ method: 'POST', url: '/subscribe', headers, payload })
    expect(answer).toMatchObject(error(400, 'request.invalid'))
  })

  test.each(['text/plain', 'text/csv'])('of %s is 415', async (type) => {
    const headers = { authorization: TOKEN, 'content-type': type }
    const answer = await app.call({ method: 'POST', url: '/subscribe', headers, payload: 'x' })
    expect(answer).toMatchObject(error(415, 'request.unsupported_media_type'))
  })

  test.each(['__proto__=x&email=a@example.com&name=', 'constructor=x&email=a@example.com&name='])(
    'of a form with %s harms nothing',
    async (payload) => {
      const headers = { authorization: TOKEN, 'content-type': form }
      expect((await app.call({ method: 'POST', url: '/subscribe', headers, payload })).status).toBe(201)
    },
  )
})

describe('POST without the token', () => {
  const stranger = (payload: object, remoteAddress: string) =>
    app.call({ method: 'POST', url: '/subscribe', payload, remoteAddress })

  test('is 429 with Retry-After after many from one address, and not for another', async () => {
    const answers = []
    for (let n = 0; n < 30; n++)
      answers.push(await stranger({ email: `reader-${n}@example.com`, name: '' }, '192.0.2.1'))
    const refused = answers.filter(({ status }) => status === 429)
    expect(answers[0]?.status).toBe(201)
    expect(refused).toHaveLength(10)
    expect(refused[0]).toMatchObject(error(429, 'request.too_many'))
    expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0)
    expect((await stranger({ email: 'other@example.com', name: '' }, '192.0.2.2')).status).toBe(201)
  })

  test('tells nothing that the list knew of the subscriber before', async () => {
    const id = await app.addAnn()
    await app.list.unsubscribeById(id, NOON)
    app.clock.now = NOON + HOUR
    expect((await stranger({ email: 'ann@example.com', name: '' }, '192.0.2.3')).body).toMatchObject({
      name: '',
      suppressed: null,
      created_at: '2026-03-10T13:00:00.000Z',
    })
    expect((await app.subscriber('ann@example.com')).name).toBe(ANN.name)
  })

  test('may not be large', async () => {
    expect(await stranger({ ...ANN, more: 'x'.repeat(20_000) }, '192.0.2.4')).toMatchObject(
      error(413, 'request.too_large'),
    )
  })

  test('may be of a length that nobody tells', async () => {
    const headers = { 'content-type': form, 'transfer-encoding': 'chunked' }
    const payload = Readable.from(['email=ann@exa', 'mple.com&name='])
    const answer = await app.call({ method: 'POST', url: '/subscribe', headers, payload })
    expect(answer.status).toBe(201)
  })

  test('cannot write to everybody', async () => {
    expect(await stranger({ subject: 'Hi', content: '<p>x</p>' }, '192.0.2.5')).toMatchObject(
      error(401, 'access.unauthorized'),
    )
  })

  test('with the token there is no such limit', async () => {
    for (let n = 0; n < 30; n++)
      expect((await app.post('/subscribe', { email: `reader-${n}@example.com`, name: '' })).status).toBe(201)
  })
})

describe('POST {subject, content}', () => {
  test('writes to everybody, where campaigns are sent', async () => {
    const campaign = await startListApp({
      sendMail: {
        answer: Type.Object({ campaign: Type.Any() }),
        async send(_request, body, reply) {
          reply.status(203)
          return { campaign: body }
        },
      },
    })
    const body = { subject: 'Hi', content: `<p>${'x'.repeat(2_000_000)}</p>` }
    expect(await campaign.post('/subscribe', body)).toMatchObject({ status: 203, body: { campaign: body } })
    const misspelt = { subjectl: 'Hi', content: '<p>x</p>' }
    expect(await campaign.post('/subscribe', misspelt)).toMatchObject({
      status: 203,
      body: { campaign: { subject: 'Hi', content: '<p>x</p>' } },
    })
    expect(await campaign.post('/subscribe', { subject: 'Hi' })).toMatchObject(error(400, 'request.invalid'))
    expect(await campaign.post('/subscribe', { content: 'x', subject: '' })).toMatchObject({ status: 400 })
    await campaign.close()
  })

  test('is 400 where none are', async () => {
    expect(await app.post('/subscribe', { subject: 'Hi', content: 'x' })).toMatchObject({ status: 400 })
  })
})
