// Closing: what is under way is answered, and whoever is silent, or never comes to an end, does not hold the hub up.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import websocket from '@fastify/websocket'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { registerClosing } from '../../../../src/http/server/connections/closing.ts'
import { trackConnections } from '../../../../src/http/server/connections/connections.ts'

const UPGRADE = [
  'GET /socket HTTP/1.1',
  'host: x',
  'connection: upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
].join('\r\n')

/** Begins, and never ends. */
function endless(): Readable {
  const stream = new Readable({ read() {} })
  stream.push('begun')
  return stream
}

let app: FastifyInstance
let answer = () => {}
let sockets: Socket[]
beforeEach(async () => {
  app = fastify()
  sockets = []
  registerClosing(
    app,
    trackConnections(app, () => false),
    { comingMs: 50, answerMs: 150 },
  )
  app.addHook('preClose', async () => answer())
  await app.register(websocket)
  app.post('/slow', () => new Promise((resolve) => (answer = () => resolve('answered'))))
  app.get('/endless', (_request, reply) => reply.send(endless()))
  app.get('/quick', async () => 'quick')
  app.register(async (scope) => void scope.get('/socket', { websocket: true }, () => {}))
  await app.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await app.close()
})

/** A connection on which this is sent, once the hub has it. */
async function open(text: string, isThere: RegExp | undefined) {
  const { port } = app.server.address() as { port: number }
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  sockets.push(socket)
  socket.on('error', () => {}) // as when it is cut off before all was read
  const told = { text: '', closed: new Promise((resolve) => socket.once('close', resolve)) }
  socket.on('data', (part) => (told.text += String(part)))
  const accepted = once(app.server, 'connection')
  await accepted
  socket.write(text)
  while (isThere && !isThere.test(told.text)) await once(socket, 'data')
  return told
}

test.each([
  ['that has sent nothing', '', undefined],
  ['with half a header', 'GET /quick HTTP/1.1\r\nhost:', undefined],
  [
    'with half a body',
    'POST /slow HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n"a',
    undefined,
  ],
  ['that is kept for the next request', 'GET /quick HTTP/1.1\r\nhost: x\r\n\r\n', /quick$/],
  ['whose answer has no end', 'GET /endless HTTP/1.1\r\nhost: x\r\n\r\n', / 200 /],
  ['of a socket that does not say goodbye', `${UPGRADE}\r\n\r\n`, / 101 /],
])('a connection %s is let go', async (_, text, isThere) => {
  const told = await open(text, isThere)
  await app.close()
  await told.closed
})

test('a request that is under way is answered, and its connection ends', async () => {
  const asked = once(app.server, 'request')
  const told = await open('POST /slow HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n', undefined)
  await asked
  await app.close()
  await told.closed
  expect(told.text).toMatch(/^HTTP\/1.1 200 [^]*connection: close[^]*answered$/i)
})
