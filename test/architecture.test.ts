// Who may import whom. The drawing in the README, as a test.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const SRC = join(ROOT, 'src')

type Import = { readonly from: string; readonly to: string }

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const imports = files.flatMap((file) => importsOf(file))

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), 'utf8')
  return [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^'"\n;]*(?:\n[^'"\n;]*)*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]|(?:^|\n)import\s+['"]([^'"]+)['"]/g,
    ),
  ].map((match) => {
    const name = (match[1] ?? match[2] ?? match[3]) as string
    return { from: file, to: name.startsWith('.') ? relative(SRC, join(SRC, dirname(file), name)) : name }
  })
}

const isIn = (folder: string) => (file: string) => file.startsWith(`${folder}/`)
const offenders = (from: (file: string) => boolean, allowed: (to: string, from: string) => boolean) =>
  imports
    .filter((edge) => from(edge.from) && !allowed(edge.to, edge.from))
    .map(({ from, to }) => `${from} → ${to}`)

test('the scan finds what is imported', () => {
  expect(imports.length).toBeGreaterThan(100)
  expect(imports).toContainEqual({ from: 'server.ts', to: 'wire.ts' })
})

test('core imports core and node:crypto, node:buffer only: it does no I/O and knows no package', () => {
  const allowed = ['node:crypto', 'node:buffer']
  expect(offenders(isIn('core'), (to) => isIn('core')(to) || allowed.includes(to))).toEqual([])
})

test('an adapter imports core, its own folder and packages; the embedded ones may use SQL', () => {
  const allowed = (to: string, from: string) => {
    if (!to.includes('.ts')) return true
    const own = dirname(from)
    return isIn('core')(to) || isIn(own)(to) || (own === 'adapters/embedded' && isIn('adapters/sql')(to))
  }
  expect(offenders(isIn('adapters'), allowed)).toEqual([])
})

test('http imports core and http, never an adapter or the configuration', () => {
  expect(
    offenders(isIn('http'), (to) => !to.includes('.ts') || isIn('core')(to) || isIn('http')(to)),
  ).toEqual([])
})

test('only wire.ts, with its parts, names adapters', () => {
  const composing = ['wire.ts', 'wire.mailing.ts', 'wire.backup.ts']
  const outside = (file: string) => !isIn('adapters')(file) && !composing.includes(file)
  expect(offenders(outside, (to) => !isIn('adapters')(to))).toEqual([])
})

test('nothing goes round in a circle', () => {
  const graph = Map.groupBy(imports, (edge) => edge.from)
  const state = new Map<string, 'open' | 'done'>()
  const circles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') return void circles.push([...path, file].join(' → '))
    state.set(file, 'open')
    for (const { to } of graph.get(file) ?? []) if (files.includes(to)) visit(to, [...path, file])
    state.set(file, 'done')
  }
  for (const file of files) visit(file, [])
  expect(circles).toEqual([])
})

test('process.env is read in config.ts only', () => {
  const readers = files.filter((file) => readFileSync(join(SRC, file), 'utf8').includes('process.env'))
  expect(readers).toEqual(['config.ts'])
})

test('the first line of every file says what it is for', () => {
  const silent = files.filter((file) => !readFileSync(join(SRC, file), 'utf8').startsWith('// '))
  expect(silent).toEqual([])
})
