// What a body takes of the room for all bodies: all that has come of it, until it is answered; and it gets no more once it made way.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { registerErrors } from '../../../../src/http/server/answers/errors.ts'
import { registerBodies } from '../../../../src/http/server/bodies/bodies.ts'
import { until } from '../../../support/eventually.ts'

let app: FastifyInstance
let client: Socket
let told: string[]
let isFull: boolean
beforeEach(async () => {
  told = []
  isFull = false
  app = fastify()
  registerErrors(app)
  app.addHook('onRequest', async () => {}) // what came with the head is there after it
  const open = ({ drop }: { drop: () => void }) => {
    return {
      add(bytes: number) {
        told.push(`${bytes} more`)
        if (isFull) drop()
      },
      complete: () => void told.push('whole'),
      release: () => void told.push('free'),
    }
  }
  registerBodies(app, { open }, () => true)
  app.post('/', async () => told.join())
  client = connect(Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port), '127.0.0.1')
  client.setEncoding('utf8')
})
afterEach(async () => {
  client.destroy()
  await app.close()
})

const HEAD = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'
const head = (length: number) => `${HEAD}content-length: ${length}\r\n\r\n`
const answer = async () => String((await once(client, 'data'))[0])

test('one that came with its head counts, is whole while it is worked on, and free when it is answered', async () => {
  client.write(`${head(8)}"a text"`)
  expect(await answer()).toMatch(/\r\n8 more,whole$/)
  await until(() => expect(told).toEqual(['8 more', 'whole', 'free']))
})

test('so does one in pieces', async () => {
  client.write(`${head(8)}"a`)
  await until(() => expect(told).toEqual(['8 more']))
  client.write(' text"')
  expect(await answer()).toMatch(/\r\n8 more,0 more,whole$/)
})

test('what still comes of one that has to make way is passed over', async () => {
  isFull = true
  client.write(`${HEAD}transfer-encoding: chunked\r\n\r\n2\r\n"a\r\n1\r\n"\r\n0\r\n\r\n`)
  expect(await answer()).toMatch(/^HTTP\/1\.1 503 /)
  expect(told.filter((what) => what !== 'free')).toHaveLength(1)
})
