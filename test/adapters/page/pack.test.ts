// The page is packed into few files whose names say what is in them, by a process that ends; or it is not, and the log says so.
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createPagePack } from '../../../src/adapters/page/pack.ts'
import { NOON } from '../../support/times.ts'

const INDEX = `<head>
  <link rel="icon" href="/icon.svg" type="image/svg+xml" />
  <link rel="stylesheet" href="/style.css" />
  <link rel="stylesheet" href="/parts/list.css" />
  <link data-view="setup" href="/views/setup.css" />
  <script type="module" src="/main.js"></script>
</head>`
const SOURCES = {
  'index.html': INDEX,
  'main.js': `import { list } from './parts/list.js'\nlist()\nglobalThis.view = () => import('./views/setup.js')`,
  'parts/list.js': `export const list = () => console.log('a list')`,
  'views/setup.js': `import { list } from '../parts/list.js'\nexport const setup = () => list() + 'set up'`,
  'style.css': 'body { color: black }',
  'parts/list.css': 'li { color: blue }',
  'views/setup.css': 'h1 { color: red }',
}

let folder: string
let warned: string[]
const log = {
  info: () => {},
  error: () => {},
  warn: (_: object, message: string) => void warned.push(message),
}

beforeEach(async () => {
  warned = []
  folder = await mkdtemp(join(tmpdir(), 'hub-pack-'))
  for (const part of ['parts', 'views']) await mkdir(join(folder, part))
  for (const [path, text] of Object.entries(SOURCES)) await write(path, text)
})
afterEach(() => rm(folder, { recursive: true }))

const write = (path: string, text: string) => writeFile(join(folder, path), text)

async function packed() {
  const page = await createPagePack(log, folder)()
  if (!page) throw new Error('not packed')
  const names = Object.keys(page.files)
  const nameOf = (stem: string) => names.find((name) => name.startsWith(`${stem}-`)) ?? ''
  return { ...page, names, nameOf }
}

test('what is needed at once is one module and one sheet; a view has its own', async () => {
  const { index, files, names } = await packed()
  const [main, sheet, view, viewSheet] = [/^main-.+js$/, /^page-.+css$/, /^setup-.+js$/, /^setup-.+css$/].map(
    (form) => names.find((name) => form.test(name)) as string,
  ) as [string, string, string, string]
  expect(names.sort()).toEqual([main, sheet, view, viewSheet].sort())
  expect(files[sheet]).toBe('body { color: black }\nli { color: blue }')
  expect(files[main]).toContain('a list')
  expect(files[view]).not.toContain('a list')
  const named = [...index.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, address]) => address)
  expect(named).toEqual(['/icon.svg', `/assets/${sheet}`, `/assets/${viewSheet}`, `/assets/${main}`])
  expect(index).toContain('<link data-view="setup" href="/assets/')
})

test('a name changes with what is in the file, and only then', async () => {
  const before = await packed()
  expect((await packed()).names).toEqual(before.names)
  await write('parts/list.css', 'li { color: green }')
  const restyled = await packed()
  expect(restyled.nameOf('page')).not.toBe(before.nameOf('page'))
  expect(restyled.nameOf('main')).toBe(before.nameOf('main'))
  await write('parts/list.js', `export const list = () => console.log('another list')`)
  expect((await packed()).nameOf('main')).not.toBe(before.nameOf('main'))
})

test('is packed once, when it is first asked for', async () => {
  const page = createPagePack(log, folder)
  const [first, second] = await Promise.all([page(), page()])
  await rm(join(folder, 'main.js'))
  expect(await page()).toBe(first)
  expect(second).toBe(first)
  expect(first?.index).toContain('/assets/main-')
})

test('what cannot be packed is said in the log, once', async () => {
  await write('parts/list.js', 'export const list = (((')
  const page = createPagePack(log, folder)
  expect([await page(), await page()]).toEqual([undefined, undefined])
  expect(warned).toEqual(['the page is not packed'])
})

test('the page itself: everything that it names is there, and nothing else but its icon', async () => {
  const page = await createPagePack(log)()
  const named = [...(page?.index ?? '').matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, address]) => address)
  const files = Object.keys(page?.files ?? {}).map((name) => `/assets/${name}`)
  expect(named.filter((address) => !files.includes(address as string))).toEqual(['/icon.svg', '/doc'])
  for (const text of Object.values(page?.files ?? {})) expect(text).not.toMatch(/from ?"[^".]/)
})

test('what could not be packed is tried again a minute later, and not before', async () => {
  let now = NOON
  await rm(join(folder, 'main.js'))
  const page = createPagePack(log, folder, () => now)
  expect(await page()).toBeUndefined()
  await write('main.js', SOURCES['main.js'])
  now += 59_999
  expect(await page()).toBeUndefined()
  expect(warned).toHaveLength(1)
  now += 1
  expect((await page())?.index).toContain('main-')
  expect(warned).toHaveLength(1)
})
