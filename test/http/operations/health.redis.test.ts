// What /readyz tells of hubs on Redis and MariaDB, whatever happens to those.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildWorkerApp } from '../../../src/app.ts'
import { loadConfig } from '../../../src/config/config.ts'
import { wire } from '../../../src/wire/wire.ts'
import { pino } from 'pino'

import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'
import { run, startMariaDb, type MariaDb } from '../../support/servers/mariadb.ts'
import { startRedis, type RedisServer } from '../../support/servers/redis.ts'
import { until } from '../../support/eventually.ts'

let redis: RedisServer
let mariadb: MariaDb
let hub: TestHub
let worker: Awaited<ReturnType<typeof startWorker>>

beforeAll(async () => {
  ;[redis, mariadb] = await Promise.all([startRedis(), startMariaDb()])
  const root = await mariadb.database()
  // Who has SUPER writes to a read-only server all the same.
  await run(root, "CREATE USER 'hub'@'127.0.0.1'")
  await run(root, `GRANT ALL ON ${new URL(root).pathname.slice(1)}.* TO 'hub'@'127.0.0.1'`)
  const env = { REDIS_URL: redis.url, DATABASE_URL: root.replace('root@', 'hub@') }
  hub = await startHub(env)
  worker = await startWorker({ ...env, DATA_DIR: hub.dir })
})
afterAll(async () => {
  await worker?.close()
  await hub?.close()
  await Promise.all([redis?.close(), mariadb?.close()])
})

async function startWorker(env: Record<string, string>) {
  const secrets = { API_TOKEN: TOKEN, SECRET: 'a secret of the tests' }
  const log = pino({ level: 'silent' })
  const wired = await wire(loadConfig({ ...secrets, ...env, ROLE: 'worker' }, '/nonexistent/.env'), log)
  const app = await buildWorkerApp({ ...wired, log })
  return {
    async ready() {
      const { statusCode, body } = await app.inject({ url: '/readyz' })
      return { status: statusCode, body: JSON.parse(body) as unknown }
    },
    async close() {
      await app.close()
      await wired.close()
    },
  }
}

type Expected = { hub: [number, string, object]; worker: [number, string, object] }

async function become(expected: Expected): Promise<void> {
  const shape = ([status, word, stores]: [number, string, object]) => ({
    status,
    body: { status: word, stores },
  })
  await until(async () => expect(await hub.get('/readyz')).toMatchObject(shape(expected.hub)))
  await until(async () => expect(await worker.ready()).toMatchObject(shape(expected.worker)))
}

const READY: Expected = {
  hub: [200, 'ready', { events: 'ok', database: 'ok', archive: 'ok' }],
  worker: [200, 'ready', { events: 'ok', database: 'ok' }],
}
const event = [{ event: 'send' }]

test('a database that is read-only: webhooks are taken, nothing can be sent', async () => {
  await become(READY)
  const set = (value: number) => run(mariadb.url(''), `SET GLOBAL read_only = ${value}`)
  await set(1)
  await become({
    hub: [200, 'degraded', { events: 'ok', database: 'read-only' }],
    worker: [503, 'unavailable', { events: 'ok', database: 'read-only' }],
  })
  expect((await hub.post(event)).status).toBe(200)
  await set(0)
  await become(READY)
})

test('a database that is gone', async () => {
  await mariadb.kill()
  await become({
    hub: [200, 'degraded', { events: 'ok', database: 'unavailable' }],
    worker: [503, 'unavailable', { database: 'unavailable' }],
  })
  expect((await hub.post(event)).status).toBe(200)
  await mariadb.start()
  await become(READY)
})

test('a Redis that has no memory left', async () => {
  await redis.command('CONFIG', 'SET', 'maxmemory', '1')
  await become({
    hub: [503, 'unavailable', { events: 'full' }],
    worker: [503, 'unavailable', { events: 'full' }],
  })
  expect((await hub.post([{ event: 'open', ts: 1 }])).status).toBe(503)
  await redis.command('CONFIG', 'SET', 'maxmemory', '0')
  await until(async () => expect((await hub.post([{ event: 'open', ts: 1 }])).status).toBe(200))
  await become(READY)
})

test('a Redis that has become a replica', async () => {
  await redis.command('REPLICAOF', '127.0.0.1', '1')
  await become({
    hub: [503, 'unavailable', { events: 'read-only' }],
    worker: [503, 'unavailable', { events: 'read-only' }],
  })
  await redis.command('REPLICAOF', 'NO', 'ONE')
  await become(READY)
})

test('a Redis that hangs, and one that is gone', async () => {
  redis.pause()
  await until(async () => expect((await hub.get('/readyz')).status).toBe(503))
  redis.resume()
  await become(READY)
  await redis.kill()
  await until(async () => expect((await hub.get('/readyz')).status).toBe(503))
  await redis.start()
  await become(READY)
})
