// Server processes for measuring: each pinned to the servers' core, their CPU time read from the kernel.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

const SERVER_CORE = 0
const LOAD_CORE = 1
/** The kernel counts CPU time in hundredths of a second (`getconf CLK_TCK`). */
const TICK_MS = 10
/** Making the tables of a new MariaDB takes 20 s where others keep the disk busy: a hundred steps, each of which is committed. */
const READY_MS = 60_000

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0

export type Cpu = { readonly allMs: number; readonly mainMs: number }

export type Process = {
  readonly pid: number
  /** From its start until it was ready. */
  readonly startedMs: number
  /** CPU time that it has used since its start, and its main thread of it; 0 where there is no /proc. */
  cpu(): Cpu
  /** Resident memory now, and the most that it has been, in bytes. */
  memory(): { readonly now: number; readonly peak: number }
  /** Resolves when it has ended. */
  readonly ended: Promise<unknown>
  stop(): Promise<void>
}

type Launch = {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Servers share one core; what they lean on runs on the load's. */
  readonly core?: 'servers' | 'load'
  readonly ready: () => Promise<boolean>
}

const running = new Set<ChildProcess>()
// However the measuring ends, no server is left behind.
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

export async function launch({ command, args, env, core = 'servers', ready }: Launch): Promise<Process> {
  const pinned = canPin ? ['taskset', '-c', String(core === 'servers' ? SERVER_CORE : LOAD_CORE)] : []
  const [program, ...rest] = [...pinned, command, ...args]
  const began = performance.now()
  const child = spawn(program ?? command, rest, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  running.add(child)
  const ended = once(child, 'exit').then(() => running.delete(child))
  const errors: Buffer[] = []
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk))
  await untilReady(child, ready, () => `${command} ${args.join(' ')}: ${Buffer.concat(errors)}`)
  const startedMs = performance.now() - began
  // taskset becomes the program it starts: the pid stays.
  const pid = child.pid ?? 0
  const cpu = () => ({ allMs: cpuMs(`/proc/${pid}/stat`), mainMs: cpuMs(`/proc/${pid}/task/${pid}/stat`) })
  return { pid, startedMs, cpu, memory: () => memoryOf(pid), ended, stop: () => stop(child) }
}

async function untilReady(
  child: ChildProcess,
  ready: () => Promise<boolean>,
  told: () => string,
): Promise<void> {
  const deadline = Date.now() + READY_MS
  while (!(await ready())) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it did not start: ${told()}`)
    if (Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`it was not ready within ${READY_MS / 1000} s: ${told()}`)
    }
    await sleep(10)
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await exit
  clearTimeout(late)
}

function cpuMs(statFile: string): number {
  try {
    // The second field is the program's name in brackets, and may hold blanks: count from behind it (proc_pid_stat(5)).
    const stat = readFileSync(statFile, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS
  } catch {
    return 0
  }
}

function memoryOf(pid: number) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const field = (name: string) =>
    1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0)
  return { now: field('VmRSS'), peak: field('VmHWM') }
}

/** Moves this process, the load, away from the servers' core. */
export function pinLoad(): boolean {
  return canPin && spawnSync('taskset', ['-cp', String(LOAD_CORE), String(process.pid)]).status === 0
}

/** A free port below the range from which the kernel takes ports for outgoing connections. */
export async function freePort(): Promise<number> {
  while (true) {
    const port = 18_000 + Math.floor(Math.random() * 12_000)
    const probe = createServer()
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => resolve(true))
    })
    await new Promise((closed) => probe.close(closed))
    if (free) return port
  }
}

export async function answersOk(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok
  } catch {
    return false
  }
}
