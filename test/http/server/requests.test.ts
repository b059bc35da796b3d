// Addresses that no route is asked about: they are answered in the shape of every other error.
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../support/eventually.ts'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'
import { head, stranger } from '../../support/strangers.ts'

let hub: TestHub
beforeAll(async () => void (hub = await startHub()))
afterAll(() => hub?.close())

const LONG = 'x'.repeat(801)
const MALFORMED = 'x'.repeat(101)

test.each([
  ['GET', `/api/messages/${LONG}`],
  ['GET', `/campaigns/${LONG}`],
  ['DELETE', `/subscribe/${LONG}`],
  ['DELETE', `/suppressions/${LONG}@example.com`],
  ['POST', `/unsubscribe/${LONG}`],
] as const)('an id of more than 800 characters is 404: %s %.30s…', async (method, url) => {
  const answer = await hub.call({ method, url, headers: { authorization: TOKEN } })
  expect(answer).toMatchObject({
    status: 404,
    headers: { 'content-type': 'application/json; charset=utf-8', 'x-request-id': expect.any(String) },
    body: { error: { code: 'request.not_found', message: 'There is nothing at this address' } },
  })
})

test.each([
  `/campaigns/${MALFORMED}`,
  `/campaigns/${MALFORMED}/deliveries`,
  `/subscribe/${'x'.repeat(321)}`,
  `/api/quarantine/${MALFORMED}/replay`,
])('an id that no id can be is 404: %.40s…', async (url) => {
  const method = url.endsWith('replay') ? 'POST' : 'GET'
  expect(await hub.call({ method, url, headers: { authorization: TOKEN } })).toMatchObject({
    status: 404,
    body: { error: { code: 'request.not_found' } },
  })
})

test.each(['/campaigns/%zz', '/%', '/api/messages/%ff'])(
  "a malformed address is nobody's: %s",
  async (url) => {
    expect(await hub.get(url)).toMatchObject({
      status: 404,
      headers: { 'content-type': 'application/json; charset=utf-8', 'x-request-id': expect.any(String) },
      body: { error: { code: 'request.not_found' } },
    })
  },
)

test('an id in upper case is the same id', async () => {
  const headers = { authorization: TOKEN }
  const post = async (url: string, payload: object) =>
    (await hub.call({ method: 'POST', url, headers, payload })).body.id.toUpperCase()
  const reader = await post('/subscribe', { email: 'upper@example.com', name: '' })
  const campaign = await post('/campaigns', { subject: 'Hello', content: '<p>Hello</p>' })
  for (const path of [
    `/subscribe/${reader}`,
    `/subscribe/${reader}/deliveries`,
    `/campaigns/${campaign}/audience`,
  ])
    expect([path, (await hub.get(path)).status]).toEqual([path, 200])
  for (const url of [`/subscribe/${reader}`, `/campaigns/${campaign}`])
    expect([url, (await hub.call({ method: 'DELETE', url, headers })).status]).toEqual([url, 204])
})

const inJson = (email: string) => JSON.stringify({ email, name: '' })
test.each([
  ['identity', inJson('identity@example.com'), 201],
  ['', inJson('none@example.com'), 201],
  ['gzip', gzipSync(inJson('gzip@example.com')), 415],
  ['br', inJson('br@example.com'), 415],
])('a body in the encoding "%s"', async (encoding, payload, status) => {
  const headers = { authorization: TOKEN, 'content-type': 'application/json', 'content-encoding': encoding }
  expect((await hub.call({ method: 'POST', url: '/subscribe', headers, payload })).status).toBe(status)
})

const H2C = ['connection: Upgrade, HTTP2-Settings', 'upgrade: h2c', 'http2-settings: AAEAAEAAAAIAAAAB']
const SIGN_UP = '{"email":"ann@example.com","name":""}'

test.each([
  ['GET', head('GET /healthz', ...H2C), 200],
  ['POST', `${head('POST /subscribe', ...H2C, 'content-type: application/json', `content-length: ${SIGN_UP.length}`)}${SIGN_UP}`, 201],
])('another protocol that a client would rather speak is passed over: %s', async (_, text, status) => {
  const { socket, heard } = await stranger(hub.address, text)
  await until(() => expect(heard()).toMatch(new RegExp(`^HTTP/1.1 ${status} `)))
  socket.destroy()
}) // prettier-ignore

test.each([
  ['/wp-login.php?token=secret-query', '/wp-login.php'],
  ['/api/nothing/here', '/api/nothing/here'],
  ['/confirm/a/Zm9vYmFyYmF6cXV4enl6', '/confirm/a/…'],
  ['/unsubscribes/reader@example.com', '/unsubscribes/…'],
  [`/${TOKEN}`, '/…'],
])('where nothing is, the log tells the path in short words: %s', async (url, path) => {
  await hub.get(url)
  expect(hub.logged.at(-1)).toMatchObject({ status: 404, path })
})

test('what is refused so is in the log, without its address: that may hold a token', async () => {
  await hub.get('/unsubscribe/secret%zz')
  expect(hub.logged.at(-1)).toMatchObject({
    msg: 'request',
    method: 'GET',
    status: 404,
    address: '127.0.0.1',
    path: '/unsubscribe/…',
  })
  expect(JSON.stringify(hub.logged)).not.toContain('secret%zz')
})
