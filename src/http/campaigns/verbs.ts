// /campaigns/{id}/…: what can be done with a campaign, and what shows it before it goes out: test, preview, audience.
import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { badField, HubError } from '../../core/errors.ts'
import { requireSender, type Actions } from '../../core/campaigns/actions.ts'
import type { Campaign, Ledger, OutgoingMail } from '../../core/campaigns/ports.ts'
import type { SendResult } from '../../core/sending/ports.ts'
import type { Subscriber, SubscriberStore, SuppressionStore } from '../../core/list/ports.ts'
import { emailProblem } from '../../core/addresses/address.ts'
import { requireSubscriber } from '../list/subscribers.ts'
import { addVary, wantsPage } from '../server/answers/errors.ts'
import { IdempotencyHeaders, idempotencyKey } from '../server/idempotency.ts'
import { registerFailures } from './failures.ts'
import { campaignIn, type Present } from './json.ts'
import { errors, IdParams, SenderProblem, tagged } from '../server/answers/schemas.ts'
import { route } from '../server/route.ts'

export type VerbDeps = {
  readonly actions: Actions
  readonly present: Present
  readonly ledger: Pick<Ledger, 'audience' | 'reasons'>
  readonly subscribers: Pick<SubscriberStore, 'get' | 'find'>
  readonly suppressions: Pick<SuppressionStore, 'get'>
  readonly senderProblem: string | null
  /** Makes a preview. Its unsubscribe link must be nobody's, since people click on links in previews. */
  readonly render: (
    campaign: Campaign,
    to: Pick<Subscriber, 'email' | 'name'>,
  ) => Pick<OutgoingMail, 'subject' | 'html' | 'text'>
  /** Sends one mail at once. `id` is for its Message-ID. */
  readonly sendTest: (campaign: Campaign, to: string, id: string) => Promise<SendResult>
  readonly now: () => number
}

/** For a mail shown in a frame: its own styles, no scripts, no origin, and only within the hub's own page. */
const MAIL_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "sandbox; default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline'; frame-ancestors 'self'",
  'cache-control': 'no-store',
}
const SAMPLE = { email: 'reader@example.com', name: 'Reader' }
/** Test mails per minute: a script in a loop must not flood anybody. */
const TEST_LIMIT = { max: 30, timeWindow: 60_000 }

const about = tagged('Campaigns')

/** Verb, status of the answer, summary, and the campaign in its new state. */
const VERBS = [
  ['start', 202, 'Start it now', campaignIn('running', 'It runs')],
  ['pause', 200, 'Pause it; takes effect within a second', campaignIn('paused', 'Paused')],
  ['resume', 200, 'Resume it after a pause', campaignIn('running', 'It runs again')],
  ['cancel', 202, 'Cancel what has not been sent', campaignIn('cancelled', 'Cancelled')],
] as const

export function registerCampaignVerbs(app: FastifyInstance, deps: VerbDeps): void {
  const { actions, present } = deps
  for (const [verb, status, summary, campaign] of VERBS)
    route(app, `POST /campaigns/:id/${verb}`, {
      ...about,
      summary,
      params: IdParams,
      response: {
        [status]: campaign,
        ...errors(401, 'campaign.not_found', 'campaign.wrong_state', 'campaign.sender_not_set_up', 503),
      },
      handler: async ({ params }) => present.one(await actions[verb](params.id)),
    })
  registerDuplicate(app, deps)
  registerFailures(app, deps)
  registerTest(app, deps)
  registerPreview(app, deps)
  registerAudience(app, deps)
}

function registerDuplicate(app: FastifyInstance, { actions, present }: VerbDeps): void {
  route(app, 'POST /campaigns/:id/duplicate', {
    ...about,
    summary: 'Duplicate it as a new draft',
    description: 'With an `Idempotency-Key`, repeating the request returns the draft that was created first.',
    params: IdParams,
    headers: IdempotencyHeaders,
    response: {
      201: campaignIn('draft', 'The new draft'),
      ...errors(400, 401, 'campaign.not_found', 'campaign.idempotency_conflict', 503),
    },
    handler: async (request, reply) => {
      const made = await actions.duplicate(request.params.id, idempotencyKey(request))
      reply.header('location', `/campaigns/${made.campaign.id}`)
      return present.created(reply, made)
    },
  })
}

function registerTest(app: FastifyInstance, deps: VerbDeps): void {
  const { actions, suppressions, sendTest, senderProblem, now } = deps
  route(app, 'POST /campaigns/:id/test', {
    config: { rateLimit: TEST_LIMIT },
    ...about,
    summary: 'Send it to one address, as a test',
    description: 'It is not counted anywhere. 502 tells what the mail server said.',
    params: IdParams,
    body: Type.Object({ to: Type.String({ examples: ['me@example.com'] }) }),
    response: {
      200: Type.Object(
        {
          to: Type.String({ examples: ['me@example.com'] }),
          response: Type.String({
            description: 'The mail server said',
            examples: ['250 2.0.0 Ok: queued'],
          }),
        },
        { description: 'The mail server accepted it' },
      ),
      ...errors(400, 401, 'campaign.not_found', 'campaign.sender_not_set_up', 'subscriber.suppressed'),
      ...errors('campaign.test_failed', 503),
    },
    handler: async ({ params, body }) => {
      const campaign = await actions.get(params.id)
      const to = body.to.trim()
      const problem = emailProblem(to)
      if (problem) throw badField('to', problem)
      requireSender(senderProblem)
      if (await suppressions.get(to, now())) throw new HubError('subscriber.suppressed')
      const { kind, response } = await sendTest(campaign, to, randomUUID())
      if (kind !== 'sent') throw new HubError('campaign.test_failed', { details: { kind, response } })
      return { to, response }
    },
  })
}

function registerPreview(app: FastifyInstance, deps: VerbDeps): void {
  const { actions, render } = deps
  route(app, 'GET /campaigns/:id/preview', {
    ...about,
    summary: 'Preview what a subscriber would get',
    description:
      "Without `subscriber`, for a made-up one. The unsubscribe link does nothing. With `Accept: text/html`, the mail itself, for a frame of the hub's own page.",
    params: IdParams,
    querystring: Type.Object({
      subscriber: Type.Optional(Type.String({ maxLength: 320, description: "A subscriber's id or address" })),
    }),
    response: {
      200: Type.Object(
        { subject: Type.String(), html: Type.String(), text: Type.String() },
        {
          description: 'The mail, with its placeholders filled',
          examples: [{ subject: 'News in May, Ann', html: '<p>Hello Ann</p>', text: 'Hello Ann' }],
        },
      ),
      ...errors(401, 'campaign.not_found', 'subscriber.not_found', 503),
    },
    handler: async ({ params, query, headers }, reply) => {
      const campaign = await actions.get(params.id)
      const to = query.subscriber ? await requireSubscriber(deps, query.subscriber) : SAMPLE
      const mail = render(campaign, to)
      addVary(reply, 'Accept')
      return wantsPage(headers.accept) ? reply.headers(MAIL_HEADERS).send(mail.html) : mail
    },
  })
}

function registerAudience(app: FastifyInstance, { actions, ledger, senderProblem, now }: VerbDeps): void {
  const Count = Type.Integer({ minimum: 0 })
  route(app, 'GET /campaigns/:id/audience', {
    ...about,
    summary: 'Count how many would get it, how many are skipped, and why',
    description:
      'Once the campaign has started and gone through the list, the numbers are those of its deliveries.',
    params: IdParams,
    response: {
      200: Type.Object(
        {
          recipients: Count,
          skipped: Count,
          reasons: Type.Record(Type.String(), Count),
          sender_problem: SenderProblem,
        },
        {
          description: 'Counts of subscribers',
          examples: [
            {
              recipients: 1230,
              skipped: 20,
              reasons: { 'suppressed: bounce': 20 },
              sender_problem: null,
            },
          ],
        },
      ),
      ...errors(401, 'campaign.not_found', 503),
    },
    handler: async ({ params }) => {
      const { recipients, skipped: reasons } = await ledger.audience(await actions.get(params.id), now())
      const skipped = Object.values(reasons).reduce((sum, count) => sum + count, 0)
      return { recipients, skipped, reasons, sender_problem: senderProblem }
    },
  })
}
