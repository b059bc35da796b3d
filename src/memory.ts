// Gives memory back to the system after a burst: the start, many sockets that connect, a minute of webhooks.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Look = { readonly at: number; readonly resident: number; readonly utilization: number }

const LOOK_MS = 1_000
/** The event loop's largest utilization that counts as quiet: if it is busier, somebody would wait for the collection. */
const QUIET = 0.05
/** Growth of less is not worth a collection: the young generation alone varies as much. */
const WORTH_BYTES = 16 * 1024 * 1024
const REST_MS = 30_000

/**
 * V8 collects only while it allocates, so what a burst leaves behind stays while nothing happens. Each thread must call this for
 * itself. Node has no other way to ask for the collection that V8 makes under memory pressure.
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

/** Returns true for a look at which there is much to give back and the thread is quiet. At most once per REST_MS. */
export function createQuietWatch(): (look: Look) => boolean {
  let least = 0 // 0 at first: a process that has just started holds twice what serving takes
  let last = -Infinity
  return ({ at, resident, utilization }) => {
    least = Math.min(least, resident)
    if (utilization > QUIET || resident - least < WORTH_BYTES || at - last < REST_MS) return false
    if (least > 0) last = at // not after the start: everybody may reconnect then, so the next collection must not have to wait
    least = Infinity
    return true
  }
}

function giveBackMemory(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
