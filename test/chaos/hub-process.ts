// A hub in a process of its own, that can be killed and started again on the same port and the same stores.
import { readFileSync } from 'node:fs'
import { spawnHub, type HubProcess as Program } from '../support/process.ts'
import { freePort } from '../support/servers/server-process.ts'

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

export async function startHubProcess(
  dir: string,
  env: Readonly<Record<string, string>>,
): Promise<HubProcess> {
  const port = await freePort()
  const address = `127.0.0.1:${port}`
  const settings = {
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: dir,
    API_TOKEN: TOKEN,
    SECRET: 'secret-of-the-chaos-runs',
    MANDRILL_WEBHOOK_KEYS: HOOK_KEY,
    LOG_LEVEL: 'error',
  }
  let program: Program | undefined
  let peak = 0

  const measure = () => (peak = Math.max(peak, peakOf(program?.child.pid)))
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    measure()
    program?.child.kill(signal)
    await program?.exited
  }
  const start = async () => {
    program = spawnHub({ ...settings, ...env })
    program.child.stderr?.pipe(process.stderr)
    await program.ready()
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
