// /api/stats: the number of events of each kind, by steps of time.
import type { FastifyInstance } from 'fastify'
import { Type, type Static } from 'typebox'
import { HubError } from '../../core/errors.ts'
import { caughtUp, readSelection, Selecting, type EventsDeps } from './events.ts'
import { errors, Instant, instant, tagged } from '../server/answers/schemas.ts'
import { route } from '../server/route.ts'

/** Steps of one answer at most: a week of minutes. */
const MOST_STEPS = 10_080
const MINUTE = 60

const Query = Type.Object({
  minutes: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MOST_STEPS,
      description: 'This many last minutes, instead of since; 60 if neither is given',
    }),
  ),
  step: Type.Integer({
    minimum: 5,
    maximum: 86_400,
    default: MINUTE,
    description: 'Seconds, counted from 1970',
  }),
  ...Selecting,
})
const Counts = Type.Record(Type.String(), Type.Integer(), { examples: [{ sent: 120, opened: 14 }] })
const Stats = Type.Object(
  {
    steps: Type.Array(Type.Object({ at: Instant, counts: Counts }), {
      description:
        'By time of receipt, each step from `at` on; oldest first; steps without events are left out',
    }),
    minutes: Type.Optional(
      Type.Array(Type.Object({ minute: Instant, counts: Counts }), {
        description: 'The same, where a step is a minute',
      }),
    ),
  },
  { description: 'Counts' },
)

export function registerStats(app: FastifyInstance, deps: EventsDeps): void {
  route(app, 'GET /api/stats', {
    ...tagged('Events'),
    summary: 'Count events by kind and step of time',
    description: `At most ${MOST_STEPS} steps. Counts by the minute are ready for all events, for a campaign or for a subaccount, and by kind. With any other filter, two of these, or shorter steps, events are counted on request, which is refused for more than a million events or 50,000 entries of Mandrill’s lists.`,
    querystring: Query,
    response: { 200: Stats, ...errors('stats.too_many', 401, 503) },
    handler: async ({ query }) => {
      const asked = toCount(query, deps.now())
      await caughtUp(deps)
      const byStep = new Map<number, Record<string, number>>()
      for (const { at, kind, count } of await deps.archive.counts(asked)) {
        const counts = byStep.get(at) ?? {}
        byStep.set(at, counts)
        counts[kind] = count
      }
      const steps = [...byStep].map(([at, counts]) => ({ at: instant(at), counts }))
      const isMinutes = query.step === MINUTE
      return { steps, ...(isMinutes && { minutes: steps.map(({ at, counts }) => ({ minute: at, counts })) }) }
    },
  })
}

function toCount(query: Static<typeof Query>, now: number) {
  const refuse = (message: string) => {
    throw new HubError('request.invalid', { message: `query: ${message}` })
  }
  const selection = readSelection(query)
  if (query.minutes !== undefined && query.since !== undefined) refuse('minutes and since cannot be combined')
  const step = query.step * 1000
  const until = selection.until ?? now + 1
  const since = selection.since ?? (Math.floor((until - 1) / 60_000) - (query.minutes ?? 60) + 1) * 60_000
  if ((until - since) / step > MOST_STEPS)
    refuse(`more than ${MOST_STEPS} steps: ask for a shorter time, or longer steps`)
  return { ...selection, since, step }
}
