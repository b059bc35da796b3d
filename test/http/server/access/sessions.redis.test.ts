// Sessions that were ended are ended at every process; while Redis is gone no session counts, and the token does.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../../support/eventually.ts'
import { startHub, TOKEN, type TestHub } from '../../../support/hub.ts'
import { startRedis, type RedisServer } from '../../../support/servers/redis.ts'
import { openSocket } from '../../../support/socket.ts'

const ORIGIN = 'http://localhost:8123'
let redis: RedisServer
let hubs: [TestHub, TestHub]

beforeAll(async () => {
  redis = await startRedis()
  const env = { REDIS_URL: redis.url, PUBLIC_URL: ORIGIN }
  hubs = await Promise.all([startHub(env), startHub(env)])
})
afterAll(async () => {
  await Promise.all((hubs ?? []).map((hub) => hub.close()))
  await redis?.close()
})

async function signIn(): Promise<string> {
  const payload = { token: TOKEN }
  const answer = await hubs[0].call({
    method: 'POST',
    url: '/api/session',
    payload,
    headers: { origin: ORIGIN },
  })
  return String(answer.headers['set-cookie']).split(';')[0] as string
}
const status = async (hub: TestHub, url: string, headers: Record<string, string>) =>
  (await hub.call({ method: 'GET', url, headers })).status

test('a session that was ended at one process is over at the other', async () => {
  const cookie = await signIn()
  expect(await status(hubs[1], '/api/events', { cookie })).toBe(200)
  await hubs[0].call({ method: 'DELETE', url: '/api/session', headers: { cookie, origin: ORIGIN } })
  expect(await status(hubs[1], '/api/events', { cookie })).toBe(401)
})

test('of a Redis that has lost what it knew no old session counts, and a new one does', async () => {
  const cookie = await signIn()
  expect(await status(hubs[1], '/subscribe', { cookie })).toBe(200)
  await redis.command('FLUSHALL')
  expect(await status(hubs[1], '/subscribe', { cookie })).toBe(401)
  const fresh = await signIn()
  for (const hub of hubs) expect(await status(hub, '/subscribe', { cookie: fresh })).toBe(200)
})

test('with Redis gone a session is 503, the token and the page are served', async () => {
  const cookie = await signIn()
  await redis.kill()
  expect(await status(hubs[1], '/subscribe', { cookie })).toBe(503)
  expect(await status(hubs[1], '/subscribe', { cookie, authorization: TOKEN })).toBe(200)
  expect(await status(hubs[1], '/', { cookie })).toBe(200)
  // Not 4401, which a page takes for signed out.
  await expect(openSocket(hubs[1].address, '', { headers: { cookie, origin: ORIGIN } })).rejects.toThrow(
    'refused: 503',
  )
  await redis.start()
  for (const hub of hubs) await eventually(() => status(hub, '/subscribe', { cookie })).toBe(200)
})
