// /lanes: at what pace mails go out to each provider, and going on after a sender's fault has been seen to.
import type { FastifyInstance } from 'fastify'
import { Type, type Static } from 'typebox'
import { HubError } from '../../core/errors.ts'
import type { LaneControl, LaneState } from '../../core/sending/ports.ts'
import { errors, oneOf, tagged } from '../server/schemas.ts'

export type LanesDeps = {
  readonly lanes: Pick<LaneControl, 'states' | 'resume'>
}

export const LaneSchema = Type.Object(
  {
    name: Type.String({ examples: ['google'] }),
    state: oneOf(['open', 'slowed', 'paused']),
    reason: Type.Union([Type.String(), Type.Null()], { examples: [null] }),
    per_second: Type.Number({
      description: 'Mails a second that are allowed now, over all workers',
      examples: [20],
    }),
  },
  { title: 'Lane' },
)

export const laneJson = ({ name, state, reason, perSecond }: LaneState): Static<typeof LaneSchema> => ({
  name,
  state,
  reason,
  per_second: perSecond,
})

const about = tagged('Campaigns')

export async function registerLanes(app: FastifyInstance, { lanes }: LanesDeps): Promise<void> {
  app.get(
    '/lanes',
    {
      schema: {
        ...about,
        summary: 'The lanes: one for each mail provider (MAIL_LANES)',
        response: {
          200: Type.Object({ lanes: Type.Array(LaneSchema) }, { description: 'The lanes' }),
          ...errors(401, 503),
        },
      },
    },
    async () => ({ lanes: (await lanes.states()).map(laneJson) }),
  )

  app.post<{ Params: { name: string } }>(
    '/lanes/:name/resume',
    {
      schema: {
        ...about,
        summary: 'Send again on a lane, at its full pace',
        description:
          'For a lane that was paused by a fault of the sender, once that is mended; workers go on within a second. Changes nothing on a lane that is open.',
        params: Type.Object({ name: Type.String({ maxLength: 100 }) }),
        response: { 200: { ...LaneSchema, description: 'The lane' }, ...errors(401, 'lane.not_found', 503) },
      },
    },
    async ({ params: { name } }) => {
      await existing(lanes, name)
      await lanes.resume(name)
      return laneJson(await existing(lanes, name))
    },
  )
}

async function existing(lanes: LanesDeps['lanes'], name: string): Promise<LaneState> {
  const lane = (await lanes.states()).find((each) => each.name === name)
  if (!lane) throw new HubError('lane.not_found')
  return lane
}
