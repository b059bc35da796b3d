// Two whole hubs on a Redis that comes back older: what is answered 200 afterwards arrives live, resumed and in the archive.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Answer } from '../../support/answer.ts'
import { eventually } from '../../support/eventually.ts'
import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'
import { startMariaDb, type MariaDb } from '../../support/servers/mariadb.ts'
import { startRedis, type RedisServer } from '../../support/servers/redis.ts'
import { openSocket } from '../../support/socket.ts'

let redis: RedisServer
let lagging: RedisServer
let mariadb: MariaDb
let env: Record<string, string>
let hubs: [TestHub, TestHub]

beforeAll(async () => {
  ;[redis, lagging, mariadb] = await Promise.all([startRedis(), startRedis(), startMariaDb()])
  env = { REDIS_URL: redis.url, DATABASE_URL: await mariadb.database() }
  hubs = await Promise.all([startHub(env), startHub(env)])
})

afterAll(async () => {
  await Promise.all((hubs ?? []).map((hub) => hub.close()))
  await Promise.all([redis?.close(), lagging?.close(), mariadb?.close()])
})

const open = (hub: TestHub, query = '') =>
  openSocket(hub.address, query, { headers: { authorization: TOKEN } })
const batch = (label: string, size: number) =>
  Array.from({ length: size }, (_, n) => ({ event: 'send', _id: `${label}${n}` }))
const ids = (label: string, size: number) => batch(label, size).map(({ _id }) => _id)
const archived = async (hub: TestHub, limit: number) =>
  (await hub.get(`/api/events?limit=${limit}`)).body.events.map(({ data }) => data._id).reverse()

async function post(hub: TestHub, label: string, size: number): Promise<void> {
  await eventually(async () => (await hub.post(batch(label, size))).status).toBe(200)
}

/** Five events are known to hubs, sockets and archive, and lost again. */
async function loseFive(label: string): Promise<void> {
  await lagging.promote()
  await lagging.copy(redis)
  await lagging.promote()
  await post(hubs[0], label, 5)
  for (const hub of hubs) await eventually(() => archived(hub, 5)).toEqual(ids(label, 5))
  await redis.copy(lagging)
  await redis.promote()
}

test.for([1, 5, 8])('%i events after the loss of five', async (count) => {
  await post(hubs[0], `kept-${count}-`, 10)
  const sockets = await Promise.all(hubs.map((hub) => open(hub)))
  await Promise.all(sockets.map((socket) => socket.until((frames) => frames.some(({ live }) => live))))
  await loseFive(`lost-${count}-`)
  await Promise.all(sockets.map((socket) => socket.until(() => socket.ids().length === 5)))
  const known = sockets[0]?.frames.findLast(({ type }) => type === 'event')?.cursor ?? ''
  await post(hubs[1], `new-${count}-`, count)
  const expected = ids(`new-${count}-`, count)
  for (const socket of sockets) {
    await socket.until(() => socket.ids().length === 5 + count)
    expect(socket.ids().slice(5)).toEqual(expected)
    expect(socket.frames.filter(({ type }) => type === 'gap')).toMatchObject([
      { from: known, reason: 'reset' },
    ])
  }
  const resumed = await Promise.all(hubs.map((hub) => open(hub, `after=${known}`)))
  for (const socket of resumed) {
    await socket.until((frames) => frames.some(({ live }) => live))
    expect(socket.ids()).toEqual(expected)
    expect((await socket.first('gap')).reason).toBe('reset')
  }
  for (const hub of hubs) expect(await archived(hub, count)).toEqual(expected)
  for (const socket of [...sockets, ...resumed]) socket.ws.terminate()
})

test('hubs that were away meanwhile learn it from the archive', async () => {
  const socket = await open(hubs[0])
  await loseFive('away-')
  await socket.until(() => socket.ids().length === 5)
  const known = socket.frames.findLast(({ type }) => type === 'event')?.cursor
  await Promise.all(hubs.map((hub) => hub.close()))
  // As if Redis could not tell that it has been a replica.
  const repl = /master_replid2:(\w+)/.exec(String(await redis.command('INFO', 'replication')))?.[1] ?? ''
  await redis.command('HSET', 'hub:{feed}:meta', 'repl', repl)
  hubs = [await startHub(env), await startHub(env)]
  await post(hubs[0], 'back-', 5)
  const resumed = await open(hubs[1], `after=${known}`)
  await resumed.until(() => resumed.ids().length === 5)
  expect(resumed.ids()).toEqual(ids('back-', 5))
  const answer: Answer = await hubs[1].get('/api/events?limit=5')
  expect(answer.body.events.map(({ data }) => data._id).reverse()).toEqual(ids('back-', 5))
  resumed.ws.terminate()
})
