// Requests that come before the answers to those before them: HTTP allows it (RFC 9112, section 9.3.2).
import { connect, type Socket } from 'node:net'
import fastify from 'fastify'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { trackConnections } from '../../../../src/http/server/connections/connections.ts'
import { until } from '../../../support/eventually.ts'
import { startHub, TOKEN, type TestHub } from '../../../support/hub.ts'
import { head, stranger } from '../../../support/strangers.ts'

let hub: TestHub
beforeAll(async () => void (hub = await startHub()))
afterAll(() => hub.close())

const signUp = (n: number) => {
  const body = JSON.stringify({ email: `ann${n}@example.com`, name: '' })
  const headers = [`authorization: ${TOKEN}`, 'content-type: application/json']
  return `${head('POST /subscribe', ...headers, `content-length: ${body.length}`)}${body}`
}

test('some tens are answered in order, and the connection stays', async () => {
  const asked = Array.from({ length: 50 }, (_, n) => head(n % 2 === 0 ? 'GET /healthz' : 'GET /nowhere'))
  const { socket, heard, isClosed } = await stranger(hub.address, asked.join(''))
  const statuses = () => heard().match(/(?<=HTTP\/1.1 )\d+/g)
  await until(() => expect(statuses()).toEqual(asked.map((_, n) => (n % 2 === 0 ? '200' : '404'))))
  socket.write(head('GET /healthz'))
  await until(() => expect(statuses()).toHaveLength(51))
  expect(isClosed()).toBe(false)
  socket.destroy()
})

test.each([
  ['a ticket', 'POST /api/tickets', '{}', '201'],
  ['what is wrong with it', 'POST /subscribe', '{"email":"x","name":""}', '400'],
  ['that it is no batch', 'POST /api/hook', '{', '400'],
])('whose bodies came with them, and that are answered at once with %s', async (_, line, body, status) => {
  const headers = [`authorization: ${TOKEN}`, 'content-type: application/json']
  const request = `${head(line, ...headers, `content-length: ${body.length}`)}${body}`
  const { socket, heard, isClosed } = await stranger(hub.address, request.repeat(5))
  await until(() => expect(heard().match(/(?<=HTTP\/1.1 )\d+/g)).toEqual(Array(5).fill(status)))
  expect(heard()).not.toMatch(/^connection: close/im)
  expect(isClosed()).toBe(false)
  socket.destroy()
})

test('an upgrade behind a request without an answer is refused in its turn, and one behind the answer is not', async () => {
  const key = `sec-websocket-key: ${Buffer.alloc(16).toString('base64')}`
  const upgrade = ['connection: upgrade', 'upgrade: websocket', key, 'sec-websocket-version: 13']
  const asked = head('GET /ws/email', `authorization: ${TOKEN}`, ...upgrade)
  const { socket, heard } = await stranger(hub.address, head('GET /healthz') + asked)
  const statuses = () => heard().match(/(?<=HTTP\/1.1 )\d+/g)
  await until(() => expect(statuses()).toEqual(['200', '426']))
  socket.write(asked)
  await until(() => expect(statuses()).toEqual(['200', '426', '101']))
  socket.destroy()
})

test('one after the other, a connection has as many as it likes', async () => {
  const { socket, heard, isClosed } = await stranger(hub.address, head('GET /nowhere'))
  const answers = () => heard().match(/HTTP\/1.1 404/g)
  for (let n = 1; n <= 120; n++) {
    await until(() => expect(answers()).toHaveLength(n))
    socket.write(head('GET /nowhere'))
  }
  expect(isClosed()).toBe(false)
  socket.destroy()
})

test('of more than are taken at once the last that is answered says so, and what follows is not done', async () => {
  const { heard, closed } = await stranger(
    hub.address,
    Array.from({ length: 300 }, (_, n) => signUp(n)).join(''),
  )
  await closed
  const answers = heard().split('HTTP/1.1 ').slice(1)
  expect(answers).toHaveLength(100)
  expect(new Set(answers.map((answer) => answer.slice(0, 3)))).toEqual(new Set(['201']))
  expect(answers.filter((answer) => /^connection: close/im.test(answer))).toEqual([answers.at(-1)])
  expect((await hub.get('/subscribe?limit=1')).body.count).toBe(100)
})

test('what comes behind the last that is answered is not done, though those before it are answered meanwhile', async () => {
  const { archive } = hub.wired
  const { counts } = archive
  const gate = Promise.withResolvers<void>()
  archive.counts = async (asked) => (await gate.promise, counts(asked))
  onTestFinished(() => void (archive.counts = counts))
  const before = (await hub.get('/subscribe?limit=1')).body.count
  const last = head('GET /api/stats', `authorization: ${TOKEN}`)
  const first = Array.from({ length: 99 }, () => head('GET /healthz'))
  const { socket, heard, closed } = await stranger(hub.address, [...first, last].join(''))
  const answers = () => heard().match(/HTTP\/1.1 200/g)
  await until(() => expect(answers()).toHaveLength(99))
  socket.write(Array.from({ length: 5 }, (_, n) => signUp(1_000 + n)).join(''))
  for (let turn = 0; turn < 5; turn++) await stranger(hub.address, '').then((other) => other.socket.destroy())
  expect((await hub.get('/subscribe?limit=1')).body.count).toBe(before)
  gate.resolve()
  await closed
  expect(answers()).toHaveLength(100)
  expect((await hub.get('/subscribe?limit=1')).body.count).toBe(before)
})

test('whoever sends on behind the last answer is still read for a moment, so that they come to all of them', async () => {
  const app = fastify()
  app.get('/', async () => 'here')
  trackConnections(app, () => false)
  let server: Socket | undefined
  app.server.once('connection', (socket) => (server = socket))
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const client = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true })
  onTestFinished(async () => (client.destroy(), app.close()))
  client.on('error', () => {}) // what the server has read is what counts
  client.resume().once('end', () => client.write(head('GET /')))
  const asked = head('GET /').repeat(100)
  client.write(asked)
  await until(() => expect(server?.bytesRead).toBe(asked.length + head('GET /').length))
})
