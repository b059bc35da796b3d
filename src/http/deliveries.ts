// /campaigns/{id}/deliveries: who got a mailing, who did not, and why. As pages, or as one CSV file of any size.
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { Type, type Static } from 'typebox'
import { csvLine } from '../core/csv.ts'
import type { Actions } from '../core/mailing/campaign.actions.ts'
import { DELIVERY_STATUSES, isOpen } from '../core/mailing/outcome.ts'
import type { Delivery, DeliveryStatus, Ledger } from '../core/mailing/ports.ts'
import { errors, Instant, instant, tagged } from './schemas.ts'
import { wantsCsv } from './subscriber-export.ts'

export type DeliveriesDeps = {
  readonly actions: Pick<Actions, 'get'>
  readonly ledger: Pick<Ledger, 'deliveries'>
}

/** Rows of a file that are in memory at a time. */
const FILE_STEP = 1000

const Status = Type.Unsafe<DeliveryStatus>(
  Type.Union(DELIVERY_STATUSES.map((status) => Type.Literal(status))),
)
const Query = Type.Object({
  status: Type.Optional(Status),
  q: Type.Optional(Type.String({ maxLength: 320, description: 'A part of the address' })),
  limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  after: Type.Optional(
    Type.String({ pattern: '^\\d{1,9}-\\d{1,9}$', description: '`next` of the page before' }),
  ),
})

const DeliverySchema = Type.Object({
  id: Type.String({ description: 'Unique within the campaign; `delivery_id` in the metadata of its events' }),
  subscriber_id: Type.String(),
  email: Type.String(),
  name: Type.String(),
  lane: Type.String(),
  status: Status,
  reason: Type.Union([Type.String(), Type.Null()], {
    description: "Why it failed, waits or was skipped: the server's answer or a word",
  }),
  attempts: Type.Integer({ description: 'Tries that a server has answered' }),
  due_at: Type.Union([Instant, Type.Null()], {
    description: 'When it is tried; null when nothing is left to do',
  }),
  updated_at: Instant,
})
const COLUMNS = Object.keys(DeliverySchema.properties) as (keyof Static<typeof DeliverySchema>)[]

type Filter = Pick<Static<typeof Query>, 'status' | 'q' | 'after'>

export function registerDeliveries(app: FastifyInstance, { actions, ledger }: DeliveriesDeps): void {
  app.get<{ Params: { id: string }; Querystring: Static<typeof Query> }>(
    '/campaigns/:id/deliveries',
    {
      schema: {
        ...tagged('Campaigns'),
        summary: 'Who got it, who did not, and why',
        description: 'With `Accept: text/csv`: all of them in one file, whatever `limit` says.',
        produces: ['application/json', 'text/csv'],
        params: Type.Object({ id: Type.String({ maxLength: 100 }) }),
        querystring: Query,
        response: {
          200: Type.Object({
            deliveries: Type.Array(DeliverySchema),
            next: Type.Union([Type.String(), Type.Null()], {
              description: 'Goes into `after`; null: no more',
            }),
          }),
          ...errors(400, 401, 404, 503),
        },
      },
    },
    async ({ params, query, headers }, reply) => {
      const { id: campaignId } = await actions.get(params.id)
      if (wantsCsv(headers.accept)) {
        reply.header('content-disposition', `attachment; filename="deliveries-${campaignId}.csv"`)
        return reply.type('text/csv; charset=utf-8').send(Readable.from(toCsv(ledger, campaignId, query)))
      }
      const found = await ledger.deliveries({ campaignId, ...query, limit: query.limit + 1 })
      const page = found.slice(0, query.limit)
      const next = found.length > query.limit ? (page.at(-1)?.id ?? null) : null
      return { deliveries: page.map(toJson), next }
    },
  )
}

async function* toCsv(ledger: DeliveriesDeps['ledger'], campaignId: string, { status, q, after }: Filter) {
  yield csvLine(COLUMNS)
  for (let place = after; ;) {
    const page = await ledger.deliveries({ campaignId, status, q, after: place, limit: FILE_STEP })
    yield page.map((delivery) => toLine(delivery)).join('')
    if (page.length < FILE_STEP) return
    place = page.at(-1)?.id
  }
}

function toLine(delivery: Delivery): string {
  const json = toJson(delivery)
  return csvLine(COLUMNS.map((column) => String(json[column] ?? '')))
}

function toJson(delivery: Delivery): Static<typeof DeliverySchema> {
  const { id, email, name, lane, status, reason, attempts } = delivery
  return {
    id,
    subscriber_id: delivery.subscriberId,
    email,
    name,
    lane,
    status,
    reason,
    attempts,
    due_at: isOpen(status) ? instant(delivery.dueAt) : null,
    updated_at: instant(delivery.updatedAt),
  }
}
