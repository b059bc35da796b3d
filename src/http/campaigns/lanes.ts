// /lanes: the pace at which mails go out to each provider, and resuming a lane after a fault of the sender is mended.
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
      description: 'When this state began; null: no other state is known',
    }),
    next_change_at: orNull(Instant, {
      description:
        'When the pace or the state is expected to change: a pause ends then, and the first mail accepted from then on raises a slowed lane. null: the lane is open, or only a person can resume it',
    }),
    per_second: Type.Number({
      description: 'Mails per second that are allowed now, over all workers',
      examples: [20],
    }),
    queued: Type.Integer({
      minimum: 0,
      description: 'Deliveries that are queued or deferred on it, of this campaign or of all running ones',
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

  async function requireLane(name: string) {
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
      'For a lane that was paused because of the sender, once the cause is fixed. Workers continue within a second. An open lane is not changed.',
    params: Type.Object({ name: Type.String({ maxLength: 100 }) }),
    response: { 200: { ...LaneSchema, description: 'The lane' }, ...errors(401, 'lane.not_found', 503) },
    handler: async ({ params: { name } }) => {
      await requireLane(name)
      await lanes.resume(name)
      return requireLane(name)
    },
  })
}
