// The pace of the lanes, and what they were told, in Redis, where all workers share it.
import { HubError } from '../../../core/errors.ts'
import type { Log } from '../../../core/log.ts'
import {
  AHEAD_MS,
  FULL_PACE,
  PAUSED_ASK_MS,
  TURN_MS,
  pause,
  resume,
  slowDown,
  speedUp,
  toState,
  type LaneConfig,
  type Pace,
} from '../../../core/sending/lanes/lanes.ts'
import type { LaneControl } from '../../../core/sending/ports.ts'
import { NO_SUSPICION, taken, weigh } from '../../../core/sending/lanes/suspicion.ts'
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

/** What is kept of a lane. */
type Field = 'pace' | 'suspicion'

export function openRedisLaneControl(options: RedisLaneOptions): LaneControl & { close(): Promise<void> } {
  const { connection, configs, now } = options
  const clock = (): string => (now ? String(now()) : '')
  const places = openPlaces({ ...options, clock, turnMs: TURN_MS })

  function configOf(lane: string): LaneConfig {
    const config = configs.find(({ name }) => name === lane)
    if (config) return config
    throw new HubError('server.internal', { message: `There is no lane ${lane}` })
  }

  async function peek<T extends object>(
    lane: string,
    field: Field,
    empty: T,
  ): Promise<{ text: string; kept: T; at: number }> {
    const reply = await connection.run(peekScript, [SEND_KEYS.lane(lane)], [clock(), field])
    const [text = '', at] = reply as string[]
    return { text, kept: text ? { ...empty, ...(JSON.parse(text) as T) } : empty, at: Number(at) }
  }

  /** The rules are core's: read, applied, and written if nobody was faster. */
  async function change<T extends object>(
    lane: string,
    field: Field,
    empty: T,
    rule: (kept: T, at: number) => T,
  ) {
    for (let tries = 0; tries < TRIES; tries++) {
      const { text, kept, at } = await peek(lane, field, empty)
      const next = rule(kept, at)
      if (next === kept) return
      const args = [field, text, JSON.stringify(next)]
      if ((await connection.run(swapScript, [SEND_KEYS.lane(lane)], args)) === 1) return
    }
  }

  const changePace = (lane: string, rule: (pace: Pace, at: number) => Pace): Promise<void> =>
    change(lane, 'pace', FULL_PACE, rule)

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
      changePace(lane, (pace, at) =>
        result === 'sent' ? speedUp(pace, at) : slowDown(pace, reason, at, deferredShare),
      ),
    async weigh(lane, told, refusal) {
      let answer: Awaited<ReturnType<LaneControl['weigh']>> = { verdict: 'open', at: 0 }
      await change(lane, 'suspicion', NO_SUSPICION, (kept, at) => {
        const suspicion = taken(kept, told, at)
        answer = { verdict: 'open', at: refusal?.at ?? at }
        if (!refusal) return suspicion
        const weighed = weigh(suspicion, refusal, at)
        answer = { ...answer, verdict: weighed.verdict }
        return weighed.suspicion
      })
      return answer
    },
    // The caller's clock may be another than Redis's: what counts is how long.
    pause: (lane, reason, untilMs) => {
      const length = untilMs - (now ?? Date.now)()
      return changePace(lane, (pace, at) => pause(pace, reason, at + length, at))
    },
    resume: (lane) => changePace(lane, resume),
    states: () =>
      Promise.all(
        configs.map(async (config) => {
          const { kept, at } = await peek(config.name, 'pace', FULL_PACE)
          return toState(config, kept, at)
        }),
      ),
    close: places.close,
  }
}
