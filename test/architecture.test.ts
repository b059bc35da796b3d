// Who may import whom. The drawing in the README, as a test; and imports that must never pass, as a test of that test.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { circles, importsOf, roomOf, unusedExports, violations } from './support/imports.ts'

const PROJECT = join(import.meta.dirname, '..')
const SRC = join(PROJECT, 'src')

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /\.[cm]?[jt]s$/.test(file),
)
const textOf = (file: string) => readFileSync(join(SRC, file), 'utf8')
const imports = files.flatMap((file) => importsOf(file, textOf(file)))

test('the scan finds what is imported', () => {
  expect(imports.length).toBeGreaterThan(500)
  expect(imports).toContainEqual({ from: 'server.ts', to: 'wire/wire.ts' })
  expect(imports).toContainEqual({ from: 'wire/stores.ts', to: 'adapters/redis/feed/feed.ts' })
})

test('everybody imports only whom they may', () => {
  expect(violations(imports)).toEqual([])
})

test('no files go round in a circle', () => {
  expect(circles(imports, (file) => file)).toEqual([])
})

test('no rooms go round in a circle', () => {
  expect(circles(imports, roomOf)).toEqual([])
})

const FORBIDDEN: readonly (readonly [file: string, line: string])[] = [
  ['http/events/hook.ts', `import { Redis } from 'ioredis'`],
  ['http/list/subscribers.ts', `import { eq } from 'drizzle-orm'`],
  ['http/server/page.ts', `import { readFileSync } from 'node:fs'`],
  ['http/server/page.ts', `import { readFile } from 'node:fs/promises'`],
  ['http/events/hook.ts', `import { createQuarantine } from '../../adapters/sql/events/quarantine.ts'`],
  ['http/server/access/access.ts', `import { loadConfig } from '../../../config/config.ts'`],
  ['http/server/access/access.ts', `const { loadConfig } = await import('../../../config/config.ts')`],
  ['adapters/redis/connection.ts', `import mysql from 'mysql2/promise'`],
  ['adapters/redis/connection.ts', `import { openSqlite } from '../sql/driver/sqlite/sqlite.ts'`],
  ['adapters/sql/driver/mysql/mysql.ts', `const { Redis } = await import('ioredis')`],
  ['adapters/mail/smtp.ts', `import '../redis/connection.ts'`],
  ['adapters/embedded/feed/feed.ts', `import { createHub } from '../../../http/events/live.ts'`],
  ['app.ts', `import { startFakeMandrill } from '../simulator/fake-mandrill.ts'`],
  ['app.ts', `import { openSqlite } from './adapters/sql/driver/sqlite/sqlite.ts'`],
  ['wire/wire.ts', `import { createAccess } from '../http/server/access/access.ts'`],
  ['wire/stores.ts', `export { buildApp } from '../app.ts'`],
  [
    'core/events/hub.ts',
    `import helper from './helper.js'\nimport { open } from '../../adapters/redis/connection.js'`,
  ],
  ['core/events/hub.ts', `const fs = require('node:fs')`],
  ['core/events/event.ts', `import { emailKey } from '../list/subscriber.ts'`],
  ['core/campaigns/actions.ts', `import type { Marks } from '../sending/ports.ts'`],
  ['core/list/subscriber.ts', `export * from '../loop/brakes.ts'`],
  ['server.ts', `import { createHub } from './http/events/live.ts'`],
  ['commands/backup.ts', `import fastify from 'fastify'`],
  ['config/config.ts', `import { wire } from '../wire/wire.ts'`],
]

test.each(FORBIDDEN)('%s may not: %s', (file, line) => {
  expect(violations(importsOf(file, line))).not.toEqual([])
})

test('a circle is found, of files and of rooms', () => {
  const round = [
    { from: 'core/list/a.ts', to: 'core/events/b.ts' },
    { from: 'core/events/b.ts', to: 'core/list/c.ts' },
  ]
  expect(circles(round, (file) => file)).toEqual([])
  expect(circles(round, roomOf)).toEqual(['core/list → core/events → core/list'])
})

test.each(['http/server/access/access.ts', 'core/seal.ts', 'core/events/providers/mandrill/signature.ts'])(
  '%s compares a secret in constant time, which no measured time would tell',
  (file) => {
    expect(textOf(file)).toContain('return timingSafeEqual(')
  },
)

test('process.env is read in config only', () => {
  expect(files.filter((file) => textOf(file).includes('process.env'))).toEqual(['config/config.ts'])
})

test('one file says how long a test waits for something', () => {
  const bare = /\b(vi\.waitFor|vi\.waitUntil|expect\.poll|waitForTimeout)\(/
  const tests = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.includes('node_modules'),
  )
  const waits = tests.filter((file) => bare.test(readFileSync(join(import.meta.dirname, file), 'utf8')))
  expect(waits).toEqual(['support/eventually.ts'])
})

test('the first line of every file says what it is for', () => {
  expect(files.filter((file) => !textOf(file).startsWith('// '))).toEqual([])
})

test('a dot in a name stands only before a variant', () => {
  const variants = /^[a-z0-9-]+(\.(mysql|sqlite))?\.[cm]?[jt]s$/
  expect(files.filter((file) => !variants.test(file.split('/').at(-1) as string))).toEqual([])
})

test('what is exported is imported somewhere', () => {
  const sources = ['src', 'public', 'test', 'simulator', 'bench', 'migrations'].flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(folder, file),
    ),
  )
  const isSource = (file: string) =>
    /(?<!\.d)\.[jt]s$/.test(file) && !/^test\/generator\/|\/node_modules\//.test(file)
  const texts = [...sources, 'vitest.config.ts']
    .filter(isSource)
    .map((file) => [file, readFileSync(join(PROJECT, file), 'utf8')] as const)
  expect(unusedExports(new Map(texts))).toEqual([])
})

test('an export that nobody imports is found', () => {
  const texts = new Map([
    ['src/a.ts', 'export const used = 1\nexport type Unused = string\nexport { one, two as other }'],
    ['src/b.ts', "import { used, type one } from './a.ts'"],
    ['src/c.ts', "import * as b from './b.ts' // Unused"],
  ])
  expect(unusedExports(texts)).toEqual(['src/a.ts: Unused', 'src/a.ts: other'])
})
