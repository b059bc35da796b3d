// Who makes way when there are as many connections as can be: by a clock of the test's own, on a real server.
import fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { trackConnections } from '../../../../src/http/server/connections/connections.ts'
import { until } from '../../../support/eventually.ts'
import { head, stranger, type Stranger } from '../../../support/strangers.ts'

const QUICK = head('GET /quick')
const SLOW = head('GET /slow')
const HALF = 'GET /quick HTTP/1.1\r\nhost: loc'
const upload = (sent: number) =>
  `${head('POST /quick', 'content-type: text/plain', 'content-length: 900000')}${'x'.repeat(sent)}`

const ASKED_WITH_TOKEN = head('GET /quick', 'authorization: yes')
const UPLOADED = upload(64_000).replace('900000', '64000')
const DONE = [QUICK, ASKED_WITH_TOKEN, UPLOADED]

async function open(most: number) {
  const clock = { now: 0 }
  const app = fastify({ bodyLimit: 1e6 })
  const gate = Promise.withResolvers<void>()
  let slow = 0
  app.get('/quick', async () => 'quick')
  app.post('/quick', async () => 'quick')
  app.get('/slow', async () => ((slow += 1), await gate.promise, 'slow'))
  const isKnown = ({ headers }: { headers: { authorization?: string } }) => headers.authorization === 'yes'
  const { all } = trackConnections(app, isKnown, most, () => clock.now)
  const address = (await app.listen({ host: '127.0.0.1', port: 0 })).replace('http://', '')
  const strangers: Stranger[] = []
  onTestFinished(async () => {
    gate.resolve()
    for (const { socket } of strangers) socket.destroy()
    await app.close()
  })
  const connectionOf = ({ socket }: Stranger) =>
    [...all].find(([{ remotePort }]) => remotePort === socket.localPort)?.[1]
  const read = () => [...all.keys()].reduce((sum, { bytesRead }) => sum + bytesRead, 0)
  return {
    /** Asks something a second later, and is answered. */
    async ask(one: Stranger) {
      clock.now += 1_000
      one.socket.write(QUICK)
      await until(() =>
        expect([one.heard(), connectionOf(one)?.since]).toEqual([
          expect.stringContaining('200 OK'),
          clock.now,
        ]),
      )
    },
    /** Connects a second after the last one, and has said this. */
    async come(text: string) {
      clock.now += 1_000
      const before = [read(), slow] as const
      const one = await stranger(address, text)
      strangers.push(one)
      const mine = () => connectionOf(one)
      await until(() => expect(mine()).toBeDefined())
      if (text !== '') await until(() => expect(read()).toBeGreaterThanOrEqual(before[0] + text.length))
      if (text.includes(SLOW)) await until(() => expect(slow).toBe(before[1] + 1))
      if (DONE.includes(text))
        await until(() =>
          expect([one.heard(), mine()?.use]).toEqual([expect.stringContaining('200 OK'), undefined]),
        )
      if (text === QUICK + SLOW) await until(() => expect(one.heard()).toContain('200 OK'))
      return one
    },
    /** Which of them are gone, once so many are. */
    async gone(count: number) {
      await until(() => expect(strangers.filter((one) => one.isClosed())).toHaveLength(count))
      return strangers.map((one) => one.isClosed())
    },
  }
}

test('who has just come is not the slowest beside those who have had a moment to send something', async () => {
  const { come, gone } = await open(2)
  await come(upload(64_000))
  await come(upload(64_000))
  await come('')
  expect(await gone(1)).toEqual([true, false, false])
})

test.each([
  ['who has been silent for longest', ['', '']],
  ['who has been at their request for longest', [HALF, '']],
  ['who has had an answer and is silent since', [QUICK, HALF]],
  ['whose body takes long to come', [upload(1), HALF]],
  ['who has shown the token with a request that is over', [ASKED_WITH_TOKEN, HALF]],
  ['who has sent much with a request that is over', [UPLOADED, HALF]],
] as const)('%s makes way', async (_, [first, second]) => {
  const { come, gone } = await open(2)
  await come(first)
  await come(second)
  await come('')
  expect(await gone(1)).toEqual([true, false, false])
})

test.each([
  ['who waits for an answer', [SLOW, HALF]],
  ['who has had one, and waits for another', [QUICK + SLOW, HALF]],
  ['who has sent much', [upload(64_000), HALF]],
  ['who has shown the token', [upload(1).replace('text/plain', 'text/plain\r\nauthorization: yes'), HALF]],
] as const)('%s stays, though there for longer', async (_, [first, second]) => {
  const { come, gone } = await open(2)
  await come(first)
  await come(second)
  await come('')
  expect(await gone(1)).toEqual([false, true, false])
})

test('how long one has been silent counts from the last answer', async () => {
  const { come, gone, ask } = await open(2)
  const first = await come('')
  await come('')
  await ask(first)
  await come('')
  expect(await gone(1)).toEqual([false, true, false])
})

test('several make way at a time, of many', async () => {
  const { come, gone } = await open(32)
  for (let n = 0; n < 33; n++) await come('')
  expect((await gone(2)).slice(0, 3)).toEqual([true, true, false])
})
