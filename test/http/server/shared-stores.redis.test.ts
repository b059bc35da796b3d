// Two hubs on one Redis and one MariaDB, as behind a load balancer: one feed, one order, one archive.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Answer } from '../../support/answer.ts'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'
import { startMariaDb, type MariaDb } from '../../support/servers/mariadb.ts'
import { startRedis, type RedisServer } from '../../support/servers/redis.ts'
import { openSocket, type TestSocket } from '../../support/socket.ts'
import { eventually } from '../../support/eventually.ts'

let redis: RedisServer
let mariadb: MariaDb
let hubs: [TestHub, TestHub]

beforeAll(async () => {
  ;[redis, mariadb] = await Promise.all([startRedis(), startMariaDb()])
})
afterAll(() => Promise.all([redis?.close(), mariadb?.close()]))

beforeEach(async () => {
  await redis.command('FLUSHALL')
  const env = { REDIS_URL: redis.url, DATABASE_URL: await mariadb.database() }
  hubs = await Promise.all([startHub(env), startHub(env)])
})
afterEach(() => Promise.all(hubs.map((hub) => hub.close())))

const headers = { authorization: TOKEN }
const open = (hub: TestHub, query = '') => openSocket(hub.address, query, { headers })
const live = (socket: TestSocket) => socket.until((frames) => frames.some((frame) => frame.live))
const batch = (from: number, size: number) =>
  Array.from({ length: size }, (_, n) => ({ event: 'send', _id: `s${from + n}` }))
const idsOf = ({ body }: Answer) => body.events.map(({ data }) => data._id)

test('what one hub takes, every socket of both gets, in one order', async () => {
  const sockets = await Promise.all([...hubs, ...hubs].map((hub) => open(hub)))
  await Promise.all(sockets.map(live))
  await Promise.all(Array.from({ length: 20 }, (_, n) => (hubs[n % 2] as TestHub).post(batch(n * 50, 50))))
  await Promise.all(sockets.map((socket) => socket.until(() => socket.ids().length === 1000)))
  const [first, ...others] = sockets.map((socket) => socket.ids())
  expect(new Set(first).size).toBe(1000)
  for (const ids of others) expect(ids).toEqual(first)
  for (const socket of sockets) socket.ws.terminate()
})

test('a batch that both are given is stored once', async () => {
  const events = batch(5000, 100)
  const answers = await Promise.all(hubs.map((hub) => hub.post(events)))
  expect(answers.reduce((sum, { body }) => sum + body.accepted, 0)).toBe(100)
  expect(answers.reduce((sum, { body }) => sum + body.duplicates, 0)).toBe(100)
})

test('each shows what the other has answered 200, at once, and every event is archived once', async () => {
  await hubs[0].post(batch(0, 1100))
  for (let n = 0; n < 10; n++) {
    const [giver, asked] = n % 2 ? hubs : ([hubs[1], hubs[0]] as const)
    await giver.post(batch(6000 + n, 1))
    expect(idsOf(await asked.get('/api/events?limit=1'))).toEqual([`s${6000 + n}`])
  }
  const all: string[] = []
  for (let next: string | null = '0'; next;) {
    const answer: Answer = await hubs[0].get(`/api/events?limit=1000&after=${next}`)
    all.push(...idsOf(answer))
    next = answer.body.next
  }
  expect(all).toHaveLength(1110)
  expect(new Set(all).size).toBe(1110)
})

test('a socket resumes at the other hub', async () => {
  await hubs[0].post(batch(0, 10))
  const socket = await open(hubs[0], 'last=5')
  await live(socket)
  const cursor = socket.frames.find((frame) => frame.type === 'event')?.cursor
  socket.ws.terminate()
  const resumed = await open(hubs[1], `after=${cursor}`)
  await live(resumed)
  expect(resumed.ids()).toEqual(socket.ids().slice(1))
  resumed.ws.terminate()
})

test('a ticket is good once, at either hub', async () => {
  const { body } = await hubs[0].call({ method: 'POST', url: '/api/tickets', headers })
  const [one, two] = await Promise.all(hubs.map((hub) => openSocket(hub.address, `ticket=${body.ticket}`)))
  const outcomes = await Promise.all(
    [one, two].map((socket) =>
      Promise.race([
        (socket as TestSocket).first('hello').then(
          () => 'in',
          () => 'out',
        ),
        (socket as TestSocket).closed.then(({ code }) => String(code)),
      ]),
    ),
  )
  expect(outcomes.sort()).toEqual(['4401', 'in'])
  one?.ws.terminate()
  two?.ws.terminate()
})

test('with Redis gone the hook answers 503 + Retry-After, and with Redis back nothing is missing', async () => {
  const socket = await open(hubs[0])
  await live(socket)
  await redis.kill()
  const refused = await hubs[0].post(batch(7000, 3))
  expect(refused).toMatchObject({ status: 503, body: { error: { code: 'feed.unavailable' } } })
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect((await hubs[0].get('/readyz')).status).toBe(503)
  await redis.start()
  await eventually(async () => (await hubs[0].post(batch(7000, 3))).status).toBe(200)
  await socket.until(() => socket.ids().length === 3)
  expect(socket.ids()).toEqual(['s7000', 's7001', 's7002'])
  socket.ws.terminate()
})

test('with MariaDB gone the hook still takes events, and they are archived when it is back', async () => {
  await mariadb.kill()
  expect((await hubs[0].post(batch(8000, 5))).status).toBe(200)
  expect((await hubs[0].get('/api/events')).status).toBe(503)
  await mariadb.start()
  await eventually(async () => (await hubs[1].get('/api/events?limit=5')).status).toBe(200)
  expect(idsOf(await hubs[1].get('/api/events?limit=5'))).toEqual([
    's8004',
    's8003',
    's8002',
    's8001',
    's8000',
  ])
})
