// Who imports whom, read from the sources: every form of import there is, and the rules of the house as one table.
import { dirname, join, normalize } from 'node:path'

type Import = {
  /** A file below src/. */
  readonly from: string
  /** A file below src/, or a package: `node:fs`, `ioredis`, `@fastify/cors`. Anything above src/ begins with `../`. */
  readonly to: string
}

// import … from 'x' · export … from 'x' · import 'x' · import('x') · require('x') · createRequire(…)('x')
const FORMS = [
  /(?:^|[\n;])[ \t]*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/g,
  /(?:^|[\n;])[ \t]*import\s*['"]([^'"]+)['"]/g,
  /\b(?:import|require)\s*\(\s*['"`]([^'"`]+)['"`]/g,
  /\bcreateRequire\([^)]*\)\s*\(\s*['"`]([^'"`]+)['"`]/g,
]

export function importsOf(from: string, text: string): Import[] {
  const code = withoutComments(text)
  const names = FORMS.flatMap((form) => [...code.matchAll(form)].map((match) => match[1] as string))
  return [...new Set(names)].map((name) => ({
    from,
    to: name.startsWith('.') ? normalize(join(dirname(from), name)) : packageOf(name),
  }))
}

/** Whole-line comments may show an import without doing it. */
function withoutComments(text: string): string {
  return text.replace(/^\s*(?:\/\/|\*|\/\*).*$/gm, '')
}

function packageOf(name: string): string {
  if (name.startsWith('node:')) return name
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
}

const isFile = (to: string) => /\.[cm]?[jt]s$/.test(to)
const isIn = (folder: string, path: string) => path.startsWith(`${folder}/`)
const isInAny = (folders: readonly string[], path: string) => folders.some((folder) => isIn(folder, path))

/** The first two steps of an adapter's path, its own folder; a room's path on the other floors. */
export function roomOf(file: string): string {
  const [floor = '', room = ''] = file.split('/')
  return ['core', 'http', 'adapters'].includes(floor) && !isFile(room) ? `${floor}/${room}` : floor
}

/** Which npm packages belong to which folder: what is not named here is imported nowhere. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'adapters/redis': ['ioredis', 'bullmq'],
  'adapters/sql': ['drizzle-orm', 'mysql2'],
  'adapters/page': ['rolldown'],
  'adapters/mail': ['nodemailer', 'html-to-text', 'htmlparser2'],
  http: [
    'fastify',
    'typebox',
    'ajv',
    'ajv-formats',
    'fast-json-stringify',
    'prom-client',
    'ws',
    'htm',
    'preact',
  ],
}

/** The modules of Node that do no I/O. */
const PURE = ['node:crypto', 'node:buffer']
/** What core may not know of core: events is told of by all, and knows none of them; loop may know all. */
const CORE_ROOMS: Readonly<Record<string, readonly string[]>> = {
  'core/events': [],
  'core/list': ['core/events'],
  'core/campaigns': ['core/events', 'core/list'],
  'core/sending': ['core/events', 'core/list', 'core/campaigns'],
  'core/loop': ['core/events', 'core/list', 'core/campaigns', 'core/sending'],
}

type Rule = {
  readonly says: string
  readonly from: (file: string) => boolean
  readonly allows: (to: string, from: string) => boolean
}

const DISK_AND_PROCESSES = /^node:(fs|child_process|worker_threads|dgram|sqlite|cluster)(\/|$)/

const RULES: readonly Rule[] = [
  {
    says: 'core imports core and what does no I/O',
    from: (file) => isIn('core', file),
    allows: (to) => isIn('core', to) || PURE.includes(to),
  },
  {
    says: 'a room of core knows only the rooms before it',
    from: (file) => roomOf(file) in CORE_ROOMS,
    allows: (to, from) =>
      !(roomOf(to) in CORE_ROOMS) ||
      roomOf(to) === roomOf(from) ||
      (CORE_ROOMS[roomOf(from)] ?? []).includes(roomOf(to)),
  },
  {
    says: 'an adapter imports core, its own folder and its own driver; sql and embedded share sqlite; a thread gives back memory, or steps back',
    from: (file) => isIn('adapters', file),
    allows: (to, from) =>
      isIn('core', to) ||
      roomOf(to) === roomOf(from) ||
      (['adapters/sql', 'adapters/embedded'].includes(roomOf(from)) && isIn('adapters/sqlite', to)) ||
      (['adapters/sql', 'adapters/sqlite'].includes(roomOf(from)) &&
        ['memory.ts', 'priority.ts'].includes(to)) ||
      (to.startsWith('node:') && (to !== 'node:sqlite' || !isIn('adapters/redis', from))) ||
      (PACKAGES[roomOf(from)] ?? []).includes(to),
  },
  {
    says: 'http imports core and http: no driver, no disk, no adapter, no config',
    from: (file) => isIn('http', file),
    allows: (to) =>
      isInAny(['core', 'http'], to) ||
      (PACKAGES.http as readonly string[]).includes(to) ||
      to.startsWith('@fastify/') ||
      (to.startsWith('node:') && !DISK_AND_PROCESSES.test(to)),
  },
  {
    says: 'wire puts adapters, core and config together, and knows no http',
    from: (file) => isIn('wire', file),
    allows: (to) =>
      isInAny(['wire', 'adapters', 'core', 'config'], to) || to === 'version.ts' || to.startsWith('node:'),
  },
  {
    says: 'config imports config and Node, and of core its plain rules',
    from: (file) => isIn('config', file),
    allows: (to) => isInAny(['config', 'core'], to) || to.startsWith('node:'),
  },
  {
    says: 'app.ts puts http together: plugins, routes, the logo of its pages, and the types of core',
    from: (file) => file === 'app.ts',
    allows: (to) =>
      isInAny(['http', 'core'], to) ||
      to === 'fastify' ||
      to.startsWith('@fastify/') ||
      ['node:crypto', 'node:fs'].includes(to),
  },
  {
    says: 'server.ts: config, wire, app, and the log',
    from: (file) => file === 'server.ts',
    allows: (to) =>
      isInAny(['config', 'wire', 'core'], to) ||
      ['app.ts', 'memory.ts', 'priority.ts', 'stopping.ts', 'terminal.ts', 'version.ts', 'pino'].includes(
        to,
      ) ||
      to.startsWith('node:'),
  },
  {
    says: 'a command: config and wire',
    from: (file) => isIn('commands', file),
    allows: (to) => isInAny(['commands', 'config', 'wire', 'core'], to) || to.startsWith('node:'),
  },
  {
    says: 'nothing of the product imports what is outside of src',
    from: () => true,
    allows: (to) => !to.startsWith('..'),
  },
]

/** Each import that a rule forbids, as `rule: from → to`. */
export function violations(imports: readonly Import[]): string[] {
  return RULES.flatMap(({ says, from, allows }) =>
    imports
      .filter((edge) => from(edge.from) && !allows(edge.to, edge.from))
      .map((edge) => `${says}: ${edge.from} → ${edge.to}`),
  )
}

/** Circles among these nodes, each as its path. */
export function circles(imports: readonly Import[], nodeOf: (file: string) => string): string[] {
  const edges = imports
    .filter(({ to }) => isFile(to))
    .map(({ from, to }) => ({ from: nodeOf(from), to: nodeOf(to) }))
    .filter(({ from, to }) => from !== to)
  const graph = Map.groupBy(edges, (edge) => edge.from)
  const state = new Map<string, 'open' | 'done'>()
  const found: string[] = []
  const visit = (node: string, path: readonly string[]): void => {
    if (state.get(node) === 'done') return
    if (state.get(node) === 'open') return void found.push([...path, node].join(' → '))
    state.set(node, 'open')
    for (const to of new Set((graph.get(node) ?? []).map((edge) => edge.to))) visit(to, [...path, node])
    state.set(node, 'done')
  }
  for (const node of graph.keys()) visit(node, [])
  return found
}

const EXPORT = /^export (?:async )?(?:function\*?|const|let|class|type) (\w+)|^export \{([^}]*)\}/gm

/** `file: name` of what is exported and not named by any file that imports it; files are given by their paths in the project. */
export function unusedExports(texts: ReadonlyMap<string, string>): string[] {
  const readers = Map.groupBy(
    [...texts].flatMap(([file, text]) => importsOf(file, text).filter(({ to }) => texts.has(to))),
    ({ to }) => to,
  )
  return [...texts].flatMap(([file, text]) => {
    const read = (readers.get(file) ?? []).map(({ from }) => texts.get(from) as string)
    const path = `'[^']*/${file.split('/').at(-1)}'`
    const asWhole = new RegExp(`\\* (as \\w+ )?from ${path}|import\\(${path}\\)(?!\\.)`)
    if (read.some((reader) => asWhole.test(reader))) return []
    return [...text.matchAll(EXPORT)]
      .flatMap(([, name, list]) => name ?? list?.split(',').map((one) => one.trim().split(' as ').at(-1)))
      .filter((name) => name && !read.some((reader) => new RegExp(`\\b${name}\\b`).test(reader)))
      .map((name) => `${file}: ${name}`)
  })
}
