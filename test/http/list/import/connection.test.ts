// The import of a file whose client is slow, or goes on sending after it has failed: on real connections.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { registerErrors } from '../../../../src/http/server/answers/errors.ts'
import { registerSubscriberImport } from '../../../../src/http/list/import.ts'
import { HubError } from '../../../../src/core/errors.ts'

import { NOON } from '../../../support/times.ts'
import { until } from '../../../support/eventually.ts'

const apps: FastifyInstance[] = []
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())))

/** `idleMs`: how long it waits for more of a file. */
async function listen(idleMs: number): Promise<number> {
  const app = fastify({ requestTimeout: 0 })
  apps.push(app)
  registerErrors(app)
  await registerSubscriberImport(app, {
    subscribers: {
      async import() {
        throw new HubError('archive.unavailable')
      },
    },
    now: () => NOON,
    idleMs,
  })
  return Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port)
}

function begin(port: number, bytes: number, type = 'text/csv') {
  const socket = connect(port, '127.0.0.1')
  const answer = { text: '' }
  socket.setEncoding('utf8').on('data', (text) => void (answer.text += text))
  const head = [
    'POST /subscribe/import HTTP/1.1',
    'Host: x',
    `Content-Type: ${type}`,
    `Content-Length: ${bytes}`,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  return { socket, answer }
}

async function send(socket: Socket, text: string): Promise<void> {
  if (!socket.write(text)) await once(socket, 'drain')
}

test('a file that stops coming is 408, and the connection ends', async () => {
  const { socket, answer } = begin(await listen(200), 400)
  await send(socket, 'a@example.com,An')
  await once(socket, 'close')
  expect(answer.text).toMatch(/^HTTP\/1\.1 408 [^]*"code":"request.timeout"/)
})

const page = Array.from(
  { length: 2_000 },
  (_, n) => `reader-${String(n).padStart(5, '0')}@example.com\n`,
).join('')
const PAGES = 400

test('a file that cannot be taken is told of, and read to its end so that its client comes to the answer', async () => {
  const { socket, answer } = begin(await listen(60_000), page.length * PAGES)
  for (let n = 0; n < PAGES; n++) await send(socket, page)
  await until(() => expect(answer.text).toMatch(/^HTTP\/1\.1 503 /))
  socket.destroy()
})

test('a form with a field that is refused is read to its end, too', async () => {
  const field = '--x\r\nContent-Disposition: form-data; name="dry_run"\r\n\r\n1\r\n--x\r\n'
  const head = `${field}Content-Disposition: form-data; name="file"; filename="list.csv"\r\n\r\n`
  const bytes = head.length + page.length * PAGES
  const { socket, answer } = begin(await listen(60_000), bytes, 'multipart/form-data; boundary=x')
  await send(socket, head)
  for (let n = 0; n < PAGES; n++) await send(socket, page)
  await until(() => expect(answer.text).toMatch(/^HTTP\/1\.1 400 /))
  socket.destroy()
})
