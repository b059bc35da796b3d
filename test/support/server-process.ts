// Runs a server for tests: the one that is installed, or else the same one from a container image.
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

// Debian keeps servers where only root's PATH looks.
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']

export type ServerProcess = {
  /** STOP freezes it, CONT thaws it, KILL is a crash. */
  signal(name: 'TERM' | 'KILL' | 'STOP' | 'CONT'): void
  /** Resolves when it has ended. */
  readonly ended: Promise<void>
  isRunning(): boolean
}

export type Launch = {
  readonly command: string
  /** What to run where the command is not installed but docker is. The folder is /data in there. */
  readonly image: string
  readonly folder: string
  readonly port: number
  /** Its arguments, given the folder as the server sees it and the address to listen on. */
  readonly args: (folder: string, address: string) => readonly string[]
}

export function launch({ command, image, folder, port, args }: Launch): ServerProcess {
  const path = findCommand(command)
  if (path) return track(spawn(path, args(folder, '127.0.0.1'), { stdio: 'ignore' }))
  if (!hasDocker()) throw new Error(`${command} is not installed: npm run setup brings it`)
  const name = `hub-test-${command}-${port}-${Date.now()}`
  const place = [
    '--name',
    name,
    '-p',
    `127.0.0.1:${port}:${port}`,
    '-v',
    `${folder}:/data`,
    '--user',
    userId(),
  ]
  const container = ['run', '--rm', ...place, image, command, ...args('/data', '0.0.0.0')]
  const running = track(spawn('docker', container, { stdio: 'ignore' }))
  return { ...running, signal: (signal) => execFileSync('docker', ['kill', `--signal=${signal}`, name]) }
}

export function findCommand(command: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, command)).find(existsSync)
}

export function hasDocker(): boolean {
  return spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** A server of a test that breaks off must not stay behind. */
export function track(child: ChildProcess): ServerProcess {
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  const ended = once(child, 'exit').then(() => void process.off('exit', end))
  const signal: ServerProcess['signal'] = (name) => {
    child.kill(`SIG${name}`)
    if (name === 'STOP') untilFrozen(child.pid)
  }
  return { signal, ended, isRunning }
}

/** A signal takes a moment to reach every thread: until then a frozen server may still answer. Linux tells. */
function untilFrozen(pid: number | undefined): void {
  const tasks = `/proc/${pid}/task`
  const isFrozen = (task: string) => /\) T [^)]*$/.test(readFileSync(join(tasks, task, 'stat'), 'utf8'))
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
  server: ServerProcess,
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

function userId(): string {
  return `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`
}
