// Measures contenders against each other: warmed up, in turns (A B C, A B C …), as CPU per operation and as rate.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cpu, Process } from './processes.ts'

export type Contender = {
  readonly name: string
  readonly server: Process
  /** Servers that it leans on, such as Redis: counted apart. */
  readonly stores: readonly Process[]
  /** Puts load on the server for about `ms`, and tells how many operations it did. */
  load(ms: number): Promise<number>
  close(): Promise<void>
}

export type Sample = {
  readonly operations: number
  readonly seconds: number
  readonly cpuMs: number
  /** Of it the main thread: what bounds the rate of a Node process. */
  readonly mainCpuMs: number
  readonly storeCpuMs: number
}

export type Plan = { readonly warmUpMs: number; readonly roundMs: number; readonly rounds: number }

/** Alternating the contenders spreads the machine's moods over all of them. */
export async function interleave(
  contenders: readonly Contender[],
  plan: Plan,
): Promise<Map<string, Sample[]>> {
  const samples = new Map<string, Sample[]>(contenders.map(({ name }) => [name, []]))
  for (const contender of contenders) {
    await contender.load(plan.warmUpMs)
    await untilIdle(contender)
  }
  for (let round = 1; round <= plan.rounds; round++) {
    for (const contender of contenders) {
      process.stderr.write(`  round ${round}/${plan.rounds}: ${contender.name}\n`)
      samples.get(contender.name)?.push(await measure(contender, plan.roundMs))
    }
  }
  return samples
}

/** What a server does behind its answers (archiving, for one) is part of what an operation costs. */
async function measure(contender: Contender, ms: number): Promise<Sample> {
  const before = cpuOf(contender)
  const start = performance.now()
  const operations = await contender.load(ms)
  const seconds = (performance.now() - start) / 1000
  await untilIdle(contender)
  const after = cpuOf(contender)
  return {
    operations,
    seconds,
    cpuMs: after.server.allMs - before.server.allMs,
    mainCpuMs: after.server.mainMs - before.server.mainMs,
    storeCpuMs: after.storeMs - before.storeMs,
  }
}

function cpuOf({ server, stores }: Contender): { server: Cpu; storeMs: number } {
  return { server: server.cpu(), storeMs: stores.reduce((sum, store) => sum + store.cpu().allMs, 0) }
}

const IDLE_WINDOW_MS = 300
const IDLE_SHARE = 0.07
const LONGEST_WAIT_MS = 60_000

async function untilIdle(contender: Contender): Promise<void> {
  const deadline = Date.now() + LONGEST_WAIT_MS
  while (Date.now() < deadline) {
    const before = cpuOf(contender)
    await sleep(IDLE_WINDOW_MS)
    const after = cpuOf(contender)
    const used = after.server.allMs - before.server.allMs + after.storeMs - before.storeMs
    if (used <= IDLE_WINDOW_MS * IDLE_SHARE) return
  }
}

type Figures = {
  /** Microseconds an operation. */
  readonly cpu: number
  readonly mainCpu: number
  readonly storeCpu: number
  readonly rate: number
  /** How far the rounds lie apart: (largest - smallest) / median of the CPU per operation. */
  readonly spread: number
}

/** Medians over the rounds: one disturbed round does not count. */
export function figuresOf(samples: readonly Sample[]): Figures {
  const each = (ms: (sample: Sample) => number) =>
    samples.map((sample) => (ms(sample) * 1000) / sample.operations)
  const cpu = each(({ cpuMs }) => cpuMs)
  return {
    cpu: median(cpu),
    mainCpu: median(each(({ mainCpuMs }) => mainCpuMs)),
    storeCpu: median(each(({ storeCpuMs }) => storeCpuMs)),
    rate: median(samples.map(({ operations, seconds }) => operations / seconds)),
    spread: (Math.max(...cpu) - Math.min(...cpu)) / median(cpu),
  }
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}
