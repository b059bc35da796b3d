// The pace of the lanes in Redis, where all workers share it.
import { HubError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import {
  AHEAD_MS,
  FULL_PACE,
  PAUSED_ASK_MS,
  TURN_MS,
  pause,
  slowDown,
  speedUp,
  toState,
  type LaneConfig,
  type Pace,
} from '../../core/sending/lanes.ts'
import type { LaneControl } from '../../core/sending/ports.ts'
import { SEND_KEYS } from './keys.ts'
import { leaseScript, paceScript, peekScript } from './lane-control.scripts.ts'
import { openPlaces } from './lane-control.places.ts'
import type { SendConnection } from './send-connection.ts'

export type RedisLaneOptions = {
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

  function configOf(lane: string): LaneConfig {
    const config = configs.find(({ name }) => name === lane)
    if (config) return config
    throw new HubError('server.internal', { message: `There is no lane ${lane}` })
  }

  async function peek(lane: string): Promise<{ text: string; pace: Pace; at: number }> {
    const reply = await connection.run(peekScript, [SEND_KEYS.lane(lane)], [clock()])
    const [text = '', at] = reply as string[]
    return { text, pace: text ? (JSON.parse(text) as Pace) : FULL_PACE, at: Number(at) }
  }

  /** The rules are core's: read, applied, and written if nobody was faster. */
  async function change(lane: string, rule: (pace: Pace, at: number) => Pace): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      const { text, pace, at } = await peek(lane)
      const next = rule(pace, at)
      if (next === pace) return
      const args = ['', text, JSON.stringify(next)]
      if ((await connection.run(paceScript, [SEND_KEYS.lane(lane)], args)) === 1) return
    }
  }

  return {
    async lease(lane, count) {
      const args = [clock(), count, configOf(lane).perSecond, AHEAD_MS, PAUSED_ASK_MS]
      const [granted, retryAfterMs] = (await connection.run(leaseScript, [SEND_KEYS.lane(lane)], args)) as [
        number,
        string,
      ]
      return { granted, retryAfterMs: Number(retryAfterMs) }
    },
    connect: (lane, owner) => places.take(configOf(lane), owner),
    report: (lane, result, reason = '', deferredShare = 1) =>
      change(lane, (pace, at) =>
        result === 'sent' ? speedUp(pace, at) : slowDown(pace, reason, at, deferredShare),
      ),
    // The caller's clock may be another than Redis's: what counts is how long.
    pause: (lane, reason, untilMs) => {
      const length = untilMs - (now ?? Date.now)()
      return change(lane, (pace, at) => pause(pace, reason, at + length, at))
    },
    resume: (lane) => change(lane, () => ({ ...FULL_PACE })),
    states: () =>
      Promise.all(
        configs.map(async (config) => {
          const { pace, at } = await peek(config.name)
          return toState(config, pace, at)
        }),
      ),
    close: places.close,
  }
}
