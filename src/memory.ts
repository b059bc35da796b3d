// Memory that a burst has taken, and nobody needs any more: starting, many sockets that are opened, a minute of webhooks.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Look = { readonly at: number; readonly resident: number; readonly utilization: number }

const LOOK_MS = 1_000
/** Of the time between two looks: more, and somebody would wait for the collection. */
const QUIET = 0.05
/** Less is not worth it: a young generation comes and goes. */
const WORTH_BYTES = 16 * 1024 * 1024
const REST_MS = 30_000

/**
 * V8 collects as it allocates: what a burst has left behind it keeps for as long as nothing happens. This is the only way to ask
 * for it: Node has no other name for V8's own collection under pressure. Each thread asks for itself.
 */
export function giveBackMemoryWhenQuiet(): void {
  const isTime = createQuietWatch()
  let before = performance.eventLoopUtilization()
  setInterval(() => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    if (isTime({ at: performance.now(), resident: process.memoryUsage.rss(), utilization })) giveBackMemory()
  }, LOOK_MS).unref()
}

/** Tells, look by look, when there is something to give back and nobody who would notice. */
export function createQuietWatch(): (look: Look) => boolean {
  let least = 0 // who has just started holds twice what serving takes
  let last = -Infinity
  return ({ at, resident, utilization }) => {
    least = Math.min(least, resident)
    if (utilization > QUIET || resident - least < WORTH_BYTES || at - last < REST_MS) return false
    if (least > 0) last = at // after a start, everybody may come back at once
    least = Infinity
    return true
  }
}

function giveBackMemory(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
