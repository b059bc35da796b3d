// What /readyz tells a load balancer of a hub on its own files: ready, degraded, or that webhooks cannot be stored.
// It waits by the clock.
import { execFileSync } from 'node:child_process'
import { copyFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { startHub, TOKEN, type TestHub } from '../../support/hub.ts'
import { until } from '../../support/eventually.ts'

let hub: TestHub
beforeEach(async () => void (hub = await startHub({ EVENT_MAX_BYTES: String(1024 * 1024) })))
afterEach(() => hub.close())

const becomes = (answer: object) => until(async () => expect(await hub.get('/readyz')).toMatchObject(answer))
const batch = (n: number) =>
  Array.from({ length: 20 }, (_, i) => ({ event: 'send', _id: `${n}-${i}`, text: 'x'.repeat(10_000) }))
const full = { status: 503, body: { status: 'unavailable', stores: { events: 'full' } } }
const ready = {
  status: 200,
  body: { status: 'ready', stores: { events: 'ok', database: 'ok', archive: 'ok' } },
}

function limitFiles(bytes: number | 'unlimited'): void {
  execFileSync('prlimit', [`--pid=${process.pid}`, `--fsize=${bytes}:unlimited`])
}

test('a database that cannot be written is degraded, a feed at its bound takes the webhook away', async () => {
  await becomes(ready)
  const other = new DatabaseSync(join(hub.dir, 'hub.sqlite'), { timeout: 5_000 }) // the hub may be writing
  try {
    other.exec('BEGIN IMMEDIATE')
    await becomes({
      status: 200,
      body: { status: 'degraded', stores: { events: 'ok', database: 'no answer' } },
    })
    let answer = 200
    for (let n = 0; answer === 200; n++) answer = (await hub.post(batch(n))).status
    expect(answer).toBe(503)
    await becomes(full)
  } finally {
    other.close()
  }
  await until(async () => expect((await hub.post(batch(1_000))).status).toBe(200))
  await becomes(ready)
})

test('a disk that is full', async () => {
  await becomes(ready)
  limitFiles(4096)
  try {
    expect((await hub.post(batch(1))).status).toBe(503)
    await becomes({ status: 503, body: { status: 'unavailable' } })
  } finally {
    limitFiles('unlimited')
  }
  expect((await hub.post(batch(1))).status).toBe(200)
  await becomes(ready)
})

test('an event store whose file was removed takes nothing more, and goes on when it is back', async () => {
  expect((await hub.post(batch(1))).status).toBe(200)
  const file = join(hub.dir, 'feed.sqlite')
  await rename(file, `${file}.away`)
  expect((await hub.post(batch(2))).status).toBe(503)
  await becomes({ status: 503, body: { status: 'unavailable', stores: { events: 'gone', database: 'ok' } } })
  expect(JSON.stringify(hub.logged)).toContain(`the file of the store is gone: ${file}`)
  await rename(`${file}.away`, file)
  expect((await hub.post(batch(2))).body).toMatchObject({ accepted: 20, duplicates: 0 })
  await becomes(ready)
})

test('a database whose file was replaced is degraded: webhooks are taken, and nothing else is changed', async () => {
  const file = join(hub.dir, 'hub.sqlite')
  await rename(file, `${file}.away`)
  await copyFile(`${file}.away`, file)
  await becomes({ status: 200, body: { status: 'degraded', stores: { events: 'ok', database: 'gone' } } })
  expect((await hub.post(batch(1))).status).toBe(200)
  const headers = { authorization: TOKEN }
  const reader = { email: 'reader@example.com', name: '' }
  const answer = await hub.call({ method: 'POST', url: '/subscribe', headers, payload: reader })
  expect(answer).toMatchObject({ status: 503, body: { error: { code: 'archive.unavailable' } } })
  await rename(`${file}.away`, file)
  await hub.tracked()
  await becomes(ready)
})

test('what is under way, without its file, is degraded, and goes on when it is back', async () => {
  await becomes(ready)
  const file = join(hub.dir, 'sending.sqlite')
  await rename(file, `${file}.away`)
  await becomes({ status: 200, body: { status: 'degraded', stores: { events: 'ok', sending: 'gone' } } })
  await rename(`${file}.away`, file)
  await becomes(ready)
})
