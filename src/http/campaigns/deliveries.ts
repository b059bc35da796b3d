// /campaigns/{id}/deliveries: who got a campaign, who did not, and why. In pages, or as one CSV file of any size.
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type, type Static } from 'typebox'
import { csvLine } from '../../core/csv/write.ts'
import type { Actions } from '../../core/campaigns/actions.ts'
import { isOpen } from '../../core/campaigns/outcome.ts'
import { DELIVERY_STATUSES, PEOPLE, type PeopleFact } from '../../core/campaigns/ports.ts'
import type { DeliveryTo, Ledger, ListedDelivery } from '../../core/campaigns/ports.ts'
import { REASONS } from '../../core/events/facts.ts'
import type { ReactionStore, ReactionsTo } from '../../core/loop/ports.ts'
import {
  errors,
  IdParams,
  InOrder,
  Instant,
  instant,
  instantOrNull,
  InstantOrNull,
  nextFor,
  oneOf,
  orNull,
  pageOf,
  tagged,
} from '../server/answers/schemas.ts'
import { sendCsv, wantsCsv } from '../server/answers/files.ts'
import { DRAFT } from './example.ts'
import { IdOrAddress, requireSubscriber } from '../list/subscribers.ts'
import type { SubscriberStore } from '../../core/list/ports.ts'
import { route } from '../server/route.ts'

export type DeliveriesDeps = {
  readonly actions: Pick<Actions, 'get'>
  readonly ledger: Pick<Ledger, 'deliveries' | 'deliveriesTo'>
  readonly subscribers: Pick<SubscriberStore, 'get' | 'find'>
  readonly reactions: Pick<ReactionStore, 'of'>
}

const FILE_STEP = 1000

const Status = oneOf(DELIVERY_STATUSES)
const Query = Type.Object({
  status: Type.Optional(Status),
  people: Type.Optional(
    oneOf(PEOPLE, { description: 'Only people of whom this is known; robots do not count' }),
  ),
  reason: Type.Optional(
    Type.String({
      maxLength: 500,
      description: 'Why it failed, waits or was skipped: a `reason` of /failures or of /audience',
    }),
  ),
  q: Type.Optional(Type.String({ maxLength: 320, description: 'Part of the address' })),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  after: Type.Optional(
    Type.String({ pattern: '^\\d{1,9}-\\d{1,9}$', description: '`next` of the previous page' }),
  ),
  order: InOrder,
})

const NEVER = { ...InstantOrNull, examples: [null] }
const BY_PEOPLE = { description: 'By the subscriber, not by a robot' }
const FIELDS = {
  id: Type.String({
    description: 'Unique within the campaign; `delivery_id` in the metadata of its events',
    examples: ['0-17'],
  }),
  subscriber_id: orNull(Type.String({ examples: [DRAFT.id] }), {
    description: 'null: no longer on the list',
  }),
  email: Type.String({ examples: ['reader@example.com'] }),
  name: Type.String({ examples: ['Ann Reader'] }),
  lane: Type.String({ examples: ['default'] }),
  status: { ...Status, examples: ['sent'] },
  reason: orNull(Type.String(), {
    description: "Why it failed, waits or was skipped: the server's answer or a word",
    examples: [null],
  }),
  attempts: Type.Integer({
    description: 'Attempts in which there was a connection to the mail server',
    examples: [1],
  }),
  due_at: orNull(Instant, {
    description: 'When it is tried next; null when there is nothing left to do',
    examples: [null],
  }),
  updated_at: Instant,
  delivered_at: orNull(Instant, {
    description: 'What events have told. An open implies that it was delivered, a click that it was opened',
  }),
  opened_at: orNull(Instant, BY_PEOPLE),
  clicked_at: orNull(Instant, BY_PEOPLE),
  bounced_at: NEVER,
  complained_at: NEVER,
  unsubscribed_at: NEVER,
  bounce_reason: orNull(oneOf(REASONS), {
    description: 'Why it bounced, for good or for a while, or was rejected: the `reason` of that event',
    examples: [null],
  }),
}
const DeliverySchema = Type.Object(FIELDS, { title: 'Delivery' })
const COLUMNS = Object.keys(FIELDS) as (keyof DeliveryJson)[]

const DeliveryToSchema = Type.Object(
  {
    campaign_id: Type.String({ format: 'uuid', examples: [DRAFT.id] }),
    subject: Type.String({ description: "The campaign's", examples: [DRAFT.subject] }),
    ...FIELDS,
  },
  { title: 'DeliveryTo' },
)
const History = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  after: Type.Optional(Type.String({ format: 'uuid', description: '`next` of the previous page' })),
})

type Filter = Omit<Static<typeof Query>, 'limit'>
type DeliveryJson = Static<typeof DeliverySchema>
type Instants = Record<`${PeopleFact}_at`, string | null>

export function registerDeliveries(app: FastifyInstance, deps: DeliveriesDeps): void {
  const { actions, ledger } = deps
  route(app, 'GET /campaigns/:id/deliveries', {
    ...tagged('Campaigns'),
    summary: 'List who got it, who did not, and why',
    description: 'With `Accept: text/csv`, all of them in one file, whatever `limit` is.',
    produces: ['application/json', 'text/csv'],
    params: IdParams,
    querystring: Query,
    response: {
      200: Type.Object(
        { deliveries: Type.Array(DeliverySchema), next: nextFor('after') },
        { description: 'A page of deliveries, or all as a file' },
      ),
      ...errors(400, 401, 'campaign.not_found', 503),
    },
    handler: async ({ params, query }, reply) => {
      const { id: campaignId } = await actions.get(params.id)
      if (wantsCsv(reply)) return sendFile(reply, deps, campaignId, query)
      const found = await ledger.deliveries({ campaignId, ...query, limit: query.limit + 1 })
      const { page, next } = pageOf(found, query.limit, ({ id }) => id)
      return { deliveries: await toJson(deps, campaignId, page), next }
    },
  })
}

export function registerDeliveriesTo(app: FastifyInstance, deps: DeliveriesDeps): void {
  route(app, 'GET /subscribe/:id/deliveries', {
    ...tagged('Mailing list'),
    summary: 'List a subscriber’s deliveries, one per campaign, newest first',
    params: IdOrAddress,
    querystring: History,
    response: {
      200: Type.Object(
        { deliveries: Type.Array(DeliveryToSchema), next: nextFor('after') },
        { description: 'A page of deliveries to one subscriber' },
      ),
      ...errors(400, 401, 'subscriber.not_found', 503),
    },
    handler: async ({ params, query: { limit, after } }) => {
      const { id } = await requireSubscriber(deps, params.id)
      const found = await deps.ledger.deliveriesTo(id, limit + 1, after?.toLowerCase())
      const { page, next } = pageOf(found, limit, ({ campaignId }) => campaignId)
      return { deliveries: await Promise.all(page.map((delivery) => historyJson(deps, delivery))), next }
    },
  })
}

async function historyJson({ reactions }: DeliveriesDeps, delivery: DeliveryTo) {
  const { campaignId, subject, id } = delivery
  const facts = await reactions.of(campaignId, [id])
  return {
    campaign_id: campaignId,
    subject,
    ...deliveryJson({ ...delivery, isListed: true }, facts.get(id)),
  }
}

function sendFile(reply: FastifyReply, deps: DeliveriesDeps, campaignId: string, filter: Filter) {
  return sendCsv(reply, `deliveries-${campaignId}`, {
    columns: COLUMNS,
    full: FILE_STEP,
    async page(last: DeliveryJson | undefined) {
      const place = { campaignId, ...filter, after: last?.id ?? filter.after, limit: FILE_STEP }
      return toJson(deps, campaignId, await deps.ledger.deliveries(place))
    },
    toLine,
  })
}

function toLine(json: DeliveryJson): string {
  return csvLine(COLUMNS.map((column) => String(json[column] ?? '')))
}

async function toJson({ reactions }: DeliveriesDeps, campaignId: string, page: readonly ListedDelivery[]) {
  const ids = page.map(({ id }) => id)
  const facts = await reactions.of(campaignId, ids)
  return page.map((delivery) => deliveryJson(delivery, facts.get(delivery.id)))
}

function deliveryJson(delivery: ListedDelivery, facts: ReactionsTo | undefined): DeliveryJson {
  const { id, email, name, lane, status, reason, attempts } = delivery
  return {
    id,
    subscriber_id: delivery.isListed ? delivery.subscriberId : null,
    email,
    name,
    lane,
    status,
    reason,
    attempts,
    due_at: isOpen(status) ? instant(delivery.dueAt) : null,
    updated_at: instant(delivery.updatedAt),
    ...(Object.fromEntries(PEOPLE.map((fact) => [`${fact}_at`, instantOrNull(facts?.[fact])])) as Instants),
    bounce_reason: facts?.bounceReason ?? null,
  }
}
