// /api/events, /api/messages: the archive, read. Payloads are passed on as the very text that came.
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type, type Static } from 'typebox'
import { formatCursor, parseCursor, type Cursor } from '../../core/events/cursor.ts'
import { badField, fieldMessage, HubError } from '../../core/errors.ts'
import { eventFacts, KINDS } from '../../core/events/event.ts'
import { AN_INSTANT, readInstant } from '../../core/instant.ts'
import type {
  ArchivedEvent,
  EventArchive,
  EventFeed,
  EventQuery,
  EventSelection,
} from '../../core/events/ports.ts'
import type { Tracking } from '../../core/events/tracking/tracking.ts'
import { sendFile } from './export.ts'
import { readFilter } from './filter-words.ts'
import { EventJson, eventTexts } from './json.ts'
import { eventExample, factsExample } from '../../core/events/providers/mandrill/example.ts'
import { wantedFile } from '../server/answers/files.ts'
import { CursorText, errors, orNull, tagged } from '../server/answers/schemas.ts'
import { route } from '../server/route.ts'

export type EventsDeps = {
  readonly feed: EventFeed
  readonly archive: EventArchive
  readonly tracking: Pick<Tracking, 'reached'>
  readonly now: () => number
}

/** How long a request waits until the archive has everything that was answered with 200 before it. */
const CATCH_UP_MS = 10_000
/** The archive usually has it by then. If not, the database is asked whether it can be reached. */
const SOON_MS = 500
const MAX_TIMELINE = 1000

const Words = Type.Union([Type.String(), Type.Array(Type.String())], {
  description: `Comma-separated words, Mandrill's or the hub's: ${KINDS.join(', ')}. The name of a list (blacklist, whitelist, …) selects only its own events.`,
})
const MESSAGE = {
  _id: factsExample.messageId,
  email: factsExample.recipient,
  subject: factsExample.subject,
  tags: factsExample.tags,
}
/** What selects events, here and in /api/stats. */
export const Selecting = {
  events: Type.Optional(Words),
  email: Type.Optional(Type.String()),
  q: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description:
        'The beginning of an address or of its domain, or the beginnings of words in the subject. Does not find events stored before the hub kept these (see CHANGELOG)',
    }),
  ),
  message: Type.Optional(Type.String({ description: "The provider's id of a message" })),
  campaign: Type.Optional(Type.String()),
  tag: Type.Optional(Type.String()),
  subaccount: Type.Optional(Type.String()),
  url: Type.Optional(Type.String({ description: 'Clicks on exactly this URL' })),
  since: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'Received at this time or later',
      examples: ['2026-05-04T10:20:30Z'],
    }),
  ),
  until: Type.Optional(Type.String({ format: 'date-time', description: 'Received before this time' })),
}
const WithData = Type.Boolean({ default: true, description: 'false: without `data`, which may be large' })
const Query = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  before: Type.Optional(CursorText),
  after: Type.Optional(CursorText),
  ...Selecting,
  data: WithData,
})
const Page = Type.Object(
  {
    events: Type.Array(EventJson),
    next: orNull(CursorText, {
      description: 'Pass it as the same parameter to get the next page; null: no more',
    }),
  },
  { description: 'A page of events' },
)

export async function registerEvents(app: FastifyInstance, deps: EventsDeps): Promise<void> {
  const about = tagged('Events')
  route(app, 'GET /api/events', {
    ...about,
    summary: 'Search the history of events',
    description:
      'Newest first; with `after` oldest first. Contains every event that was answered 200 before the request. A page is at most about 8 MiB, so it may be shorter than `limit`: continue while there is a `next`. With `Accept: text/csv`, all events that match, in one file of their facts. With `Accept: application/x-ndjson`, one event per line, as in `events`; a line break between two tokens of `data` becomes a space.',
    produces: ['application/json', 'text/csv', 'application/x-ndjson'],
    querystring: Query,
    response: { 200: Page, ...errors(400, 401, 503) },
    handler: async (request, reply) => {
      const query = toQuery(request.query)
      await caughtUp(deps)
      const file = wantedFile(reply, ['text/csv', 'application/x-ndjson'])
      if (file) return sendFile(reply, file, deps.archive, query, request.query.data)
      const found = await deps.archive.find({ ...query, limit: query.limit + 1 })
      const events = found.slice(0, query.limit)
      const isFull = found.length > query.limit
      const next = isFull ? events.at(-1)?.cursor : await nextOf(deps.archive, events, query)
      return sendRaw(reply, pageText(events, next, request.query.data))
    },
  })

  route(app, 'GET /api/events/:cursor', {
    ...about,
    summary: 'Show one event as its provider sent it',
    description: 'Just `data` of the event at this cursor, byte for byte.',
    params: Type.Object({ cursor: CursorText }),
    response: {
      200: Type.Any({ description: 'The payload', examples: [eventExample] }),
      ...errors(401, 'event.not_found', 503),
    },
    handler: async (request, reply) => {
      await caughtUp(deps)
      const cursor = parseCursor(request.params.cursor)
      const before = cursor && { epoch: cursor.epoch, seq: Math.max(0, cursor.seq - 1) }
      const [event] = before ? await deps.archive.find({ after: before, limit: 1 }) : []
      if (!event || formatCursor(event.cursor) !== request.params.cursor)
        throw new HubError('event.not_found')
      return sendRaw(reply, event.data)
    },
  })

  route(app, 'GET /api/messages/:id', {
    ...about,
    summary: "Show one message's timeline",
    description: 'Oldest first: its first 1,000 events, or about 8 MiB of them.',
    params: Type.Object({ id: Type.String({ description: "Mandrill's `_id`", maxLength: 500 }) }),
    querystring: Type.Object({ data: WithData }),
    response: {
      200: Type.Object(
        { message: Type.Any({ examples: [MESSAGE] }), events: Type.Array(EventJson) },
        { description: 'The message, and its events' },
      ),
      ...errors(401, 'message.not_found', 503),
    },
    handler: async (request, reply) => {
      await caughtUp(deps)
      const messageId = request.params.id
      const events = await deps.archive.find({ messageId, after: { epoch: 0, seq: 0 }, limit: MAX_TIMELINE })
      if (events.length === 0) throw new HubError('message.not_found')
      const head = JSON.stringify(messageHead(messageId, events))
      return sendRaw(reply, `{"message":${head},"events":[${eventTexts(events, request.query.data)}]}`)
    },
  })
}

/** Waits until the archive has reached the feed's head of now. Throws archive.behind, or why the database cannot be reached. */
export async function caughtUp({
  feed,
  archive,
  tracking,
}: {
  readonly feed: Pick<EventFeed, 'last'>
  readonly archive: Pick<EventArchive, 'position'>
  readonly tracking: EventsDeps['tracking']
}): Promise<void> {
  const head = await feed.last(0)
  if (await tracking.reached(head, SOON_MS)) return
  // Throws if the database cannot be reached, which is then the reason.
  await archive.position()
  if (await tracking.reached(head, CATCH_UP_MS)) return
  throw new HubError('archive.behind')
}

function toQuery(query: Static<typeof Query>): EventQuery {
  if (query.before !== undefined && query.after !== undefined)
    throw new HubError('request.invalid', { message: 'query: before and after cannot be combined' })
  return {
    limit: query.limit,
    before: readCursor('before', query.before),
    after: readCursor('after', query.after),
    ...readSelection(query),
  }
}

export function readSelection(query: Omit<Static<typeof Query>, 'limit' | 'data'>): EventSelection {
  const { message, subaccount, url, q } = query
  return {
    ...readFilter(query),
    messageId: message || undefined,
    subaccount: subaccount || undefined,
    url: url || undefined,
    q,
    since: readTime('since', query.since),
    until: readTime('until', query.until),
  }
}

function readTime(field: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = readInstant(text)
  if (ms === undefined) throw badField(field, AN_INSTANT, 'query')
  return Math.max(ms, 0) // there are no events of before 1970
}

function readCursor(field: string, text: string | undefined): Cursor | undefined {
  if (text === undefined) return undefined
  const cursor = parseCursor(text)
  if (!cursor)
    throw new HubError('request.bad_cursor', {
      message: fieldMessage('query', field, 'is not a cursor'),
      details: { field },
    })
  return cursor
}

/** The cursor for the next page, if there is one. A short page need not be the last, because pages are bounded in bytes as well. */
async function nextOf(
  archive: EventArchive,
  events: readonly ArchivedEvent[],
  query: EventQuery,
): Promise<Cursor | undefined> {
  const last = events.at(-1)?.cursor
  if (!last) return undefined
  const from = query.after ? { after: last } : { before: last }
  return (await archive.find({ ...query, ...from, limit: 1 })).length > 0 ? last : undefined
}

function pageText(events: readonly ArchivedEvent[], next: Cursor | undefined, withData: boolean): string {
  const cursor = next ? `"${formatCursor(next)}"` : 'null'
  return `{"events":[${eventTexts(events, withData)}],"next":${cursor}}`
}

function messageHead(id: string, events: readonly ArchivedEvent[]) {
  const facts = events.map(eventFacts)
  const known = <K extends 'email' | 'subject'>(name: K) =>
    facts.find((fact) => fact[name] !== null)?.[name] ?? null
  return {
    _id: id,
    email: known('email'),
    subject: known('subject'),
    tags: facts.findLast((fact) => fact.tags.length)?.tags ?? [],
  }
}

function sendRaw(reply: FastifyReply, json: string): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(json)
}
