// Heartbeats, by which the processes of one hub know each other.
import type { Process, Processes } from '../ports.ts'

type HeartbeatOptions = {
  readonly processes: Processes
  readonly me: Omit<Process, 'seen'>
  readonly now?: () => number
  readonly everyMs?: number
}

export type Heartbeat = {
  /** Oldest first; of the silent ones only the last ten. */
  others(): Promise<readonly (Process & { readonly silent: boolean })[]>
  close(): Promise<void>
}

const EVERY_MS = 10_000
/** Three heartbeats were missed: the process was killed, hangs, or cannot reach the store. */
const SILENT_MS = 30_000
const FORGOTTEN_MS = 24 * 3_600_000
/** A process that is killed and restarted again and again leaves a silent one each time. */
const SILENT_MOST = 10

export function startHeartbeat({
  processes,
  me,
  now = Date.now,
  everyMs = EVERY_MS,
}: HeartbeatOptions): Heartbeat {
  // An outage of the store is reported by everything else that needs it.
  const beat = () => processes.tell({ ...me, seen: now() }).catch(() => {})
  let beating = beat()
  const timer = setInterval(() => (beating = beat()), everyMs).unref()
  return {
    async others() {
      const all = (await processes.list())
        .filter(({ id }) => id !== me.id)
        .map((each) => ({ ...each, silent: now() - each.seen > SILENT_MS }))
      const silent = all.filter((each) => each.silent).sort((a, b) => b.seen - a.seen)
      const forgotten = silent.filter(({ seen }, n) => n >= SILENT_MOST || now() - seen >= FORGOTTEN_MS)
      await Promise.all(forgotten.map(({ id }) => processes.leave(id)))
      return all.filter((each) => !forgotten.includes(each)).sort((a, b) => a.since - b.since)
    },
    async close() {
      clearInterval(timer)
      await beating
      await processes.leave(me.id).catch(() => {})
    },
  }
}
