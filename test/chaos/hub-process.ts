// A hub in a process of its own, that can be killed and started again on the same port and the same stores.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../support/server-process.ts'

export const HOOK_KEY = 'chaos-webhook-key'
export const TOKEN = 'api-token-of-the-chaos-runs'

export type HubProcess = {
  /** host:port */
  readonly address: string
  /** The crash: nothing is told, nothing is closed. */
  kill(): Promise<void>
  start(): Promise<void>
  /** As an operator stops it. */
  stop(): Promise<void>
  /** The most memory that any of its processes held, in MiB; 0 where the kernel does not tell. */
  peakMiB(): number
  get(path: string): Promise<unknown>
}

const READY_MS = 30_000

export async function startHubProcess(
  dir: string,
  env: Readonly<Record<string, string>>,
): Promise<HubProcess> {
  const port = await freePort()
  const address = `127.0.0.1:${port}`
  let child: ChildProcess | undefined
  let peak = 0

  const measure = () => (peak = Math.max(peak, peakOf(child?.pid)))
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    measure()
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }
  const start = async () => {
    child = spawnHub(port, dir, env)
    await untilReady(child, address)
  }
  await start()
  return {
    address,
    start,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    peakMiB: measure,
    get: (path) => get(`http://${address}${path}`),
  }
}

function spawnHub(port: number, dir: string, env: Readonly<Record<string, string>>): ChildProcess {
  const server = fileURLToPath(new URL('../../src/server.ts', import.meta.url))
  const settings = {
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: dir,
    API_TOKEN: TOKEN,
    SECRET: 'secret-of-the-chaos-runs',
    MANDRILL_WEBHOOK_KEYS: HOOK_KEY,
    LOG_LEVEL: 'error',
  }
  const child = spawn(process.execPath, ['--disable-warning=DeprecationWarning', server], {
    env: { ...process.env, ...settings, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const leave = () => void child.kill('SIGKILL')
  process.once('exit', leave)
  child.once('exit', () => process.off('exit', leave))
  return child
}

async function untilReady(child: ChildProcess, address: string): Promise<void> {
  const deadline = Date.now() + READY_MS
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error('the hub ended while it started')
    const answer = await fetch(`http://${address}/readyz`).catch(() => undefined)
    if (answer?.ok) return
    await sleep(20)
  }
  throw new Error(`the hub was not ready within ${READY_MS} ms`)
}

async function get(url: string): Promise<unknown> {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } })
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
  } catch {
    return 0
  }
}
