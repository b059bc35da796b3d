// LaneControl: the rules of pace and suspicion, over any store that remembers a lane.
import { HubError } from '../../errors.ts'
import type { LaneControl } from '../ports.ts'
import { FULL_PACE, pause, resume, slowDown, speedUp, toState, type LaneConfig, type Pace } from './lanes.ts'
import { NO_SUSPICION, weigh, withSuccesses, type Suspicion } from './suspicion.ts'

/** What is remembered of a lane. */
export type LaneMemory = { readonly pace: Pace; readonly suspicion: Suspicion }
export const NEW_LANE: LaneMemory = { pace: FULL_PACE, suspicion: NO_SUSPICION }

export type LaneStore = {
  /** Applies a rule to one part of the memory, at the store's own time; again, where somebody else was faster. */
  change<K extends keyof LaneMemory>(
    lane: string,
    part: K,
    rule: (now: LaneMemory[K], at: number) => LaneMemory[K],
  ): Promise<void>
  pace(lane: string): Promise<{ readonly value: Pace; readonly at: number }>
  lease(lane: LaneConfig, count: number): ReturnType<LaneControl['lease']>
  connect(lane: LaneConfig, owner: string): ReturnType<LaneControl['connect']>
}

export function createLaneControl(
  configs: readonly LaneConfig[],
  store: LaneStore,
  now: () => number,
): LaneControl {
  function configOf(lane: string): LaneConfig {
    const config = configs.find(({ name }) => name === lane)
    if (config) return config
    throw new HubError('server.internal', { message: `There is no lane ${lane}` })
  }

  const change: LaneStore['change'] = async (lane, part, rule) =>
    store.change(configOf(lane).name, part, rule)

  return {
    lease: async (lane, count) => store.lease(configOf(lane), count),
    connect: async (lane, owner) => store.connect(configOf(lane), owner),
    speedUp: (lane) => change(lane, 'pace', speedUp),
    slowDown: (lane, reason, deferredShare) =>
      change(lane, 'pace', (pace, at) => slowDown(pace, reason, at, deferredShare)),
    async weigh(lane, successes, refusal) {
      let answer: Awaited<ReturnType<LaneControl['weigh']>> = { verdict: 'open', at: 0 }
      await change(lane, 'suspicion', (before, at) => {
        const suspicion = withSuccesses(before, successes, at)
        const weighed = refusal ? weigh(suspicion, refusal, at) : { suspicion, verdict: 'open' as const }
        answer = { verdict: weighed.verdict, at: refusal?.at ?? at }
        return weighed.suspicion
      })
      return answer
    },
    // Only the length counts: the caller's clock may differ from the store's.
    pause(lane, reason, untilMs) {
      const length = untilMs - now()
      return change(lane, 'pace', (pace, at) => pause(pace, reason, at + length, at))
    },
    resume: (lane) => change(lane, 'pace', resume),
    states: () =>
      Promise.all(
        configs.map(async (config) => {
          const { value, at } = await store.pace(config.name)
          return toState(config, value, at)
        }),
      ),
  }
}
