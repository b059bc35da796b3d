// The roles as processes: `web` serves and tracks, `worker` sends, both on one Redis and one MariaDB.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startMailSink, type MailSink } from '../support/servers/mail-sink.ts'
import { startMariaDb, type MariaDb } from '../support/servers/mariadb.ts'
import { spawnHub, type HubProcess } from '../support/process.ts'
import { startRedis, type RedisServer } from '../support/servers/redis.ts'
import { freePort } from '../support/servers/server-process.ts'
import { until } from '../support/eventually.ts'

const ADDRESSES = Array.from({ length: 25 }, (_, n) => `reader${n}@example.com`)

let redis: RedisServer
let mariadb: MariaDb
let sink: MailSink
let dir: string
let web: HubProcess
let worker: HubProcess
let env: Record<string, string>

beforeAll(async () => {
  ;[redis, mariadb, sink] = await Promise.all([startRedis(), startMariaDb(), startMailSink()])
  dir = await mkdtemp(join(tmpdir(), 'hub-roles-'))
  env = {
    REDIS_URL: redis.url,
    DATABASE_URL: await mariadb.database(),
    SMTP_URL: sink.url,
    API_TOKEN: 'a-token-of-the-tests',
    SECRET: 'a-secret-of-the-tests',
    DATA_DIR: dir,
  }
  web = spawnHub({ ...env, ROLE: 'web', PORT: String(await freePort()) })
  worker = spawnHub({ ...env, ROLE: 'worker', PORT: String(await freePort()) })
  await Promise.all([web.ready(), worker.ready()])
  for (const email of ADDRESSES) expect((await ask(web, '/subscribe', { email, name: '' })).status).toBe(201)
})

afterAll(async () => {
  for (const process of [web, worker]) {
    process?.child.kill('SIGKILL')
    await process?.exited
  }
  await Promise.all([redis?.close(), mariadb?.close(), sink?.close()])
  await rm(dir, { recursive: true, force: true })
})

const ask = async (process: HubProcess, path: string, body?: unknown) => {
  const answer = await fetch(`${process.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: 'a-token-of-the-tests', 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  })
  const text = await answer.text()
  return { status: answer.status, text, body: text.startsWith('{') ? JSON.parse(text) : undefined }
}

test('a worker serves only health and metrics', async () => {
  expect((await ask(worker, '/healthz')).status).toBe(200)
  const { text } = await ask(worker, '/metrics')
  const outcomes = text.matchAll(/mails_total\{lane="default",outcome="(\w+)"/g).map(([, outcome]) => outcome)
  expect([...outcomes]).toEqual(['sent', 'deferred', 'failed', 'skipped', 'in_doubt'])
  for (const path of ['/', '/api/events', '/subscribe', '/campaigns', '/doc']) {
    expect((await ask(worker, path)).status, path).toBe(404)
  }
})

test('a campaign that is started at the web process is sent by the worker, once to everybody', async () => {
  const { status, body } = await ask(web, '/subscribe/send-mail', { subject: 'Hello', content: '<p>Hi</p>' })
  expect(status).toBe(203)
  await until(async () =>
    expect((await ask(web, `/campaigns/${body.campaign.id}`)).body).toMatchObject({
      status: 'finished',
      deliveries: { total: 25, sent: 25 },
    }),
  )
  const mails = sink.mails.filter(({ raw }) => raw.includes('Subject: Hello\r\n'))
  expect(mails.flatMap(({ to }) => to).sort()).toEqual(ADDRESSES.toSorted())
})

test('without a worker a campaign waits, and a new worker takes it up', async () => {
  worker.child.kill('SIGTERM')
  expect(await worker.exited).toBe(0)
  const { body } = await ask(web, '/subscribe/send-mail', { subject: 'Second', content: '<p>Hi</p>' })
  expect((await ask(web, `/campaigns/${body.campaign.id}`)).body).toMatchObject({ status: 'running' })
  worker = spawnHub({ ...env, ROLE: 'worker', PORT: String(await freePort()) })
  await worker.ready()
  await until(async () =>
    expect((await ask(web, `/campaigns/${body.campaign.id}`)).body).toMatchObject({
      status: 'finished',
      deliveries: { sent: 25 },
    }),
  )
})

test('events are taken and tracked by the web process', async () => {
  const batch = { mandrill_events: [{ event: 'send', _id: 'x' }] }
  expect((await ask(web, '/api/hook', batch)).body).toMatchObject({ accepted: 1 })
  expect((await ask(web, '/api/messages/x')).status).toBe(200)
})
