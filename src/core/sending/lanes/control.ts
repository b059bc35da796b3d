// The pace of the lanes, and what they were told: the rules, over whatever keeps it.
import { HubError } from '../../errors.ts'
import type { LaneControl } from '../ports.ts'
import { FULL_PACE, pause, resume, slowDown, speedUp, toState, type LaneConfig, type Pace } from './lanes.ts'
import { NO_SUSPICION, taken, weigh, type Suspicion } from './suspicion.ts'

/** What is kept of a lane, and what there is before anything is. */
export type Kept = { readonly pace: Pace; readonly suspicion: Suspicion }
export const NOTHING_KEPT: Kept = { pace: FULL_PACE, suspicion: NO_SUSPICION }

export type LaneStore = {
  /** Applies a rule to what is kept, at the store's own time. Where somebody was faster, the rule is asked once more. */
  change<K extends keyof Kept>(
    lane: string,
    what: K,
    rule: (kept: Kept[K], at: number) => Kept[K],
  ): Promise<void>
  pace(lane: string): Promise<{ readonly kept: Pace; readonly at: number }>
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

  const change: LaneStore['change'] = async (lane, what, rule) =>
    store.change(configOf(lane).name, what, rule)

  return {
    lease: async (lane, count) => store.lease(configOf(lane), count),
    connect: async (lane, owner) => store.connect(configOf(lane), owner),
    report: (lane, result, reason = '', deferredShare = 1) =>
      change(lane, 'pace', (pace, at) =>
        result === 'sent' ? speedUp(pace, at) : slowDown(pace, reason, at, deferredShare),
      ),
    async weigh(lane, told, refusal) {
      let answer: Awaited<ReturnType<LaneControl['weigh']>> = { verdict: 'open', at: 0 }
      await change(lane, 'suspicion', (kept, at) => {
        const suspicion = taken(kept, told, at)
        const weighed = refusal ? weigh(suspicion, refusal, at) : { suspicion, verdict: 'open' as const }
        answer = { verdict: weighed.verdict, at: refusal?.at ?? at }
        return weighed.suspicion
      })
      return answer
    },
    // The caller's clock may be another than the store's: what counts is how long.
    pause(lane, reason, untilMs) {
      const length = untilMs - now()
      return change(lane, 'pace', (pace, at) => pause(pace, reason, at + length, at))
    },
    resume: (lane) => change(lane, 'pace', resume),
    states: () =>
      Promise.all(
        configs.map(async (config) => {
          const { kept, at } = await store.pace(config.name)
          return toState(config, kept, at)
        }),
      ),
  }
}
