// The pace of the lanes in the memory of the only process: after a restart each lane is tried at full pace again.
import { HubError } from '../../../core/errors.ts'
import {
  allowance,
  FULL_PACE,
  PAUSED_ASK_MS,
  pause,
  rateOf,
  resume,
  slowDown,
  spaced,
  speedUp,
  toState,
  type LaneConfig,
  type Pace,
} from '../../../core/sending/lanes/lanes.ts'
import type { LaneControl } from '../../../core/sending/ports.ts'
import { NO_SUSPICION, taken, weigh, type Suspicion } from '../../../core/sending/lanes/suspicion.ts'

/** Whoever has not asked for so long wants no place. */
const WANTED_MS = 2_500

type Lane = {
  readonly config: LaneConfig
  pace: Pace
  suspicion: Suspicion
  nextAt: number
  /** The owner of each place that is held. */
  readonly places: Map<symbol, string>
  /** Until when an owner that asked for places counts. */
  readonly owners: Map<string, number>
}

export function createEmbeddedLaneControl(
  configs: readonly LaneConfig[],
  now: () => number = Date.now,
): LaneControl {
  const lanes = new Map(configs.map((config) => [config.name, newLane(config)]))

  function laneOf(name: string): Lane {
    const lane = lanes.get(name)
    if (lane) return lane
    throw new HubError('server.internal', { message: `There is no lane ${name}` })
  }

  return {
    async lease(name, count) {
      const lane = laneOf(name)
      const paused = lane.pace.pausedUntil - now()
      if (paused > 0) return { granted: 0, retryAfterMs: Math.min(paused, PAUSED_ASK_MS) }
      const lease = spaced(lane.nextAt, rateOf(lane.config.perSecond, lane.pace), count, now())
      lane.nextAt = lease.nextAt
      return { granted: lease.granted, retryAfterMs: lease.retryAfterMs }
    },
    async connect(name, owner) {
      const { places } = laneOf(name)
      if (!mayConnect(laneOf(name), owner, now())) return { granted: false, release: async () => {} }
      const place = Symbol(owner)
      places.set(place, owner)
      return { granted: true, release: async () => void places.delete(place) }
    },
    async report(name, result, reason = '', deferredShare = 1) {
      const lane = laneOf(name)
      lane.pace =
        result === 'sent' ? speedUp(lane.pace, now()) : slowDown(lane.pace, reason, now(), deferredShare)
    },
    async weigh(name, told, refusal) {
      const lane = laneOf(name)
      lane.suspicion = taken(lane.suspicion, told, now())
      if (!refusal) return { verdict: 'open', at: now() }
      const weighed = weigh(lane.suspicion, refusal, now())
      lane.suspicion = weighed.suspicion
      return { verdict: weighed.verdict, at: refusal.at ?? now() }
    },
    async pause(name, reason, untilMs) {
      const lane = laneOf(name)
      lane.pace = pause(lane.pace, reason, untilMs, now())
    },
    async resume(name) {
      const lane = laneOf(name)
      lane.pace = resume(lane.pace, now())
    },
    states: async () => [...lanes.values()].map(({ config, pace }) => toState(config, pace, now())),
  }
}

function newLane(config: LaneConfig): Lane {
  return { config, pace: FULL_PACE, suspicion: NO_SUSPICION, nextAt: 0, places: new Map(), owners: new Map() }
}

function mayConnect({ config, places, owners }: Lane, owner: string, now: number): boolean {
  for (const [name, until] of owners) if (until <= now) owners.delete(name)
  owners.set(owner, now + WANTED_MS)
  const mine = [...places.values()].filter((holder) => holder === owner).length
  const allowed = allowance(config.connections, [...owners.keys()].sort(), owner, now)
  return places.size < config.connections && mine < allowed
}
