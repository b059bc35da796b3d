// Answers are compressed for who takes that, whole or as they come; what a request brings is never unpacked.
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { brotliDecompressSync, createGunzip, gunzipSync, gzipSync } from 'node:zlib'
import fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { registerCompression } from '../../../../src/http/server/answers/compression.ts'
import { registerErrors } from '../../../../src/http/server/answers/errors.ts'
import { mailEvents } from '../../../support/page/browser.ts'
import { startHub, TOKEN, type TestHub } from '../../../support/hub.ts'

describe('a hub', () => {
  let hub: TestHub
  beforeAll(async () => {
    hub = await startHub()
    await hub.post(mailEvents(200))
  })
  afterAll(() => hub.close())

  const get = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
    hub.app.inject({ method, url, headers: { authorization: TOKEN, ...headers } })

  test.each([
    '/',
    '/page/main.js',
    '/page/style.css',
    '/icon.svg',
    '/client.js',
    '/api/events',
    '/doc/json',
    '/metrics',
  ])('%s is compressed', async (url) => {
    const small = await get(url, { 'accept-encoding': 'gzip, deflate, br, zstd' })
    expect([small.statusCode, small.headers['content-encoding']]).toEqual([200, 'br'])
    expect(String(small.headers.vary).toLowerCase()).toContain('accept-encoding')
    const zipped = await get(url, { 'accept-encoding': 'gzip' })
    expect(zipped.headers['content-encoding']).toBe('gzip')
    const whole = await get(url)
    expect([whole.statusCode, whole.headers['content-encoding']]).toEqual([200, undefined])
    if (url === '/metrics') return // other numbers each time
    expect(brotliDecompressSync(small.rawPayload)).toEqual(whole.rawPayload)
    expect(gunzipSync(zipped.rawPayload)).toEqual(whole.rawPayload)
    expect(small.rawPayload.length).toBeLessThan(whole.rawPayload.length / 1.5)
  })

  test.each(['identity', 'gzip;q=0', 'br;q=0, gzip; q=0.0', 'deflate'])(
    'whoever accepts "%s" gets it as it is',
    async (accepted) => {
      const answer = await get('/page/main.js', { 'accept-encoding': accepted })
      expect([answer.statusCode, answer.headers['content-encoding']]).toEqual([200, undefined])
    },
  )

  test('a small answer stays as it is, and a part of a file is a part of the file', async () => {
    const accept = { 'accept-encoding': 'br, gzip' }
    expect((await get('/healthz', accept)).headers['content-encoding']).toBeUndefined()
    const part = await get('/page/main.js', { ...accept, range: 'bytes=0-9' })
    expect([part.statusCode, part.headers['content-encoding'], part.rawPayload.length]).toEqual([
      206,
      undefined,
      10,
    ])
    expect((await get('/page/main.js', accept, 'HEAD')).rawPayload.length).toBe(0)
  })

  test('who has a file already is told so', async () => {
    const { headers } = await get('/page/main.js', { 'accept-encoding': 'br' })
    const again = await get('/page/main.js', {
      'accept-encoding': 'br',
      'if-none-match': String(headers.etag),
    })
    expect([again.statusCode, again.rawPayload.length]).toEqual([304, 0])
  })

  test('a compressed body is not unpacked: 415', async () => {
    const payload = gzipSync('{"email":"ann@example.com","name":"Ann"}')
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', authorization: TOKEN }
    const answer = await hub.app.inject({ method: 'POST', url: '/subscribe', headers, payload })
    expect(answer.statusCode).toBe(415)
  })

  test('no answer tells the token, the key of the webhook or the session', async () => {
    const origin = `http://${hub.address}`
    const payload = { token: TOKEN }
    const signedIn = await hub.app.inject({
      method: 'POST',
      url: '/api/session',
      headers: { origin },
      payload,
    })
    const cookie = String(signedIn.headers['set-cookie']).split(';')[0] as string
    const session = cookie.split('=')[1] as string
    const bodies = [signedIn.payload]
    for (const url of [
      '/',
      '/api/session',
      '/api/setup',
      '/api/events',
      '/subscribe',
      '/campaigns',
      '/lanes',
    ])
      bodies.push((await hub.app.inject({ url, headers: { origin, cookie } })).payload)
    for (const secret of [TOKEN, session, 'a-webhook-key', 'a-secret-of-the-tests'])
      expect(bodies.filter((body) => body.includes(secret))).toEqual([])
  })
})

describe('a stream', () => {
  const ask = async (
    answer: Readable,
  ): Promise<{ response: IncomingMessage; close: () => Promise<void> }> => {
    const app = fastify()
    await registerCompression(app)
    registerErrors(app)
    app.get('/', (_request, reply) =>
      reply.type('text/csv').header('content-disposition', 'attachment').send(answer),
    )
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const sent = request(url, { headers: { 'accept-encoding': 'gzip' } }).end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    return { response, close: () => app.close() }
  }
  const line = (index: number) => `${index},reader${Math.sin(index)}@example.com\n`
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => line(from + index)).join('')

  test('is passed on as it comes, and is taken no faster than it is read', async () => {
    let given = 0
    async function* rows() {
      for (; given < 400; given += 1) yield lines(given * 1000, (given + 1) * 1000)
    }
    const { response, close } = await ask(Readable.from(rows(), { objectMode: false }))
    const plain = response.pipe(createGunzip())
    const [first] = (await once(plain, 'readable').then(() => [plain.read()])) as [Buffer]
    expect(String(first)).toMatch(/^0,reader0@example\.com\n1,/)
    expect(given).toBeLessThan(400)
    const rest = await text(plain)
    expect(String(first) + rest === lines(0, 400_000)).toBe(true)
    await close()
  })

  test('that fails half-way breaks the answer off', async () => {
    const { promise: halfWay, resolve: goOn } = Promise.withResolvers<void>()
    async function* rows() {
      yield lines(0, 20_000)
      await halfWay
      throw new Error('the database went away')
    }
    const { response, close } = await ask(Readable.from(rows(), { objectMode: false }))
    await once(response, 'readable')
    goOn()
    await expect(text(response)).rejects.toThrow('aborted')
    expect(response.complete).toBe(false)
    await close()
  })

  test('that fails at once is an error that can be read', async () => {
    async function* rows() {
      yield 'id,email\n'
      throw new Error('the database went away')
    }
    const { response, close } = await ask(Readable.from(rows(), { objectMode: false }))
    expect([response.statusCode, response.headers['content-encoding']]).toEqual([500, undefined])
    expect(response.headers['content-disposition']).toBeUndefined()
    expect(JSON.parse(await text(response))).toMatchObject({ error: { code: 'server.internal' } })
    await close()
  })

  test('that nobody reads any more ends', async () => {
    async function* rows() {
      for (let index = 0; ; index += 1000) yield lines(index, index + 1000)
    }
    const endless = Readable.from(rows(), { objectMode: false })
    const ended = new Promise((resolve) => endless.once('close', resolve))
    const { response, close } = await ask(endless)
    response.destroy()
    await ended
    await close()
  })
})
