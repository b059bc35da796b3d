// POST /subscribe: how subscribers get on the list. It is public, so it is rate limited and tells strangers little.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type, type Static, type TSchema } from 'typebox'
import { badField, HubError } from '../../core/errors.ts'
import type { AskedToConfirm } from '../../core/campaigns/mail/confirmation.ts'
import type { Links } from '../../core/campaigns/mail/links.ts'
import type { Subscriber, SubscriberStore } from '../../core/list/ports.ts'
import type { Access } from '../server/access/access.ts'
import { FORMS } from '../server/bodies/form.ts'
import { languageFor } from '../server/answers/plain-page.ts'
import { errors, tagged } from '../server/answers/schemas.ts'
import { Email, Name, presentSubscriber, readEmail, readName, SubscriberSchema } from './json.ts'
import { route } from '../server/route.ts'

type MailBody = { readonly subject: string; readonly content: string }

export type AskToConfirmDeps = {
  readonly subscribers: Pick<SubscriberStore, 'claimConfirmation' | 'releaseConfirmation'>
  readonly links: Pick<Links, 'confirmUrl'>
  readonly now: () => number
  /** Sends the double opt-in mail, or throws. Called at most once an hour for an address that is not confirmed. */
  readonly sendConfirmation: (asked: AskedToConfirm) => Promise<void>
}

export type SubscribingDeps = AskToConfirmDeps & {
  readonly subscribers: Pick<SubscriberStore, 'subscribe'>
  readonly access: Pick<Access, 'isSignedIn'>
  readonly doubleOptIn: boolean
  /** For a body with subject and content, which the original documents at this address, too. Sets the status. */
  readonly sendMail?: {
    send(request: FastifyRequest, body: MailBody, reply: FastifyReply): Promise<unknown>
    readonly answer: TSchema
  }
}

/** The rate limit of one IP address without the token. */
export const STRANGERS = { max: 20, timeWindow: 60_000 }
const STRANGERS_BODY = 16 * 1024
/** A campaign's HTML may be posted here, too. */
const BODY_LIMIT = 4 * 1024 * 1024
const HOUR_MS = 3_600_000
const CONFIRM_WITHIN_MS = 7 * 24 * HOUR_MS

const Body = Type.Object(
  {
    email: Type.Optional(Email),
    name: Type.Optional(Name),
    subject: Type.Optional(Type.String({ description: 'With `content` and the token, sends to everybody' })),
    subjectl: Type.Optional(Type.String({ description: '`subject`, as the original API spells it' })),
    content: Type.Optional(Type.String({ description: 'HTML with placeholders' })),
  },
  { examples: [{ email: 'reader@example.com', name: 'Ann Reader' }] },
)
type Request = FastifyRequest<{ Body: Static<typeof Body> }>

export function registerSubscribing(app: FastifyInstance, deps: SubscribingDeps): void {
  const { access } = deps
  route(app, 'POST /subscribe', {
    bodyLimit: BODY_LIMIT,
    config: {
      public: true,
      rateLimit: { ...STRANGERS, allowList: (request: FastifyRequest) => access.isSignedIn(request) },
    },
    onRequest: async (request) => {
      const isLarge = Number(request.headers['content-length'] ?? 0) > STRANGERS_BODY
      if (isLarge && !access.isSignedIn(request)) throw new HubError('request.too_large')
    },
    ...tagged('Mailing list'),
    summary: 'Subscribe a subscriber',
    description:
      'Brings back somebody who had left. Public: without the token, at most 20 requests a minute from one IP address. With DOUBLE_OPT_IN the subscriber has to confirm by mail, and `subscribed` is false until then; the mail is in English or Korean, according to `Accept-Language`, and goes to an unconfirmed address at most once an hour. With `subject`, `content` and the token, it is the same as `POST /subscribe/send-mail`.',
    security: [{}, { token: [] }, { session: [] }],
    consumes: FORMS,
    body: Body,
    response: {
      201: SubscriberSchema,
      ...(deps.sendMail && { 203: deps.sendMail.answer }),
      ...errors(400, 401, 409, 413, 415, 429, 503),
    },
    handler: async (request, reply) => {
      const { email, subject, subjectl, content } = request.body
      const isCampaign =
        email === undefined && [subject, subjectl, content].some((each) => each !== undefined)
      return isCampaign ? sendMail(deps, request, reply) : subscribe(deps, request)
    },
  })
}

async function subscribe(deps: SubscribingDeps, request: Request) {
  const email = readEmail(request.body.email)
  const name = readName(request.body.name)
  const { outcome, subscriber } = await deps.subscribers.subscribe(email, name, deps.now(), !deps.doubleOptIn)
  if (outcome === 'suppressed') throw new HubError('subscriber.suppressed')
  if (outcome === 'exists') throw new HubError('subscriber.exists')
  if (!subscriber) throw new HubError('subscriber.not_found') // removed in the same moment
  if (deps.doubleOptIn) await askToConfirm(deps, subscriber, request)
  const shown = deps.access.isSignedIn(request) ? subscriber : forStranger(subscriber, name)
  return presentSubscriber(shown)
}

/** Without what the list knew of the subscriber before: whoever types an address need not be its owner. */
function forStranger(subscriber: Subscriber, name: string): Subscriber {
  return { ...subscriber, name, suppressed: null, createdAt: subscriber.updatedAt }
}

export async function askToConfirm(
  deps: AskToConfirmDeps,
  subscriber: Subscriber,
  { headers, log }: FastifyRequest,
): Promise<void> {
  const now = deps.now()
  const asked = await deps.subscribers.claimConfirmation(subscriber.id, now, HOUR_MS)
  if (asked === undefined) return
  const expiresAt = now + CONFIRM_WITHIN_MS
  try {
    const url = deps.links.confirmUrl({ subscriberId: subscriber.id, asked }, expiresAt)
    const language = languageFor(headers['accept-language'])
    await deps.sendConfirmation({
      subscriberId: subscriber.id,
      email: subscriber.email,
      url,
      expiresAt,
      language,
    })
  } catch (error) {
    await deps.subscribers.releaseConfirmation(subscriber.id)
    log.error({ err: error }, 'the mail of double opt-in could not be sent')
    throw new HubError('subscriber.not_asked', { cause: error })
  }
}

async function sendMail(deps: SubscribingDeps, request: Request, reply: FastifyReply) {
  if (!deps.access.isSignedIn(request)) throw new HubError('access.unauthorized')
  if (!deps.sendMail) throw badField('email', 'is required')
  const { subjectl, subject = subjectl, content } = request.body
  if (!subject) throw badField('subject', 'is required')
  if (!content) throw badField('content', 'is required')
  return deps.sendMail.send(request, { subject, content }, reply)
}
