// /lanes: at what pace mails go out to each provider, and going on after a sender's fault has been seen to.
import type { FastifyInstance } from 'fastify'
import { Type, type Static } from 'typebox'
import { HubError } from '../../core/errors.ts'
import type { CampaignStore, Ledger } from '../../core/campaigns/ports.ts'
import { queuedByLane } from '../../core/sending/lanes/lanes.ts'
import type { LaneControl, LaneState } from '../../core/sending/ports.ts'
import { errors, Instant, instantOrNull, oneOf, orNull, tagged } from '../server/answers/schemas.ts'
import { route } from '../server/route.ts'

export type LanesDeps = {
  readonly lanes: Pick<LaneControl, 'states' | 'resume'>
  readonly campaigns: Pick<CampaignStore, 'active'>
  readonly ledger: Pick<Ledger, 'tallies'>
  readonly now: () => number
}

export const LaneSchema = Type.Object(
  {
    name: Type.String({ examples: ['google'] }),
    state: oneOf(['open', 'slowed', 'paused']),
    reason: orNull(Type.String(), { examples: [null] }),
    since: orNull(Instant, {
      description: 'When this state began; null: it was never another one, as far as is known',
    }),
    next_change_at: orNull(Instant, {
      description:
        'When pace or state is expected to change by itself: a pause ends then; a slowed lane is raised by the first mail that is taken from then on. null: nothing is amiss, or only a person can resume the lane',
    }),
    per_second: Type.Number({
      description: 'Mails a second that are allowed now, over all workers',
      examples: [20],
    }),
    queued: Type.Integer({
      minimum: 0,
      description: 'Deliveries that are queued or deferred on it: of this campaign, or of all that run',
      examples: [420],
    }),
  },
  { title: 'Lane' },
)

export const laneJson = (
  { name, state, reason, since, nextChangeAt, perSecond }: LaneState,
  queued: number,
): Static<typeof LaneSchema> => ({
  name,
  state,
  reason,
  since: instantOrNull(since),
  next_change_at: instantOrNull(nextChangeAt),
  per_second: perSecond,
  queued,
})

const about = tagged('Campaigns')

export async function registerLanes(
  app: FastifyInstance,
  { lanes, campaigns, ledger, now }: LanesDeps,
): Promise<void> {
  async function all() {
    const active = await campaigns.active(now())
    const [states, tallies] = await Promise.all([lanes.states(), ledger.tallies(active.map(({ id }) => id))])
    const names = states.map(({ name }) => name)
    const queued = queuedByLane(names, tallies.values())
    return states.map((lane) => laneJson(lane, queued.get(lane.name) ?? 0))
  }

  async function existing(name: string) {
    const lane = (await all()).find((each) => each.name === name)
    if (!lane) throw new HubError('lane.not_found')
    return lane
  }

  route(app, 'GET /lanes', {
    ...about,
    summary: 'List the lanes: one for each mail provider (MAIL_LANES)',
    response: {
      200: Type.Object({ lanes: Type.Array(LaneSchema) }, { description: 'The lanes' }),
      ...errors(401, 503),
    },
    handler: async () => ({ lanes: await all() }),
  })

  route(app, 'POST /lanes/:name/resume', {
    ...about,
    summary: 'Resume a lane, at its full pace',
    description:
      'For a lane that was paused by a fault of the sender, once that is mended; workers go on within a second. Changes nothing on a lane that is open.',
    params: Type.Object({ name: Type.String({ maxLength: 100 }) }),
    response: { 200: { ...LaneSchema, description: 'The lane' }, ...errors(401, 'lane.not_found', 503) },
    handler: async ({ params: { name } }) => {
      await existing(name)
      await lanes.resume(name)
      return existing(name)
    },
  })
}
