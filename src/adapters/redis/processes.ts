// The processes that share one Redis: a hash with the last report of each.
import type { Log } from '../../core/log.ts'
import type { Process, Processes } from '../../core/ports.ts'
import { openAsking } from './asking.ts'
import { PROCESSES_KEY } from './keys.ts'

/** Throws feed.unavailable when Redis does not answer. */
export function openRedisProcesses({ url, log }: { url: string; log: Log }): Processes & { close(): void } {
  const { ask, close } = openAsking({ url, name: 'processes', log })
  return {
    tell: (me) => ask(async (redis) => void (await redis.hset(PROCESSES_KEY, me.id, JSON.stringify(me)))),
    list: () => ask(async (redis) => (await redis.hvals(PROCESSES_KEY)).flatMap(readProcess)),
    leave: (id) => ask(async (redis) => void (await redis.hdel(PROCESSES_KEY, id))),
    close,
  }
}

function readProcess(text: string): Process[] {
  try {
    const { id, role, version, since, seen } = JSON.parse(text) as Record<keyof Process, unknown>
    const isRead =
      [id, role, version].every((each) => typeof each === 'string') && [since, seen].every(isInstant)
    return isRead ? [{ id, role, version, since, seen } as Process] : []
  } catch {
    return []
  }
}

const isInstant = (value: unknown): boolean =>
  typeof value === 'number' && !Number.isNaN(new Date(value).getTime())
