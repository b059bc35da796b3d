// /campaigns: from the first draft to the last delivery.
import type { FastifyInstance } from 'fastify'
import { Type, type TStringOptions } from 'typebox'
import { PREHEADER_LENGTH, SUBJECT_LENGTH, TAG_LENGTH } from '../../core/campaigns/campaign.ts'
import type { CampaignStore } from '../../core/campaigns/ports.ts'
import { campaignIn, CampaignSchema, WholeCampaignSchema } from './json.ts'
import { registerSendMail, type SendMail } from './send-mail.ts'
import { registerCampaignVerbs, type VerbDeps } from './verbs.ts'
import { registerDeliveries, registerDeliveriesTo, type DeliveriesDeps } from './deliveries.ts'
import { registerLinks, type LinksDeps } from './links.ts'
import { IdempotencyHeaders, idempotencyKey } from '../server/idempotency.ts'
import { errors, IdParams, nextFor, nothing, oneOf, pageOf, tagged } from '../server/answers/schemas.ts'
import { route } from '../server/route.ts'

export type CampaignsDeps = VerbDeps &
  DeliveriesDeps &
  LinksDeps & {
    readonly sendMail: SendMail
    readonly campaigns: Pick<CampaignStore, 'list' | 'get' | 'active' | 'countByStatus'>
  }

/** A mebibyte of HTML and one of text, as escaped JSON. */
const CAMPAIGN_BODY_LIMIT = 5 * 1024 * 1024

/** One schema with two types instead of a union, so that an error is one sentence about one field. */
const Nullable = (options: TStringOptions) =>
  Type.Optional(Type.Unsafe<string | null>({ ...options, type: ['string', 'null'] }))

const Fields = {
  subject: Type.String({
    minLength: 1,
    maxLength: SUBJECT_LENGTH,
    examples: ['News in May, {{name|friend}}'],
  }),
  content: Type.String({
    minLength: 1,
    description:
      'HTML, 1 MiB at most. Placeholders: `{{name}}`, `{{name|friend}}`, `{{email}}`, `{{unsubscribe_url}}`; a mail without an unsubscribe link gets a footer with one.',
    examples: ['<p>Hello {{name|friend}}</p>'],
  }),
  text: Nullable({ description: 'The plain text; if it is not given, it is made from the HTML' }),
  preheader: Nullable({ maxLength: PREHEADER_LENGTH, description: 'What inboxes show after the subject' }),
  reply_to: Nullable({ examples: ['editor@example.com'] }),
  tag: Nullable({ maxLength: TAG_LENGTH, description: 'Comes back in every event of these mails' }),
  send_at: Nullable({
    examples: ['2026-05-04T10:20:30+09:00'],
    description: 'When to start it; RFC 3339 with an offset. null: not scheduled',
  }),
}
const EXAMPLE = { subject: 'News in May, {{name|friend}}', content: '<p>Hello {{name|friend}}</p>' }
const NewCampaign = Type.Object(
  {
    ...Fields,
    start: Type.Optional(Type.Boolean({ description: 'Start it at once', default: false })),
  },
  { examples: [{ ...EXAMPLE, tag: 'newsletter', start: false }] },
)
const ChangedCampaign = Type.Partial(Type.Object(Fields), { examples: [EXAMPLE] })
const Page = Type.Object({
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  before: Type.Optional(
    Type.String({ format: 'uuid', description: '`next` of the previous page, in either order' }),
  ),
  order: oneOf(['desc', 'asc'], {
    default: 'desc',
    description: '`asc`: oldest first; `next` continues from there',
  }),
})

const about = tagged('Campaigns')
const NOT_NOW = errors(401, 'campaign.not_found', 'campaign.wrong_state', 503)

export async function registerCampaigns(app: FastifyInstance, deps: CampaignsDeps): Promise<void> {
  const { actions, present } = deps
  registerCreating(app, deps)

  route(app, 'GET /campaigns', {
    ...about,
    summary: 'List all campaigns, newest first',
    querystring: Page,
    response: {
      200: Type.Object(
        { campaigns: Type.Array(CampaignSchema), next: nextFor('before') },
        { description: 'A page of campaigns' },
      ),
      ...errors(400, 401, 503),
    },
    handler: async ({ query: { limit, before, order } }) => {
      const found = await deps.campaigns.list(limit + 1, before, order)
      const { page, next } = pageOf(found, limit, ({ id }) => id)
      return { campaigns: await present.list(page), next }
    },
  })

  route(app, 'GET /campaigns/:id', {
    ...about,
    summary: 'Show one campaign with its content',
    params: IdParams,
    response: { 200: WholeCampaignSchema, ...errors(401, 'campaign.not_found', 503) },
    handler: async ({ params }) => present.one(await actions.get(params.id)),
  })

  registerChanging(app, deps)
  registerCampaignVerbs(app, deps)
  registerDeliveries(app, deps)
  registerDeliveriesTo(app, deps)
  registerLinks(app, deps)
  await registerSendMail(app, deps.sendMail)
}

function registerCreating(app: FastifyInstance, { actions, present }: CampaignsDeps): void {
  route(app, 'POST /campaigns', {
    bodyLimit: CAMPAIGN_BODY_LIMIT,
    ...about,
    summary: 'Create a campaign, and start it if you like',
    description:
      'A draft; with `send_at` it is scheduled; with `start` it runs at once. With an `Idempotency-Key`, repeating the request returns the campaign that was created first (`Idempotency-Replayed: true`); another request with that key is 409.',
    headers: IdempotencyHeaders,
    body: NewCampaign,
    response: {
      201: campaignIn('draft', 'Draft or scheduled'),
      202: campaignIn('running', 'Started'),
      ...errors(400, 401, 'campaign.idempotency_conflict', 'campaign.sender_not_set_up', 413, 415, 503),
    },
    handler: async (request, reply) => {
      const { reply_to: replyTo, send_at: sendAt, ...rest } = request.body
      const made = await actions.create({ ...rest, replyTo, sendAt }, idempotencyKey(request))
      reply.status(request.body.start ? 202 : 201).header('location', `/campaigns/${made.campaign.id}`)
      return present.created(reply, made)
    },
  })
}

function registerChanging(app: FastifyInstance, { actions, present }: CampaignsDeps): void {
  route(app, 'PATCH /campaigns/:id', {
    bodyLimit: CAMPAIGN_BODY_LIMIT,
    ...about,
    summary: 'Edit a draft or scheduled campaign',
    description:
      'Fields that are not given stay as they are. A `send_at` schedules it, `send_at: null` makes it a draft.',
    params: IdParams,
    body: ChangedCampaign,
    response: { 200: campaignIn('draft', 'As it is now'), ...NOT_NOW, ...errors(400, 413, 415) },
    handler: async ({ params, body: { reply_to: replyTo, send_at: sendAt, ...rest } }) =>
      present.one(await actions.edit(params.id, { ...rest, replyTo, sendAt })),
  })

  route(app, 'DELETE /campaigns/:id', {
    ...about,
    summary: 'Delete a draft or scheduled campaign',
    params: IdParams,
    response: { 204: nothing('Deleted'), ...NOT_NOW },
    handler: async ({ params }) => actions.remove(params.id),
  })
}
