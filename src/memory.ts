// Memory that starting takes, and serving does not need.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** By then who waits for the hub to be healthy has seen it. */
const LATER_MS = 1_000

/**
 * Starting takes twice the memory that serving does, and V8 would keep it for as long as a timer runs. This is the only
 * way to ask for it: Node has no other name for V8's own collection under pressure. Each thread asks for itself.
 */
export function giveBackMemoryLater(): void {
  setTimeout(giveBackMemory, LATER_MS).unref()
}

function giveBackMemory(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
