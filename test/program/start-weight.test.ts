// What a start loads: memory and time go with it, and a machine's speed does not.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../support/eventually.ts'
import { spawnHub } from '../support/process.ts'
import { freePort } from '../support/servers/server-process.ts'

const HOOK = new URL('../support/loaded-modules.ts', import.meta.url).href

let dir: string
let loaded: readonly string[]
let heap: number
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hub-weight-'))
  const LOADED_MODULES = join(dir, 'loaded')
  const PORT = String(await freePort())
  const hub = spawnHub({ PORT, DATA_DIR: dir, NODE_OPTIONS: `--import ${HOOK}`, LOADED_MODULES })
  await hub.ready()
  hub.child.kill('SIGUSR2') // writes down what was loaded until here
  await until(async () => (loaded = (await readFile(LOADED_MODULES, 'utf8')).split('\n')))
  const authorization = await readFile(join(dir, 'api-token'), 'utf8')
  const heapOf = async () => {
    const metrics = await (await fetch(`${hub.url}/metrics`, { headers: { authorization } })).text()
    return Number(/^nodejs_heap_size_total_bytes (\d+)$/m.exec(metrics)?.[1]) / 2 ** 20
  }
  // Asked seldom: a hub that is asked all the time is not quiet, and keeps what starting took.
  await until(async () => expect((heap = await heapOf())).toBeLessThan(55), 2_500)
  hub.child.kill('SIGTERM')
  expect(await hub.exited).toBe(0)
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const of = (name: string) => loaded.filter((url) => url.includes(`/node_modules/${name}/`))

test('a hub on its own stores loads nothing of Redis, MySQL and mail servers, nor what reads the HTML of mails', () => {
  expect(loaded.some((url) => url.endsWith('/src/server.ts'))).toBe(true)
  for (const name of [
    'ioredis',
    'bullmq',
    'mysql2',
    'nodemailer/lib/smtp-connection',
    'html-to-text',
    'htmlparser2',
  ])
    expect(of(name)).toEqual([])
  expect(loaded.filter((url) => /\/adapters\/redis\/|\.mysql\.ts$/.test(url))).toEqual([])
  expect(of('drizzle-orm').filter((url) => /\/mysql-/.test(url))).toEqual([])
})

// Imported as a module, node:http gives its names away, and one of them has Node load all of undici.
test('none of our files imports values of node:http', async () => {
  const ours = loaded.filter((url) => url.includes('/src/') && url.endsWith('.ts'))
  const texts = await Promise.all(ours.map((url) => readFile(new URL(url), 'utf8')))
  expect(ours.length).toBeGreaterThan(100)
  expect(ours.filter((_, n) => /^import (?!type).*'node:https?'/m.test(texts[n] ?? ''))).toEqual([])
})

test('a hub that was asked how it is has not loaded Node’s HTTP client', () => {
  expect(loaded).toContain('NativeModule internal/modules/esm/loader') // those are listed, too
  expect(loaded).not.toContain('NativeModule internal/deps/undici/undici')
})

// As ES modules they are 448, and Node reads the package's 447 exports again for each.
test('Drizzle is loaded by require, and only the part of it that SQLite needs', () => {
  expect(of('drizzle-orm').filter((url) => !url.endsWith('.cjs'))).toEqual([])
  expect(of('drizzle-orm').length).toBeLessThan(150)
})

// 38 MB; 70 to 110 while what starting took is kept.
test('what starting took is given back', () => {
  expect(heap).toBeGreaterThan(10)
})
