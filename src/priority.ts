// Threads that step back: what can wait must not slow down the hook, where both want the same core.
import { readdirSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/** Weighs so much less than the rest: a third, and a tenth. See setpriority(2). */
const NICE = { archive: 5, helpers: 10 }
const TASKS = '/proc/self/task'

/** The thread that calls it. */
export const letArchiveStepBack = (): void => stepBack(NICE.archive)

/** V8's threads. They mark the heap, four at a time: where there is one core, the main thread would get a fifth of it. */
export function letHelpersStepBack(): void {
  if (process.platform !== 'linux') return
  for (const thread of readdirSync(TASKS))
    if (nameOf(thread).startsWith('V8Worker')) stepBack(NICE.helpers, Number(thread))
}

function nameOf(thread: string): string {
  try {
    return readFileSync(`${TASKS}/${thread}/comm`, 'latin1')
  } catch {
    return '' // it has ended meanwhile
  }
}

/** A thread has a priority of its own on Linux only. */
function stepBack(nice: number, thread = 0): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(thread, nice)
  } catch {} // a sandbox that does not allow it: as it was
}
