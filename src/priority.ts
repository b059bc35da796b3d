// Lowers the priority of threads whose work can wait, so that they do not slow down the hook on a shared core.
import { readdirSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/** Nice values: a third and a tenth of the processor's time that others get. See setpriority(2). */
const NICE = { archive: 5, helpers: 10 }
const TASKS = '/proc/self/task'

/** Lowers the thread that calls it. */
export const letArchiveStepBack = (): void => stepBack(NICE.archive)

/** Lowers V8's threads. Four of them mark the heap at once: on a single core, the main thread would get a fifth of the time. */
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

/** Only on Linux does a thread have a priority of its own. */
function stepBack(nice: number, thread = 0): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(thread, nice)
  } catch {} // a sandbox may not allow it: then the priority stays
}
