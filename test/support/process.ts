// The program itself, as a process of its own.
import { spawn, type ChildProcess } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diesWithUs } from './run/dies-with-us.ts'
import { untilReady } from './servers/server-process.ts'

const ROOT = join(import.meta.dirname, '../..')
const SERVER = join(ROOT, 'src/server.ts')
/** A busy machine takes its time. */
const READY_MS = 300_000
/** The same as npm start's: tests start it very often. */
const NODE_COMPILE_CACHE = join(ROOT, 'node_modules/.cache/node')

export type HubProcess = {
  readonly child: ChildProcess
  readonly url: string
  /** What it printed, log and greeting. */
  printed(): string
  readonly exited: Promise<number | null>
  /** Resolves when /readyz says so. */
  ready(): Promise<void>
}

/** Starts the program with these settings and nothing of the surrounding environment's. */
export function spawnHub(env: Record<string, string>, descriptors?: number): HubProcess {
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env
  const limit = descriptors ? `ulimit -n ${descriptors} && ` : ''
  const child = spawn(...diesWithUs('sh', ['-c', `${limit}exec "$0" "$1"`, process.execPath, SERVER]), {
    env: { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE, ...env },
    cwd: tmpdir(),
    stdio: 'pipe',
  })
  // A test that breaks off must not leave a hub behind.
  const leave = () => void child.kill('SIGKILL')
  process.once('exit', leave)
  child.once('exit', () => process.off('exit', leave))
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text: Buffer) => (printed += String(text)))
  const url = `http://127.0.0.1:${env.PORT}`
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  return {
    child,
    url,
    printed: () => printed,
    exited,
    async ready() {
      const isRunning = () => child.exitCode === null && child.signalCode === null
      const ask = async () => {
        const { status } = await fetch(`${url}/readyz`)
        if (status !== 200) throw new Error(`readyz: ${status}`)
      }
      await untilReady({ isRunning }, ask, READY_MS).catch((cause) => {
        throw new Error(`the hub is not ready: ${printed}`, { cause })
      })
    },
  }
}
