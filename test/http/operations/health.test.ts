// What /readyz tells a load balancer of a hub on its own files: ready, degraded, or that webhooks cannot be stored.
// It waits by the clock.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { startHub, type TestHub } from '../../support/hub.ts'
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
