// SIGTERM while something that the hub leans on is gone or hangs: it ends in bounded time, and with 0, for nothing is lost.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startMariaDb, type MariaDb } from '../support/servers/mariadb.ts'
import { spawnHub, type HubProcess } from '../support/process.ts'
import { startRedis, type RedisServer } from '../support/servers/redis.ts'
import { freePort } from '../support/servers/server-process.ts'

const TOKEN = 'the-api-token-of-the-tests'
/** What the README promises. */
const PROMISED_MS = 10_000

let redis: RedisServer
let mariadb: MariaDb
let dir: string
let hub: HubProcess
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hub-stopping-'))
  redis = await startRedis()
  mariadb = await startMariaDb()
})
afterEach(async () => {
  hub.child.kill('SIGKILL')
  await hub.exited
  for (const server of [redis, mariadb]) {
    server.resume()
    await server.kill()
    await server.start()
  }
})
afterAll(async () => {
  await redis.close()
  await mariadb.close()
  await rm(dir, { recursive: true, force: true })
})

async function start(env: Record<string, string> = {}): Promise<HubProcess> {
  hub = spawnHub({
    PORT: String(await freePort()),
    DATA_DIR: dir,
    REDIS_URL: redis.url,
    DATABASE_URL: await mariadb.database(),
    API_TOKEN: TOKEN,
    SECRET: 'the-secret-of-the-tests',
    ...env,
  })
  await hub.ready()
  return hub
}

async function call(path: string, body: unknown): Promise<void> {
  await fetch(`${hub.url}${path}`, {
    method: 'POST',
    headers: { authorization: TOKEN, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

async function expectCleanStop(): Promise<void> {
  const asked = Date.now()
  hub.child.kill('SIGTERM')
  expect(await hub.exited, hub.printed()).toBe(0)
  expect(hub.printed()).toMatch(/"msg":"closed( before a store had answered)?"/)
  expect(Date.now() - asked).toBeLessThan(2 * PROMISED_MS) // by a slow machine's clock
}

test.for([
  { what: 'Redis is gone', act: () => redis.kill() },
  { what: 'MySQL is gone', act: () => mariadb.kill() },
  { what: 'MySQL hangs', act: async () => mariadb.pause() },
  { what: 'both are gone', act: () => Promise.all([redis.kill(), mariadb.kill()]) },
])('stops cleanly while $what', async ({ act }) => {
  await start()
  await call('/subscribe', { email: 'ann@example.com', name: 'Ann' })
  await act()
  await expectCleanStop()
})
