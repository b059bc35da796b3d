// The pace of the lanes, and what they were told, in Redis, where all workers share it.
import type { Log } from '../../../core/log.ts'
import {
  createLaneControl,
  NOTHING_KEPT,
  type Kept,
  type LaneStore,
} from '../../../core/sending/lanes/control.ts'
import { AHEAD_MS, PAUSED_ASK_MS, TURN_MS, type LaneConfig } from '../../../core/sending/lanes/lanes.ts'
import type { LaneControl } from '../../../core/sending/ports.ts'
import { SEND_KEYS } from '../keys.ts'
import { leaseScript, peekScript, swapScript } from './lane-scripts.ts'
import { openPlaces } from './places.ts'
import type { SendConnection } from './connection.ts'

type RedisLaneOptions = {
  readonly connection: Pick<SendConnection, 'run'>
  readonly configs: readonly LaneConfig[]
  /** Redis's own clock without it. */
  readonly now?: () => number
  readonly log: Log
}

/** Workers that learn something of a lane at the same moment get in each other's way a few times at most. */
const TRIES = 10

export function openRedisLaneControl(options: RedisLaneOptions): LaneControl & { close(): Promise<void> } {
  const { connection, configs, now } = options
  const clock = (): string => (now ? String(now()) : '')
  const places = openPlaces({ ...options, clock, turnMs: TURN_MS })

  async function peek<K extends keyof Kept>(lane: string, what: K) {
    const reply = await connection.run(peekScript, [SEND_KEYS.lane(lane)], [clock(), what])
    const [text = '', at] = reply as string[]
    const kept: Kept[K] = text ? { ...NOTHING_KEPT[what], ...JSON.parse(text) } : NOTHING_KEPT[what]
    return { text, kept, at: Number(at) }
  }

  const store: LaneStore = {
    async change(lane, what, rule) {
      for (let tries = 0; tries < TRIES; tries++) {
        const { text, kept, at } = await peek(lane, what)
        const next = rule(kept, at)
        if (next === kept) return
        const args = [what, text, JSON.stringify(next)]
        if ((await connection.run(swapScript, [SEND_KEYS.lane(lane)], args)) === 1) return
      }
    },
    pace: (lane) => peek(lane, 'pace'),
    async lease({ name, perSecond }, count) {
      const args = [clock(), count, perSecond, AHEAD_MS, PAUSED_ASK_MS]
      const reply = await connection.run(leaseScript, [SEND_KEYS.lane(name)], args)
      const [granted, retryAfterMs] = reply as [number, string]
      return { granted, retryAfterMs: Number(retryAfterMs) }
    },
    connect: places.take,
  }
  return { ...createLaneControl(configs, store, now ?? Date.now), close: places.close }
}
