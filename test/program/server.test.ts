import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { spawnHub, type HubProcess } from '../support/process.ts'
import { freePort } from '../support/servers/server-process.ts'
import { openSocket } from '../support/socket.ts'
import { eventually, until } from '../support/eventually.ts'

let dir: string
let started: HubProcess[]
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hub-server-'))
  started = []
})
afterEach(async () => {
  for (const hub of started) {
    hub.child.kill('SIGKILL')
    await hub.exited
  }
  await rm(dir, { recursive: true, force: true })
})

async function start(env: Record<string, string> = {}): Promise<HubProcess> {
  const hub = spawnHub({ PORT: String(await freePort()), DATA_DIR: dir, ...env })
  started.push(hub)
  return hub
}

const token = () => readFile(join(dir, 'api-token'), 'utf8')

async function call(hub: HubProcess, path: string, body?: unknown): Promise<{ status: number; body: never }> {
  const answer = await fetch(`${hub.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: await token(), 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as never }
}

const batch = (from: number, size: number) => ({
  mandrill_events: Array.from({ length: size }, (_, n) => ({ event: 'send', n: from + n })),
})

test('starts with nothing given, prints a sign-in link whose token works, and keeps that token', async () => {
  const hub = await start()
  await hub.ready()
  const link = /http:\/\/localhost:\d+\/#token=(\S+)/.exec(hub.printed())
  expect(link?.[1]).toBe(await token())
  expect((await stat(join(dir, 'api-token'))).mode & 0o777).toBe(0o600)
  expect((await call(hub, '/api/events')).status).toBe(200)
  hub.child.kill('SIGTERM')
  expect(await hub.exited).toBe(0)
  const again = await start()
  await again.ready()
  expect(again.printed()).toContain(link?.[1])
})

/** A module that lets ten seconds of a timer be over at once: to a step of the start, a machine is as slow as that. */
const TEN_SECONDS_LATE = `data:text/javascript,${encodeURIComponent(`
  const { setTimeout } = globalThis
  globalThis.setTimeout = (call, ms, ...rest) => setTimeout(call, ms === 10_000 ? 0 : ms, ...rest)`)}`

test('starts on a machine that is so busy that a step of it takes more than ten seconds', async () => {
  const hub = await start({ NODE_OPTIONS: `--import ${TEN_SECONDS_LATE}` })
  await hub.ready()
  expect((await call(hub, '/api/events')).status).toBe(200)
})

test('prints no token that the operator has given', async () => {
  const hub = await start({ API_TOKEN: 'given-by-the-operator' })
  await hub.ready()
  expect(hub.printed()).toContain('sign in with your API_TOKEN')
  expect(hub.printed()).not.toContain('given-by-the-operator')
})

test('a setting that cannot be taken stops it with one line that names it', async () => {
  const hub = await start({ PORT: 'eighty' })
  expect(await hub.exited).toBe(1)
  expect(hub.printed()).toMatch(/^mail-event-hub cannot start: PORT: [^\n]+\n$/)
})

test('a folder that cannot be made stops it with one line that names the setting', async () => {
  const hub = await start({ DATA_DIR: join(import.meta.filename, 'below-a-file') })
  expect(await hub.exited).toBe(1)
  expect(hub.printed()).toMatch(/^mail-event-hub cannot start: DATA_DIR: [^\n]+\n$/)
})

test('a port that is taken stops it with one line', async () => {
  const first = await start()
  await first.ready()
  const second = await start({ PORT: new URL(first.url).port, DATA_DIR: join(dir, 'second') })
  second.child.kill(0)
  expect(await second.exited).toBe(1)
  expect(second.printed()).toMatch(/cannot start: HOST 127\.0\.0\.1, PORT \d+: .*EADDRINUSE/)
})

test('a second process on one DATA_DIR is refused with one line', async () => {
  const first = await start()
  await first.ready()
  const second = await start()
  expect(await second.exited).toBe(1)
  expect(second.printed()).toMatch(/cannot start: DATA_DIR: another hub is running/)
  expect((await call(first, '/api/events')).status).toBe(200)
})

test('kill -9 right after the 200 loses nothing, and a socket resumes over it', async () => {
  const hub = await start()
  await hub.ready()
  const headers = { authorization: await token() }
  const socket = await openSocket(new URL(hub.url).host, '', { headers })
  await socket.first('position')
  await call(hub, '/api/hook', batch(0, 10))
  await socket.until((frames) => frames.filter((frame) => frame.type === 'event').length === 10)
  const cursor = socket.frames.at(-1)?.cursor
  const answer = await call(hub, '/api/hook', batch(10, 500))
  hub.child.kill('SIGKILL')
  expect(answer).toMatchObject({ status: 200, body: { accepted: 500 } })
  await hub.exited

  const again = await start()
  await again.ready()
  expect((await call(again, '/api/hook', batch(10, 500))).body).toMatchObject({
    accepted: 0,
    duplicates: 500,
  })
  const resumed = await openSocket(new URL(again.url).host, `after=${cursor}`, { headers })
  await resumed.until((frames) => frames.filter((frame) => frame.type === 'event').length === 500)
  const numbers = resumed.frames.filter((frame) => frame.type === 'event').map((frame) => frame.data.n)
  expect(numbers).toEqual(Array.from({ length: 500 }, (_, n) => 10 + n))
  expect(resumed.frames.filter((frame) => frame.type === 'gap')).toEqual([])
  const { events } = (await call(again, '/api/events?limit=1000')).body as { events: unknown[] }
  expect(events).toHaveLength(510)
  resumed.ws.terminate()
})

test('SIGTERM answers what is under way, ends sockets with 1001, and exits with 0', async () => {
  const hub = await start()
  await hub.ready()
  const socket = await openSocket(new URL(hub.url).host, '', { headers: { authorization: await token() } })
  const underWay = call(hub, '/api/hook', batch(0, 10_000)).catch(() => ({ status: 0 }))
  await socket.first('position')
  hub.child.kill('SIGTERM')
  expect((await socket.closed).code).toBe(1001)
  expect(await hub.exited).toBe(0)
  const { status } = await underWay
  const again = await start()
  await again.ready()
  // Either it was answered, and is there; or it never got in, and may be sent again.
  const { accepted } = (await call(again, '/api/hook', batch(0, 10_000))).body as { accepted: number }
  if (status === 200) expect(accepted).toBe(0)
})

test('SIGHUP, when the terminal is closed, stops it cleanly as well', async () => {
  const hub = await start()
  await hub.ready()
  hub.child.kill('SIGHUP')
  expect(await hub.exited).toBe(0)
  expect(hub.printed()).toContain('"msg":"closed"')
})

const SOMAXCONN = '/proc/sys/net/core/somaxconn'
const mostWaiting = existsSync(SOMAXCONN) ? Number(readFileSync(SOMAXCONN)) : 0

test.runIf(mostWaiting > 1_000)('a thousand who come at once are let in, however busy it is', async () => {
  const hub = await start()
  await hub.ready()
  hub.child.kill('SIGSTOP') // busy for as long as the test wants
  const port = Number(new URL(hub.url).port)
  const sockets = Array.from({ length: 1_000 }, () => connect(port, '127.0.0.1'))
  await eventually(() => sockets.filter((socket) => socket.readyState === 'open').length).toBe(1_000)
  for (const socket of sockets) socket.destroy()
})

test('a request that was refused before its body was read does not hold the process up', async () => {
  const hub = await start()
  await hub.ready()
  const connection = connect(Number(new URL(hub.url).port), '127.0.0.1')
  connection.write('POST /api/hook HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nabc')
  expect(String((await once(connection, 'data'))[0])).toMatch(/^HTTP\/1.1 4/)
  hub.child.kill('SIGTERM')
  expect(await hub.exited).toBe(0)
  connection.destroy()
})

test('a request that is under way at SIGTERM is answered, and its connection let go', async () => {
  const hub = await start()
  await hub.ready()
  const body = JSON.stringify(batch(0, 3))
  const head = [
    'POST /api/hook HTTP/1.1',
    'host: localhost',
    `authorization: ${await token()}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
  ].join('\r\n')
  const connection = connect(Number(new URL(hub.url).port), '127.0.0.1')
  let answer = ''
  connection.on('data', (text) => (answer += String(text)))
  connection.write(`${head}\r\n\r\n${body.slice(0, 10)}`)
  await call(hub, '/readyz') // by now the hub has the other one, too
  hub.child.kill('SIGTERM')
  await until(() => expect(hub.printed()).toContain('shutting down'))
  connection.write(body.slice(10))
  await once(connection, 'end')
  expect(answer).toMatch(/^HTTP\/1.1 200 /)
  expect(answer.toLowerCase()).toContain('connection: close')
  expect(await hub.exited).toBe(0)
})
