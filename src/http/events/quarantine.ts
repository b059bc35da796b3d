// /api/quarantine: what was signed but could not be read as an event. It can be inspected, and read again after an update.
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { HubError } from '../../core/errors.ts'
import { broughtBy } from '../../core/events/facts.ts'
import type { EventFeed, Quarantine, QuarantineEntry } from '../../core/events/ports.ts'
import { readAgain } from '../../core/events/intake/replay.ts'
import { errors, IdParams, Instant, instant, nextFor, nothing, tagged } from '../server/answers/schemas.ts'
import { route } from '../server/route.ts'

const Entry = Type.Object(
  {
    id: Type.String({ examples: ['01a20144-af1d-722a-9d98-6a215e4325f9'] }),
    received_at: Instant,
    reason: Type.String({ examples: ['Not an object with a word in `event` or `type`'] }),
    data: Type.String({ description: 'The text as it came', examples: ['{"foo":"bar"}'] }),
  },
  { title: 'QuarantineEntry' },
)
const Reason = Type.String({
  minLength: 1,
  maxLength: 2_000,
  description: 'Only those with exactly this reason',
})
const Query = Type.Object({
  limit: Type.Integer({
    minimum: 1,
    maximum: 100,
    default: 20,
    description: 'A page has fewer where they are large: continue while there is a `next`',
  }),
  before: Type.Optional(Type.String({ description: '`next` of the previous page' })),
  reason: Type.Optional(Reason),
})
const Replayed = Type.Object(
  { accepted: Type.Integer(), duplicates: Type.Integer() },
  { description: 'Stored, and out of quarantine', examples: [{ accepted: 1, duplicates: 0 }] },
)

export async function registerQuarantine(
  app: FastifyInstance,
  feed: EventFeed,
  quarantine: Quarantine,
): Promise<void> {
  const about = tagged('Operations')
  route(app, 'GET /api/quarantine', {
    ...about,
    summary: 'List what could not be read as an event, newest first',
    querystring: Query,
    response: {
      200: Type.Object(
        { quarantine: Type.Array(Entry), next: nextFor('before') },
        { description: 'A page of entries' },
      ),
      ...errors(400, 401, 503),
    },
    handler: async (request) => {
      const { limit, before, reason } = request.query
      const page = await quarantine.list(limit, before, reason)
      const last = page.at(-1)?.id
      // A page is bounded in bytes as well, so its length does not tell whether it is the last.
      const isLast = last === undefined || (await quarantine.list(1, last, reason)).length === 0
      return { quarantine: page.map(present), next: isLast ? null : last }
    },
  })

  route(app, 'POST /api/quarantine/:id/replay', {
    ...about,
    summary: 'Retry an entry: read it as an event once more',
    description:
      'Stores what can be read now and takes the entry out of quarantine; 409 if it still cannot be read.',
    params: IdParams,
    response: { 200: Replayed, ...errors(401, 'quarantine.not_found', 'quarantine.unreadable', 503) },
    handler: async (request) => replay(feed, quarantine, request.params.id),
  })

  route(app, 'DELETE /api/quarantine/:id', {
    ...about,
    summary: 'Discard an entry',
    params: IdParams,
    response: { 204: nothing('Discarded'), ...errors(401, 'quarantine.not_found', 503) },
    handler: async ({ params }) => {
      if (!(await quarantine.discard(params.id))) throw new HubError('quarantine.not_found')
    },
  })

  route(app, 'DELETE /api/quarantine', {
    ...about,
    summary: 'Discard all entries of one reason',
    querystring: Type.Object({ reason: Reason }),
    response: { 204: nothing('Discarded, if there were any'), ...errors(400, 401, 503) },
    handler: async ({ query }) => {
      await quarantine.discardAll(query.reason)
    },
  })
}

async function replay(feed: EventFeed, quarantine: Quarantine, id: string) {
  const entry = await quarantine.get(id)
  if (!entry) throw new HubError('quarantine.not_found')
  const { events, unreadable } = readAgain(entry)
  if (unreadable.length || events.length === 0)
    throw new HubError('quarantine.unreadable', { details: { reason: entry.reason } })
  const stored = await feed.append(broughtBy('replay', events))
  await quarantine.remove(id)
  return stored
}

const present = ({ id, receivedAt, reason, data }: QuarantineEntry) => ({
  id,
  received_at: instant(receivedAt),
  reason,
  data,
})
