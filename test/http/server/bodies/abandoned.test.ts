// A request whose client has gone before its body was looked at: it takes no room from those who come later.
import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import fastify from 'fastify'
import { expect, test } from 'vitest'
import { registerBodies } from '../../../../src/http/server/bodies/bodies.ts'
import { createByteBudget } from '../../../../src/http/server/bodies/budget.ts'

test('a body of somebody who has gone meanwhile is not held', async () => {
  const app = fastify()
  const gate = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<void>()
  app.addHook('onRequest', async ({ headers }, { raw }) => {
    if (headers['x-waits'] === undefined) return
    raw.once('close', gone.resolve)
    await gate.promise
  })
  registerBodies(app, createByteBudget(1_000), () => true)
  app.post('/', async () => 'taken')
  await app.listen({ port: 0 })
  const body = JSON.stringify('x'.repeat(800))
  const { port } = app.server.address() as AddressInfo
  const socket = connect(port, 'localhost').on('error', () => {})
  socket.write(
    `POST / HTTP/1.1\r\nhost: x\r\nx-waits: 1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  await once(app.server, 'request')
  socket.destroy()
  await gone.promise
  gate.resolve()
  for (let n = 0; n < 3; n++) {
    const answer = await fetch(`http://localhost:${port}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(await answer.text()).toBe('taken')
  }
  await app.close()
})
