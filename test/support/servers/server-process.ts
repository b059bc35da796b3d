// Runs a server for tests: the one that is installed, or else the same one from a container image.
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomInt, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { containerPid, hasDocker, runArgs, signalContainer, type ServerCommand } from './containers.ts'
import { diesWithUs } from '../run/dies-with-us.ts'

// Below those that Linux gives to connections: of them one may be taken before a server listens, or listens again.
// Each worker of a run has its own: to another, the port of a server that has yet to listen, or is down, seems to be free.
const [WORKERS, EACH] = [13, 1_700]
const FIRST_PORT = 10_000 + EACH * (Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS)
const LAST_PORT = FIRST_PORT + EACH - 1
/** Each run begins elsewhere. */
let nextPort = randomInt(FIRST_PORT, LAST_PORT)

// Debian keeps servers where only root's PATH looks.
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']

export type ServerProcess = {
  /** STOP freezes it, CONT thaws it, KILL is a crash. */
  signal(name: 'TERM' | 'KILL' | 'STOP' | 'CONT'): void
  /** Resolves when it has ended. */
  readonly ended: Promise<void>
  isRunning(): boolean
}

export function launch(command: ServerCommand, args: readonly string[]): ServerProcess {
  const { file, words, container } = how(command, args)
  const child = spawn(...diesWithUs(file, words), { stdio: 'ignore' })
  if (!container) return track(child)
  return track(child, {
    // One that has ended already cannot be killed.
    kill: () => void spawnSync('docker', ['kill', container], { stdio: 'ignore' }),
    signal: (name) => signalContainer(container, name),
    pid: () => containerPid(container),
  })
}

/** Runs a command of a server that ends by itself. */
export async function runCommand(command: ServerCommand, args: readonly string[]): Promise<void> {
  const { file, words } = how(command, args)
  await promisify(execFile)(file, words)
}

/** TEST_SERVERS=docker takes containers also where a server is installed. */
function how(command: ServerCommand, args: readonly string[]) {
  const path = process.env.TEST_SERVERS === 'docker' ? undefined : findCommand(command)
  if (path) return { file: path, words: args }
  if (!hasDocker()) throw new Error(`${command} is not installed: npm run setup brings it`)
  const container = `hub-test-${command}-${randomUUID()}`
  return { file: 'docker', words: runArgs(command, container, args), container }
}

export function findCommand(command: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, command)).find(existsSync)
}

export async function freePort(): Promise<number> {
  for (;;) {
    nextPort = nextPort === LAST_PORT ? FIRST_PORT : nextPort + 1
    const server = createServer().listen(nextPort, '127.0.0.1')
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return nextPort
  }
}

type Reach = {
  readonly kill: () => void
  readonly signal: (name: string) => void
  readonly pid: () => number | undefined
}

const directly = (child: ChildProcess): Reach => ({
  kill: () => void child.kill('SIGKILL'),
  signal: (name) => void child.kill(`SIG${name}` as NodeJS.Signals),
  pid: () => child.pid,
})

/** A server of a test that breaks off must not stay behind. */
function track(child: ChildProcess, reach = directly(child)): ServerProcess {
  process.once('exit', reach.kill)
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  const ended = once(child, 'exit').then(() => void process.off('exit', reach.kill))
  const signal: ServerProcess['signal'] = (name) => {
    reach.signal(name)
    if (name === 'STOP') untilFrozen(reach.pid())
  }
  return { signal, ended, isRunning }
}

/** A signal takes a moment to reach every thread: until then a frozen server may still answer. Linux tells. */
function untilFrozen(pid: number | undefined): void {
  const tasks = `/proc/${pid}/task`
  const isFrozen = (task: string) => {
    try {
      return /\) T [^)]*$/.test(readFileSync(join(tasks, task, 'stat'), 'utf8'))
    } catch {
      return true // a thread that has ended meanwhile
    }
  }
  for (const until = Date.now() + 1_000; existsSync(tasks) && Date.now() < until;)
    if (readdirSync(tasks).every(isFrozen)) return
}

/** Ends a server if it still runs, also a frozen one. */
export async function end(server: ServerProcess, signal: 'TERM' | 'KILL'): Promise<void> {
  if (!server.isRunning()) return
  server.signal('CONT')
  server.signal(signal)
  await server.ended
}

/** Asks until it answers; fails when it has ended, or does not come up in time. */
export async function untilReady(
  server: Pick<ServerProcess, 'isRunning'>,
  ask: () => Promise<unknown>,
  ms: number,
): Promise<void> {
  for (const until = Date.now() + ms; ;) {
    try {
      await ask()
      return
    } catch (error) {
      if (!server.isRunning() || Date.now() > until)
        throw new Error('The server does not start', { cause: error })
      await sleep(20)
    }
  }
}
