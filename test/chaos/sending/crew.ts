// The workers of a chaos run: processes that are killed, frozen and replaced.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { diesWithUs } from '../../support/run/dies-with-us.ts'
import type { WorkerRecipe } from './worker.ts'

export type Crew = {
  hire(count: number): Promise<void>
  /** kill -9 of one, and a new one in its place. */
  kill(): Promise<void>
  /** Stops one for so long (SIGSTOP), then lets it go on. */
  freeze(ms: number): Promise<void>
  close(): Promise<void>
}

const WORKER = join(import.meta.dirname, 'worker.ts')

export function openCrew(recipe: WorkerRecipe, tell: (line: string) => void = () => {}): Crew {
  const workers: ChildProcess[] = []
  let turn = 0

  async function hireOne(): Promise<void> {
    const worker = spawn(...diesWithUs(process.execPath, [WORKER, JSON.stringify(recipe)]), {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const end = (): void => void worker.kill('SIGKILL')
    process.once('exit', end)
    worker.once('exit', () => process.off('exit', end))
    workers.push(worker)
    const ready = Promise.withResolvers<void>()
    worker.once('exit', (code) => ready.reject(new Error(`a worker ended with ${code}`)))
    ready.promise.catch(() => {}) // later ends are meant
    worker.stdout?.on('data', (text: Buffer) => {
      for (const line of String(text).split('\n')) {
        if (line.includes('"ready"')) ready.resolve()
        else if (line !== '') tell(`worker ${worker.pid}: ${line}`)
      }
    })
    await ready.promise
  }

  const next = (): ChildProcess => workers[turn++ % workers.length] as ChildProcess

  return {
    async hire(count) {
      for (let n = 0; n < count; n++) await hireOne()
    },
    async kill() {
      const worker = next()
      workers.splice(workers.indexOf(worker), 1)
      worker.kill('SIGKILL')
      await once(worker, 'exit')
      await hireOne()
    },
    async freeze(ms) {
      const worker = next()
      worker.kill('SIGSTOP')
      await sleep(ms)
      worker.kill('SIGCONT')
    },
    async close() {
      const running = workers.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
      await Promise.all(
        running.map((worker) => {
          worker.kill('SIGTERM')
          return once(worker, 'exit')
        }),
      )
    },
  }
}
