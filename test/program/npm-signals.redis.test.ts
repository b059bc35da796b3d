// Who stops npm stops the command: npm passes signals on to a shell, and only what has taken the shell's place gets them.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockDataDir } from '../../src/adapters/embedded/data-dir-lock.ts'
import { freePort } from '../support/servers/server-process.ts'
import { until } from '../support/eventually.ts'

const ROOT = join(import.meta.dirname, '../..')

let dir: string
let port: number
let npm: ChildProcess
let printed: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hub-npm-'))
  port = await freePort()
  printed = ''
})
afterEach(async () => {
  for (const { pid } of remaining()) process.kill(pid, 'SIGKILL')
  await rm(dir, { recursive: true, force: true })
})

/** All that was started from here: each process inherits this test's own TMPDIR. Linux tells. */
function remaining(): { pid: number; command: string }[] {
  const read = (pid: string, file: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8')
    } catch {
      return '' // it has just ended, or is not ours
    }
  }
  const pids = existsSync('/proc') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []
  return pids
    .filter((pid) => read(pid, 'environ').split('\0').includes(`TMPDIR=${dir}`))
    .map((pid) => ({ pid: Number(pid), command: read(pid, 'cmdline').replaceAll('\0', ' ') }))
}

/** Starts npm alone in a process group, as a shell with job control does. */
function run(script: string, args: readonly string[] = [], env: Record<string, string> = {}): void {
  const { PATH = '', HOME = '' } = process.env
  npm = spawn('npm', ['run', script, '--', ...args], {
    cwd: ROOT,
    env: { PATH, HOME, TMPDIR: dir, PORT: String(port), DATA_DIR: join(dir, 'data'), ...env },
    stdio: 'pipe',
    detached: true,
  })
  for (const stream of [npm.stdout, npm.stderr]) stream?.on('data', (text) => (printed += String(text)))
}

const becomes = (check: () => boolean | Promise<boolean>) =>
  until(async () => expect(await check(), printed).toBe(true))
const answers = async () =>
  (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.status === 200
const isRunning = (part: string) => remaining().some(({ command }) => command.includes(part))

async function expectNothingLeft(): Promise<void> {
  await becomes(() => npm.exitCode !== null || npm.signalCode !== null)
  await until(() => expect(remaining()).toEqual([]))
  const probe = createServer().listen(port, '127.0.0.1')
  await new Promise<void>((resolve, reject) => probe.once('listening', resolve).once('error', reject))
  probe.close()
  if (existsSync(join(dir, 'data'))) lockDataDir(join(dir, 'data')).release()
}

test.for([
  { script: 'start', signal: 'SIGTERM', ready: answers },
  { script: 'start', signal: 'SIGINT', ready: answers },
  { script: 'dev', signal: 'SIGTERM', ready: answers },
  { script: 'demo', signal: 'SIGTERM', ready: answers, args: ['--subscribers', '20'] },
] as const)('$signal to npm run $script stops it cleanly', async ({ script, signal, ready, ...rest }) => {
  run(script, 'args' in rest ? rest.args : [])
  await becomes(ready)
  npm.kill(signal)
  await expectNothingLeft()
  expect({ code: npm.exitCode, signal: npm.signalCode, printed }).toMatchObject({ code: 0, signal: null })
})

test('Ctrl-C, which the hub gets from the terminal and from npm, stops it cleanly', async () => {
  run('start')
  await becomes(answers)
  process.kill(-(npm.pid as number), 'SIGINT')
  await expectNothingLeft()
  expect(npm.exitCode).toBe(0)
  expect(printed).toContain('"msg":"closed"')
})

test.for([
  { script: 'bench', args: ['--only', 'disk', '--smoke'], part: 'src/server.ts' },
  { script: 'chaos', args: ['--stores', 'redis'], part: 'src/server.ts' },
  { script: 'demo', args: [], part: 'src/server.ts' },
  { script: 'test:fast', args: ['test/program/server.test.ts'], part: 'src/server.ts' },
])('SIGTERM to npm run $script leaves nothing of what it has started', async ({ script, args, part }) => {
  run(script, args)
  await becomes(() => isRunning(part))
  npm.kill('SIGTERM')
  await expectNothingLeft()
})

/** A module that stops whoever starts a hub at that very moment. */
const STOPS_AT_START = `data:text/javascript,${encodeURIComponent(`
  import child from 'node:child_process'
  import { syncBuiltinESMExports } from 'node:module'
  const { spawn } = child
  child.spawn = (...given) => {
    const started = spawn(...given)
    if (JSON.stringify(given).includes('src/server.ts')) process.kill(process.pid, 'SIGTERM')
    return started
  }
  syncBuiltinESMExports()`)}`

test('SIGTERM at the moment in which the demo starts its hub leaves no hub behind', async () => {
  run('demo', [], { NODE_OPTIONS: `--import ${STOPS_AT_START}` })
  await expectNothingLeft()
})

test.for(['backup', 'restore', 'restored', 'setup', 'screenshot'])(
  'npm run %s takes the shell’s place',
  (script) => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect(scripts[script]).toMatch(/^node src\/check-node\.js && exec node /)
  },
)

test('SIGTERM to npm while the hub waits for a store stops it at once', async () => {
  const nobody = await freePort()
  run('start', [], {
    REDIS_URL: `redis://127.0.0.1:${nobody}`,
    API_TOKEN: 'a-token-of-the-tests',
    SECRET: 'a-secret-of-the-tests',
  })
  await becomes(() => printed.includes('cannot be reached'))
  npm.kill('SIGTERM')
  await expectNothingLeft()
  expect(npm.exitCode).toBe(0)
  expect(printed).toContain('stopped while starting')
})
