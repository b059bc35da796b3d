// What is answered before its body is there: the client comes to its answer, and the connection is closed.
import { once } from 'node:events'
import { Socket } from 'node:net'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'

import { linger } from '../../../../src/http/server/connections/early-answers.ts'
import { startHub, TOKEN, type TestHub } from '../../../support/hub.ts'
import { head, stranger } from '../../../support/strangers.ts'
import { until } from '../../../support/eventually.ts'

const JSON_TYPE = 'content-type: application/json'
const LENGTH = 'content-length: 60000'
const CHUNKED = 'transfer-encoding: chunked'
const UPGRADE = [
  'connection: upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
]

let hub: TestHub
beforeAll(async () => void (hub = await startHub()))
afterAll(() => hub.close())

test.each([
  ['401', head('POST /campaigns', JSON_TYPE, LENGTH), 401],
  ['401 in chunks', `${head('POST /campaigns', JSON_TYPE, CHUNKED)}1\r\nx\r\n`, 401],
  ['404', head('POST /nowhere', JSON_TYPE, LENGTH), 404],
  ['404 of another method', head('PUT /nowhere', JSON_TYPE, CHUNKED), 404],
  ['413', head('POST /subscribe', JSON_TYPE, LENGTH), 413],
  ['415', head('POST /api/hook', 'content-type: text/plain', LENGTH), 415],
  ['GET', head('GET /healthz', LENGTH), 200],
  ['GET in chunks', head('GET /healthz', CHUNKED), 200],
  ['HEAD', head('HEAD /api/hook', LENGTH), 200],
  ['a page', head('GET /', LENGTH), 200],
  ['a preflight', head('OPTIONS /api/hook', 'origin: https://a.example', LENGTH), undefined],
  ['a path that cannot be read', head('POST /%zz', JSON_TYPE, LENGTH), 404],
])('%s', async (_, text, status) => {
  const { heard, closed } = await stranger(hub.address, text)
  await closed
  expect(heard()).toMatch(/^HTTP\/1.1 \d+ [^]*connection: close/i)
  if (status) expect(heard().split(' ')[1]).toBe(String(status))
})

test('429', async () => {
  const one = head('POST /api/session', JSON_TYPE, 'content-length: 2', 'connection: close')
  for (let n = 0; n < 21; n++) await (await stranger(hub.address, `${one}{}`)).closed
  const { heard, closed } = await stranger(hub.address, head('POST /api/session', JSON_TYPE, LENGTH))
  await closed
  expect(heard()).toMatch(/^HTTP\/1.1 429 [^]*connection: close/i)
})

test('whoever goes on sending is not listened to for long', async () => {
  const { socket, heard, closed } = await stranger(hub.address, head('POST /campaigns', JSON_TYPE, LENGTH))
  const dribble = setInterval(() => socket.write('x'), 100)
  await closed
  clearInterval(dribble)
  expect(heard()).toMatch(/^HTTP\/1.1 401 /)
})

test('a client that sends all before it reads comes to its answer', async () => {
  const body = Buffer.alloc(8 * 1024 * 1024, 'x')
  const { socket, heard, closed } = await stranger(
    hub.address,
    Buffer.concat([Buffer.from(head('POST /campaigns', JSON_TYPE, `content-length: ${body.length}`)), body]),
  )
  await closed
  expect(heard()).toMatch(/^HTTP\/1.1 401 /)
  expect(socket.errored).toBeNull()
})

test.each([
  ['another path', head('GET /healthz', ...UPGRADE)],
  ['a path that cannot be read', head('GET /%zz', ...UPGRADE)],
  ['a path that is none', head('GET /nowhere', ...UPGRADE)],
  ['a foreign origin', head('GET /ws/email', 'origin: https://a.example', ...UPGRADE)],
  ['no token', head('GET /ws/email', ...UPGRADE)],
])('an upgrade of %s is ended', async (_, text) => {
  const { heard, closed } = await stranger(hub.address, text)
  await closed
  expect(heard()).toMatch(/^HTTP\/1.1 \d+ /)
})

test('a body that comes with its head keeps the connection', async () => {
  const request = head('POST /campaigns', JSON_TYPE, 'content-length: 2')
  const { socket, heard } = await stranger(hub.address, `${request}{}${request}{}`)
  await until(() => expect(heard().match(/HTTP\/1.1 4\d\d /g)).toHaveLength(2))
  expect(heard()).not.toMatch(/connection: close/i)
  socket.destroy()
})

test('whoever is known may send the rest of what has failed', async () => {
  const rest = 'a line that is none\n'.repeat(1000)
  const type = ['content-type: text/csv; charset=no-such', `authorization: ${TOKEN}`]
  const { socket, heard } = await stranger(
    hub.address,
    head('POST /subscribe/import', ...type, `content-length: ${rest.length * 2}`) + rest,
  )
  await until(() => expect(heard()).toMatch(/^HTTP\/1.1 4\d\d /))
  socket.destroy()
})

test('a connection that is let go is closed when its moment is over; one that has gone leaves no timer', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const [late, gone] = [new Socket(), new Socket()]
  for (const socket of [late, gone]) linger(socket, 2_000)
  await once(gone.destroy(), 'close')
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(1_999)
  expect(late.destroyed).toBe(false)
  vi.advanceTimersByTime(1)
  expect(late.destroyed).toBe(true)
})
