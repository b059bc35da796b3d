// The nginx configuration of the README, run by Debian's nginx in front of a hub.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { webhookRequest } from '../../../simulator/webhooks/batch.ts'
import { KEY, startHub, TOKEN, type TestHub } from '../../support/hub.ts'
import { freePort } from '../../support/servers/server-process.ts'
import { openSocket } from '../../support/socket.ts'
import { until } from '../../support/eventually.ts'

const NGINX = '/usr/sbin/nginx'
const WEBHOOK_URL = 'http://hub.example.com/api/hook'
let hub: TestHub
let nginx: ChildProcess
let address: string
let dir: string

beforeAll(async () => {
  if (!existsSync(NGINX)) throw new Error(`${NGINX} is missing: npm run setup brings it`)
  const port = await freePort()
  address = `127.0.0.1:${port}`
  hub = await startHub({
    TRUST_PROXY: '127.0.0.1',
    PUBLIC_URL: 'http://hub.example.com',
    MANDRILL_WEBHOOK_URL: '',
  })
  dir = await mkdtemp(join(tmpdir(), 'hub-nginx-'))
  const site = (await readFile(join(import.meta.dirname, '../../../docs/nginx.conf'), 'utf8'))
    .replace('127.0.0.1:8000', hub.address)
    .replace('listen 80;', `listen ${address};`)
  const main = `daemon off; worker_processes 1; pid ${dir}/pid; error_log ${dir}/error.log; events {}
    http { access_log off; client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/f;
    uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s; ${site} }`
  await writeFile(join(dir, 'nginx.conf'), main)
  nginx = spawn(NGINX, ['-c', join(dir, 'nginx.conf'), '-e', join(dir, 'error.log')], { stdio: 'inherit' })
  await until(async () => expect((await fetch(`http://${address}/healthz`)).status).toBe(200))
})

afterAll(async () => {
  nginx?.kill('SIGTERM')
  await hub?.close()
  if (dir) await rm(dir, { recursive: true, force: true })
})

test('a full batch of 2 MiB passes', async () => {
  const events = Array.from({ length: 1000 }, (_, n) => ({ event: 'send', n, pad: 'x'.repeat(2100) }))
  const request = webhookRequest(JSON.stringify(events), {
    key: KEY,
    webhookUrl: WEBHOOK_URL,
  })
  expect(request.body.length).toBeGreaterThan(2 * 1024 * 1024)
  const answer = await fetch(`http://${address}/api/hook`, {
    method: 'POST',
    headers: request.headers,
    body: new Uint8Array(request.body),
  })
  expect(await answer.json()).toEqual({ accepted: 1000, duplicates: 0, quarantined: 0 })
})

test.each([
  ['subscribe', 'name,Ann'],
  ['suppressions', 'reason,manual'],
])('a file of more than 32 MiB is imported at /%s', async (list, column) => {
  const [title, cell] = column.split(',')
  const note = 'x'.repeat(32 * 1024)
  const lines = Array.from({ length: 1100 }, (_, n) => `r${n}@example.com,${cell},${note}`)
  const answer = await fetch(`http://${address}/${list}/import?dry_run`, {
    method: 'POST',
    headers: { authorization: TOKEN, 'content-type': 'text/csv' },
    body: `email,${title},note\n${lines.join('\n')}`,
  })
  expect(await answer.json()).toMatchObject({ added: 1100, error_count: 0 })
})

test('a socket passes, also from the origin of the page', async () => {
  await hub.post([{ event: 'send', n: 1000 }], { webhookUrl: WEBHOOK_URL })
  for (const origin of [`http://${address}`, 'http://hub.example.com']) {
    const socket = await openSocket(address, 'last=1', { headers: { authorization: TOKEN, origin } })
    expect(await socket.first('event')).toMatchObject({ data: { n: 1000 } })
    socket.ws.terminate()
  }
})

test('a foreign origin is still refused', async () => {
  const headers = { authorization: TOKEN, origin: 'https://evil.example' }
  await expect(openSocket(address, '', { headers })).rejects.toThrow(/403/)
})

test("the client's address is the one that nginx saw, not the one that the client claims", async () => {
  await fetch(`http://${address}/api/nothing`, { headers: { 'x-forwarded-for': '203.0.113.9' } })
  await expect
    .poll(() => hub.logged.find((line) => line.status === 404))
    .toMatchObject({ address: '127.0.0.1' })
})
