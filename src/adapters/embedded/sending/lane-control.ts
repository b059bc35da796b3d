// The memory of the lanes in a hub's only process: after a restart each lane is tried at full pace again.
import {
  createLaneControl,
  NEW_LANE,
  type LaneMemory,
  type LaneStore,
} from '../../../core/sending/lanes/control.ts'
import {
  allowance,
  PAUSED_ASK_MS,
  rateOf,
  spaced,
  type LaneConfig,
} from '../../../core/sending/lanes/lanes.ts'
import type { LaneControl } from '../../../core/sending/ports.ts'

/** An owner that has not asked for this long wants no place. */
const WANTED_MS = 2_500

export function createEmbeddedLaneControl(
  configs: readonly LaneConfig[],
  now: () => number = Date.now,
): LaneControl {
  const lanes = new Map(configs.map(({ name }) => [name, newLane()]))
  const laneOf = (name: string) => lanes.get(name) ?? newLane()
  const store: LaneStore = {
    async change(name, part, rule) {
      const { memory } = laneOf(name)
      memory[part] = rule(memory[part], now())
    },
    pace: async (name) => ({ value: laneOf(name).memory.pace, at: now() }),
    async lease({ name, perSecond }, count) {
      const lane = laneOf(name)
      const paused = lane.memory.pace.pausedUntil - now()
      if (paused > 0) return { granted: 0, retryAfterMs: Math.min(paused, PAUSED_ASK_MS) }
      const { nextAt, ...leased } = spaced(lane.nextAt, rateOf(perSecond, lane.memory.pace), count, now())
      lane.nextAt = nextAt
      return leased
    },
    async connect(config, owner) {
      const lane = laneOf(config.name)
      if (!mayConnect(config, lane, owner, now())) return { granted: false, release: async () => {} }
      const place = Symbol(owner)
      lane.places.set(place, owner)
      return { granted: true, release: async () => void lane.places.delete(place) }
    },
  }
  return createLaneControl(configs, store, now)
}

type Lane = {
  readonly memory: { -readonly [K in keyof LaneMemory]: LaneMemory[K] }
  nextAt: number
  readonly places: Map<symbol, string>
  /** Until when an owner that asked for places counts. */
  readonly owners: Map<string, number>
}

const newLane = (): Lane => ({ memory: { ...NEW_LANE }, nextAt: 0, places: new Map(), owners: new Map() })

function mayConnect(
  { connections }: LaneConfig,
  { places, owners }: Lane,
  owner: string,
  now: number,
): boolean {
  for (const [name, until] of owners) if (until <= now) owners.delete(name)
  owners.set(owner, now + WANTED_MS)
  const mine = [...places.values()].filter((holder) => holder === owner).length
  return places.size < connections && mine < allowance(connections, [...owners.keys()], owner, now)
}
