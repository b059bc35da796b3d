// Limits by address hold for all processes together, and for each alone while Redis is gone.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startHub, type TestHub } from '../../../support/hub.ts'
import { startRedis, type RedisServer } from '../../../support/servers/redis.ts'

let redis: RedisServer
let hubs: [TestHub, TestHub]

beforeAll(async () => void (redis = await startRedis()))
afterAll(() => redis?.close())
beforeEach(async () => {
  await redis.command('FLUSHALL')
  hubs = await Promise.all([startHub({ REDIS_URL: redis.url }), startHub({ REDIS_URL: redis.url })])
})
afterEach(() => Promise.all(hubs.map((hub) => hub.close())))

const ask = (hub: TestHub, payload: object, remoteAddress: string) =>
  hub.call({ method: 'POST', url: '/subscribe', payload, remoteAddress })
let n = 0
async function signUps(address: string, count: number): Promise<number[]> {
  const statuses: number[] = []
  for (let each = 0; each < count; each++) {
    const payload = { email: `reader-${++n}@example.com`, name: '' }
    statuses.push((await ask(hubs[each % 2] as TestHub, payload, address)).status)
  }
  return statuses
}
const times = (statuses: readonly number[], status: number) =>
  statuses.filter((each) => each === status).length

test('sign-ups from one address, at whichever process, are counted together', async () => {
  const statuses = await signUps('192.0.2.1', 30)
  expect(times(statuses, 201)).toBe(20)
  expect(times(statuses, 429)).toBe(10)
  expect(times(await signUps('192.0.2.2', 2), 201)).toBe(2)
})

test('sign-in has a limit of its own', async () => {
  expect((await signUps('192.0.2.1', 21)).at(-1)).toBe(429)
  const call = {
    method: 'POST',
    url: '/api/session',
    payload: { token: 'x' },
    remoteAddress: '192.0.2.1',
  } as const
  expect((await hubs[0].call(call)).status).toBe(401)
})

test('with Redis gone each process counts for itself: no open door, and no error', async () => {
  await redis.kill()
  const alone = (each: number) => ({ email: `alone-${each}@example.com`, name: '' })
  const answers = Array.from({ length: 30 }, (_, each) => ask(hubs[0], alone(each), '192.0.2.3'))
  const statuses = (await Promise.all(answers)).map(({ status }) => status)
  expect(times(statuses, 201)).toBe(20)
  expect(times(statuses, 429)).toBe(10)
  await redis.start()
})

test('a Redis that has lost its counts opens no door of a process that knows better', async () => {
  const call = (each: number) => ask(hubs[0], { email: `lost-${each}@example.com`, name: '' }, '192.0.2.4')
  for (let each = 0; each < 20; each++) expect((await call(each)).status).toBe(201)
  await redis.command('FLUSHALL')
  expect((await call(20)).status).toBe(429)
})

test('a proxy that is not trusted is told of once, in the log and in the set-up', async () => {
  expect((await hubs[1].get('/api/setup')).body).toMatchObject({
    unknown_proxy: null,
    subaccounts: [],
    transport: 'outbox',
  })
  for (let each = 0; each < 3; each++)
    await hubs[1].call({ method: 'GET', url: '/healthz', headers: { 'x-forwarded-for': '198.51.100.7' } })
  expect((await hubs[1].get('/api/setup')).body.unknown_proxy).toBe('127.0.0.1')
  expect(hubs[1].logged.filter(({ msg }) => String(msg).includes('TRUST_PROXY'))).toHaveLength(1)
})
