// /subscribe: the mailing list. Anybody may subscribe here; everything else needs the token.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import { badField, HubError } from '../../core/errors.ts'
import { isUuid } from '../../core/ids.ts'
import type { Forget } from '../../core/list/forget.ts'
import { csvLine } from '../../core/csv/write.ts'
import { LIST_COLUMNS } from '../../core/list/import/columns.ts'
import { isMailable } from '../../core/list/membership.ts'
import type { Subscriber, SubscriberStore } from '../../core/list/ports.ts'
import { emailProblem } from '../../core/addresses/address.ts'
import { acceptForms, FORMS } from '../server/bodies/form.ts'
import {
  errors,
  IdParams,
  InOrder,
  instant,
  nextFor,
  nothing,
  pageOf,
  tagged,
} from '../server/answers/schemas.ts'
import { sendCsv, wantsCsv } from '../server/answers/files.ts'
import { registerSubscriberImport } from './import.ts'
import { Email, presentSubscriber, readEmail, SubscriberSchema, UnsubscribedSchema } from './json.ts'
import { registerSubscribing, type SubscribingDeps } from './subscribing.ts'
import { route } from '../server/route.ts'

export type SubscribersDeps = SubscribingDeps & {
  readonly subscribers: SubscriberStore
  readonly forget: Forget
}

const about = tagged('Mailing list')
const Query = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  after: Type.Optional(Type.String({ format: 'uuid', description: '`next` of the previous page' })),
  order: InOrder,
  email: Type.Optional(Type.String({ maxLength: 320 })),
  q: Type.Optional(
    Type.String({
      maxLength: 200,
      description:
        'Part of the address, from its start or after the @, or of the name, from the start of a word (in scripts without spaces, from any character)',
    }),
  ),
  subscribed: Type.Optional(Type.Boolean()),
  suppressed: Type.Optional(Type.Boolean()),
  mailable: Type.Optional(Type.Boolean({ description: 'Subscribed, and not suppressed' })),
})
/** Subscribers in memory at a time, while all are sent as a file. */
const FILE_STEP = 1000
export const IdOrAddress = Type.Object({ id: Type.String({ maxLength: 320 }) })
const Page = Type.Object(
  {
    count: Type.Integer({ description: 'All that match', examples: [1] }),
    subscribers: Type.Array(SubscriberSchema),
    next: nextFor('after'),
  },
  { description: 'A page of subscribers, or all as a file' },
)

export async function registerSubscribers(app: FastifyInstance, deps: SubscribersDeps): Promise<void> {
  await app.register(async (list) => {
    list.removeContentTypeParser('text/plain')
    acceptForms(list)
    registerSubscribing(list, deps)
    registerLeaving(list, deps)
    registerReading(list, deps)
    registerRemoving(list, deps)
  })
  await registerSubscriberImport(app, deps)
}

function registerLeaving(app: FastifyInstance, { subscribers, now }: SubscribersDeps): void {
  route(app, 'PATCH /subscribe', {
    ...about,
    summary: 'Unsubscribe an address',
    description: 'The subscriber stays on the list, but gets no mail.',
    consumes: FORMS,
    body: Type.Object({ email: Email }),
    response: {
      201: UnsubscribedSchema,
      ...errors(400, 401, 'subscriber.not_found', 'subscriber.unsubscribed', 415, 503),
    },
    handler: async (request) => {
      const email = readEmail(request.body.email)
      const outcome = await subscribers.unsubscribe(email, now())
      if (outcome === 'left') throw new HubError('subscriber.unsubscribed')
      const [subscriber] = await subscribers.find({ limit: 1, email })
      if (outcome === 'unknown' || !subscriber) throw new HubError('subscriber.not_found')
      return presentSubscriber(subscriber)
    },
  })
}

function registerReading(app: FastifyInstance, deps: SubscribersDeps): void {
  route(app, 'GET /subscribe', {
    ...about,
    summary: 'List the subscribers, oldest first',
    description:
      'Including those who have left. With `Accept: text/csv`, all that match in one file, whatever `limit` and `after` are.',
    produces: ['application/json', 'text/csv'],
    querystring: Query,
    response: { 200: Page, ...errors(400, 401, 503) },
    handler: async ({ query }, reply) =>
      wantsCsv(reply) ? sendFile(reply, deps, filterOf(query)) : list(deps, query),
  })

  route(app, 'GET /subscribe/:id', {
    ...about,
    summary: 'Show one subscriber, by id or address',
    params: IdOrAddress,
    response: { 200: SubscriberSchema, ...errors(401, 'subscriber.not_found', 503) },
    handler: async ({ params }) => presentSubscriber(await requireSubscriber(deps, params.id)),
  })
}

/** Empty fields are ignored. */
const filterOf = ({ email, q, subscribed, suppressed, mailable }: Static<typeof Query>) => ({
  email: email || undefined,
  q: q || undefined,
  subscribed,
  suppressed,
  mailable,
})

function sendFile(
  reply: FastifyReply,
  { subscribers }: SubscribersDeps,
  filter: ReturnType<typeof filterOf>,
) {
  return sendCsv(reply, 'subscribers', {
    columns: LIST_COLUMNS,
    full: FILE_STEP,
    page: (last) => subscribers.find({ ...filter, limit: FILE_STEP, after: last?.id }),
    toLine,
  })
}

function toLine(subscriber: Subscriber): string {
  const { id, email, name, subscribed, suppressed, createdAt, updatedAt } = subscriber
  const state = [String(subscribed), suppressed?.reason ?? '', String(isMailable(subscriber))]
  return csvLine([id, email, name, ...state, instant(createdAt), instant(updatedAt)])
}

async function list({ subscribers }: SubscribersDeps, query: Static<typeof Query>) {
  const filter = filterOf(query)
  const { limit, after, order } = query
  const [found, count] = await Promise.all([
    subscribers.find({ ...filter, limit: limit + 1, after: after?.toLowerCase(), order }),
    subscribers.count(filter),
  ])
  const { page, next } = pageOf(found, limit, ({ id }) => id)
  return { count, subscribers: page.map(presentSubscriber), next }
}

/** By id or by address. Throws subscriber.not_found. */
export async function requireSubscriber(
  { subscribers }: { readonly subscribers: Pick<SubscriberStore, 'get' | 'find'> },
  id: string,
) {
  const [subscriber] = isAddress(id)
    ? await subscribers.find({ limit: 1, email: id })
    : [isUuid(id) ? await subscribers.get(id) : undefined]
  if (!subscriber) throw new HubError('subscriber.not_found')
  return subscriber
}

function registerRemoving(app: FastifyInstance, deps: SubscribersDeps): void {
  const { subscribers, forget } = deps
  route(app, 'DELETE /subscribe', {
    preValidation: async (request) => meansEverybody(request),
    ...about,
    summary: 'Remove everybody from the list',
    description: 'Suppressions stay. `DELETE /subscribe/` is 404: an empty id must not erase the list.',
    response: { 204: nothing('The list is empty'), ...errors(400, 401, 'subscriber.not_found', 503) },
    handler: async () => subscribers.removeAll(),
  })

  route(app, 'DELETE /subscribe/:id', {
    ...about,
    summary: 'Remove a subscriber from the list',
    description: 'A suppression stays.',
    params: IdParams,
    response: { 204: nothing('Removed'), ...errors(401, 'subscriber.not_found', 503) },
    handler: async ({ params }) => {
      if (!isUuid(params.id) || !(await subscribers.remove(params.id)))
        throw new HubError('subscriber.not_found')
    },
  })

  route(app, 'POST /subscribe/:id/erase', {
    ...about,
    summary: 'Erase everything about a person (GDPR)',
    description:
      'The person, their events, history and mails in the outbox. Of a suppressed address only a keyed hash is kept, so that it ' +
      'stays suppressed. Instead of the id you can give an address, also of somebody who is not on the list.',
    params: IdOrAddress,
    response: { 204: nothing('Forgotten'), ...errors(401, 'subscriber.not_found', 503) },
    handler: async ({ params }) =>
      forget(isAddress(params.id) ? params.id : (await requireSubscriber(deps, params.id)).email),
  })
}

const isAddress = (text: string): boolean => emailProblem(text) === undefined

/** Only a plain `DELETE /subscribe` removes the whole list: no empty id, no query, no body. */
function meansEverybody({ raw, body }: FastifyRequest): void {
  const [path, query = ''] = (raw.url ?? '').split('?', 2)
  if (path !== '/subscribe') throw new HubError('subscriber.not_found')
  if (query !== '') throw badField('query', 'must be empty: this removes everybody', 'query')
  if (typeof body === 'object' && body !== null && Object.keys(body).length > 0)
    throw badField('body', 'must be empty: this removes everybody')
}
