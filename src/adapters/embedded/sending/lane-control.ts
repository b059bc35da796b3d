// The pace of the lanes in the memory of the only process: after a restart each lane is tried at full pace again.
import {
  createLaneControl,
  NOTHING_KEPT,
  type Kept,
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

/** Whoever has not asked for so long wants no place. */
const WANTED_MS = 2_500

export function createEmbeddedLaneControl(
  configs: readonly LaneConfig[],
  now: () => number = Date.now,
): LaneControl {
  const lanes = new Map(configs.map(({ name }) => [name, newLane()]))
  const laneOf = (name: string) => lanes.get(name) ?? newLane()
  const store: LaneStore = {
    async change(name, what, rule) {
      const { kept } = laneOf(name)
      kept[what] = rule(kept[what], now())
    },
    pace: async (name) => ({ kept: laneOf(name).kept.pace, at: now() }),
    async lease({ name, perSecond }, count) {
      const lane = laneOf(name)
      const paused = lane.kept.pace.pausedUntil - now()
      if (paused > 0) return { granted: 0, retryAfterMs: Math.min(paused, PAUSED_ASK_MS) }
      const { nextAt, ...leased } = spaced(lane.nextAt, rateOf(perSecond, lane.kept.pace), count, now())
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
  readonly kept: { -readonly [K in keyof Kept]: Kept[K] }
  nextAt: number
  readonly places: Map<symbol, string>
  /** Until when an owner that asked for places counts. */
  readonly owners: Map<string, number>
}

const newLane = (): Lane => ({ kept: { ...NOTHING_KEPT }, nextAt: 0, places: new Map(), owners: new Map() })

function mayConnect(
  { connections }: LaneConfig,
  { places, owners }: Lane,
  owner: string,
  now: number,
): boolean {
  for (const [name, until] of owners) if (until <= now) owners.delete(name)
  owners.set(owner, now + WANTED_MS)
  const mine = [...places.values()].filter((holder) => holder === owner).length
  return places.size < connections && mine < allowance(connections, [...owners.keys()].sort(), owner, now)
}
