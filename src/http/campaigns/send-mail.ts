// POST /subscribe/send-mail: one call that creates and starts a campaign. It answers before anything is sent.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static } from 'typebox'
import { badField } from '../../core/errors.ts'
import type { Actions } from '../../core/campaigns/actions.ts'
import { SUBJECT_LENGTH } from '../../core/campaigns/campaign.ts'
import { WholeCampaignSchema, type Present } from './json.ts'
import { acceptForms, FORMS } from '../server/bodies/form.ts'
import { IdempotencyHeaders, idempotencyKey } from '../server/idempotency.ts'
import { errors, tagged } from '../server/answers/schemas.ts'
import { route } from '../server/route.ts'

type SendMailDeps = {
  readonly actions: Pick<Actions, 'create'>
  readonly present: Pick<Present, 'created'>
}

/** A mebibyte of HTML, every byte of it as %XX. */
const BODY_LIMIT = 4 * 1024 * 1024

const subject = { minLength: 1, maxLength: SUBJECT_LENGTH }

const SendMailBody = Type.Object({
  subject: Type.Optional(Type.String({ ...subject, examples: ['News in May, {{name|friend}}'] })),
  subjectl: Type.Optional(
    Type.String({ ...subject, description: '`subject`, as the original API spells it' }),
  ),
  content: Type.String({
    minLength: 1,
    description: 'HTML with placeholders, 1 MiB at most',
    examples: ['<p>Hello {{name|friend}}</p>'],
  }),
})
const SendMailAnswer = Type.Object(
  { campaign: WholeCampaignSchema },
  { description: 'Started: its mails are going out' },
)

export type SendMail = ReturnType<typeof createSendMail>

/** For both routes that take such a body: this one and POST /subscribe. */
export function createSendMail({ actions, present }: SendMailDeps) {
  async function send(request: FastifyRequest, body: Static<typeof SendMailBody>, reply: FastifyReply) {
    const { subjectl, subject = subjectl, content } = body
    if (subject === undefined) throw badField('subject', 'is required')
    const made = await actions.create({ subject, content, start: true }, idempotencyKey(request))
    reply.status(203)
    return { campaign: await present.created(reply, made) }
  }
  return { send, answer: SendMailAnswer }
}

export async function registerSendMail(app: FastifyInstance, { send, answer }: SendMail): Promise<void> {
  await app.register(async (forms) => {
    acceptForms(forms)
    route(forms, 'POST /subscribe/send-mail', {
      bodyLimit: BODY_LIMIT,
      ...tagged('Campaigns'),
      summary: 'Write to everybody on the list',
      description:
        'The same as creating and starting a campaign. Answers at once, whatever the size of the list. With an `Idempotency-Key`, repeated calls make one campaign.',
      consumes: FORMS,
      headers: IdempotencyHeaders,
      body: SendMailBody,
      response: {
        203: answer,
        ...errors(400, 401, 'campaign.idempotency_conflict', 'campaign.sender_not_set_up', 413, 415, 503),
      },
      handler: async (request, reply) => send(request, request.body, reply),
    })
  })
}
