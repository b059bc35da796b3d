// How long a body may take: as long as any other, but for the routes that read long files.
import { once } from 'node:events'
import { connect } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { registerBodyTimeout } from '../../../../src/http/server/bodies/timeout.ts'
import { registerErrors } from '../../../../src/http/server/answers/errors.ts'

const apps: FastifyInstance[] = []
let port = 0
/** What comes in time there does so on a slow machine, too. */
let patientPort = 0
beforeAll(async () => {
  port = await listen(200)
  patientPort = await listen(60_000)
})
afterAll(() => Promise.all(apps.map((app) => app.close())))

async function listen(limitMs: number): Promise<number> {
  const app = fastify({ requestTimeout: 0 })
  apps.push(app)
  registerErrors(app)
  registerBodyTimeout(app, limitMs)
  app.post('/short', async () => 'taken')
  app.post('/long', { config: { longBody: true } }, async () => 'taken')
  return Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
}

/** Sends half a body; gives the connection once the other half may come. */
async function begin(path: string, to = port) {
  const socket = connect(to, '127.0.0.1')
  socket.setEncoding('utf8')
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n"a`
  socket.write(head)
  return socket
}

test('a body that does not come to its end is 408, and the connection ends', async () => {
  const socket = await begin('/short')
  let answer = ''
  socket.on('data', (text) => (answer += text))
  await once(socket, 'close')
  expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*"code":"request.timeout"/)
})

test('a route that reads long files waits', async () => {
  const [long, short] = [await begin('/long'), await begin('/short')]
  short.resume()
  await once(short, 'close') // so much time has passed
  const answered = once(long, 'data')
  long.write('b"')
  expect(String(await answered)).toMatch(/^HTTP\/1\.1 200 /)
  long.destroy()
})

test('a body that comes in time is taken', async () => {
  const socket = await begin('/short', patientPort)
  const answered = once(socket, 'data')
  socket.write('b"')
  expect(String(await answered)).toMatch(/^HTTP\/1\.1 200 /)
  socket.destroy()
})
