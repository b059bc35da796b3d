// The whole program under strangers: with few descriptors it goes on answering, and its memory stays within its bound.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { KEY, TOKEN, WEBHOOK_URL } from '../support/hub.ts'
import { spawnHub, type HubProcess } from '../support/process.ts'
import { freePort } from '../support/servers/server-process.ts'
import { openSocket } from '../support/socket.ts'
import { head, postBatch, seemingWebhook, stranger } from '../support/strangers.ts'

const MIB = 1024 * 1024
const DESCRIPTORS = 256
const UPGRADE = [
  'connection: upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
]

let hub: HubProcess
let dir: string
let address: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hub-strangers-'))
  const port = await freePort()
  const settings = { PORT: String(port), DATA_DIR: dir, API_TOKEN: TOKEN, LOG_LEVEL: 'error' }
  const webhook = { MANDRILL_WEBHOOK_KEYS: KEY, MANDRILL_WEBHOOK_URL: WEBHOOK_URL }
  hub = spawnHub({ ...settings, ...webhook }, DESCRIPTORS)
  await hub.ready()
  address = `127.0.0.1:${port}`
})
afterAll(async () => {
  hub.child.kill()
  await hub.exited
  await rm(dir, { recursive: true, force: true })
})

const resident = async () => {
  const status = await readFile(`/proc/${hub.child.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024
}
const isHealthy = async () =>
  (await fetch(`${hub.url}/healthz`, { headers: { connection: 'close' } })).status === 200

test('uploads with fake signatures take 128 MiB at most', async () => {
  const text = Buffer.concat([
    Buffer.from(seemingWebhook(`content-length: ${31 * MIB}`, 'connection: close')),
    Buffer.alloc(31 * MIB, 'm'),
  ])
  expect(await postBatch(address, 2 * MIB)).toBe(200)
  const idle = await resident()
  let most = 0
  const uploads = Promise.all(
    Array.from({ length: 20 }, async () => {
      const upload = await stranger(address, text)
      most = Math.max(most, await resident())
      await upload.closed
    }),
  )
  await uploads
  most = Math.max(most, await resident())
  expect((most - idle) / MIB).toBeLessThan(128)
})

test.each([
  ['say nothing', ''],
  ['send half a head', 'GET /healthz HTTP/1.1\r\nhost:'],
  ['send a byte of a webhook', `${seemingWebhook(`content-length: ${31 * MIB}`)}m`],
  ['were answered before their body', head('POST /campaigns', 'content-length: 9')],
  ['keep their connection', head('GET /healthz')],
  ['upgrade without the token', head('GET /ws/email', ...UPGRADE)],
])('more connections than descriptors that %s shut nobody out', async (_, text) => {
  const known = await openSocket(address, '', { headers: { authorization: TOKEN } })
  const strangers = []
  for (let n = 0; n < 1.5 * DESCRIPTORS; n++) strangers.push(await stranger(address, text))
  expect(await isHealthy()).toBe(true)
  expect(await postBatch(address, 2 * MIB)).toBe(200)
  expect(known.ws.readyState).toBe(known.ws.OPEN)
  for (const { socket } of strangers) socket.destroy()
  known.ws.terminate()
})

test('more sockets than there is room for are told to come back, and others are served', async () => {
  const sockets = []
  const codes: number[] = []
  for (let n = 0; n < 1.5 * DESCRIPTORS; n++) {
    const socket = await openSocket(address, '', { headers: { authorization: TOKEN } })
    void socket.closed.then(({ code }) => codes.push(code))
    sockets.push(socket)
  }
  await eventually(() => codes.length).toBeGreaterThan(DESCRIPTORS / 2)
  expect(new Set(codes)).toEqual(new Set([1013]))
  expect(await isHealthy()).toBe(true)
  expect(await postBatch(address, 2 * MIB)).toBe(200)
  for (const { ws } of sockets) ws.terminate()
})
