// /unsubscribe/{token}: the link in every mail. GET only asks, since scanners follow links; POST unsubscribes, by the page's
// button or the subscriber's own mail program (RFC 8058). It can be undone for an hour.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ListIdentity } from '../../core/campaigns/mail/identity.ts'
import type { Links, UnsubscribeLink } from '../../core/campaigns/mail/links.ts'
import type { Subscriber, SubscriberStore, SuppressionStore } from '../../core/list/ports.ts'
import type { ReactionStore } from '../../core/loop/ports.ts'
import { pageSchema, registerMailLink, type Answer } from './mail-link.ts'
import { UNSUBSCRIBE } from './page-words.ts'
import { askToConfirm, STRANGERS, type AskToConfirmDeps } from './subscribing.ts'

export type UnsubscribeDeps = AskToConfirmDeps & {
  readonly links: Pick<Links, 'readUnsubscribe'>
  readonly subscribers: Pick<SubscriberStore, 'unsubscribeById' | 'get' | 'subscribe'>
  readonly doubleOptIn: boolean
  readonly suppressions: Pick<SuppressionStore, 'put'>
  readonly now: () => number
  readonly identity: ListIdentity
  /** A link must work even if its subscriber was removed and came back: `addressOf` knows to whom the mail went. */
  readonly reactions: Pick<ReactionStore, 'leftByLink' | 'addressOf'>
}

/** Later, or for somebody who was forwarded the mail, there is no undo. */
const TAKE_BACK_MS = 3_600_000

export function registerUnsubscribe(app: FastifyInstance, deps: UnsubscribeDeps): Promise<void> {
  const { links, identity } = deps
  return registerMailLink(app, {
    path: '/unsubscribe',
    identity,
    unknown: UNSUBSCRIBE.unknown,
    unknownMeans: 'the token is forged or incomplete',
    get: {
      summary: 'Ask whether to unsubscribe; change nothing',
      asks: UNSUBSCRIBE.asks,
      isKnown: (token) => links.readUnsubscribe(token) !== undefined,
    },
    posts: [
      {
        path: '',
        summary: 'Unsubscribe; may be repeated',
        description:
          'The target of each mail’s `List-Unsubscribe-Post` (RFC 8058). The body is ignored. For an hour, the page offers to undo it.',
        async follow(token, request) {
          const link = links.readUnsubscribe(token)
          if (!link) return undefined
          await unsubscribe(deps, link, request)
          const hasJustLeft = justLeft(await deps.subscribers.get(link.subscriberId), deps.now())
          return hasJustLeft
            ? { status: 200, words: UNSUBSCRIBE.justLeft, to: `/unsubscribe/${token}/undo` }
            : { status: 200, words: UNSUBSCRIBE.left }
        },
      },
      {
        path: '/undo',
        summary: 'Undo an unsubscription by this link, within an hour',
        description:
          'The same as `POST /subscribe` for that person: with DOUBLE_OPT_IN a mail asks them to confirm.',
        response: { 409: pageSchema('A page: it was more than an hour ago, or not done by such a link') },
        rateLimit: STRANGERS,
        async follow(token, request) {
          const link = links.readUnsubscribe(token)
          return link && takeBack(deps, link, request)
        },
      },
    ],
  })
}

/** Unsubscribed by the link, just now: not through the API or by an event. */
function justLeft(subscriber: Subscriber | undefined, now: number): subscriber is Subscriber {
  if (!subscriber || subscriber.subscribed) return false
  const { suppressed, updatedAt } = subscriber
  const isOwnWish = suppressed?.reason === 'unsubscribe' && suppressed.source === 'link'
  return isOwnWish && now - updatedAt <= TAKE_BACK_MS
}

async function takeBack(
  deps: UnsubscribeDeps,
  { subscriberId }: UnsubscribeLink,
  request: FastifyRequest,
): Promise<Answer> {
  const left = await deps.subscribers.get(subscriberId)
  if (left?.subscribed) return { status: 200, words: UNSUBSCRIBE.back }
  const tooLate = { status: 409, words: UNSUBSCRIBE.tooLate }
  if (!justLeft(left, deps.now())) return tooLate
  const { email, name } = left
  const { subscriber } = await deps.subscribers.subscribe(email, name, deps.now(), !deps.doubleOptIn)
  if (!subscriber) return tooLate // removed in the same moment
  if (subscriber.subscribed) return { status: 200, words: UNSUBSCRIBE.back }
  await askToConfirm(deps, subscriber, request)
  return { status: 200, words: UNSUBSCRIBE.asked }
}

/** Takes them off the list, even if counting it then fails. */
async function unsubscribe(deps: UnsubscribeDeps, link: UnsubscribeLink, { log }: FastifyRequest) {
  const { subscriberId, delivery } = link
  const at = deps.now()
  const outcome = await deps.subscribers.unsubscribeById(subscriberId, at)
  if (!delivery) return
  if (outcome === 'unknown') {
    const email = await deps.reactions.addressOf(delivery)
    const wish = { reason: 'unsubscribe', source: 'link', since: at, until: null } as const
    if (email) await deps.suppressions.put({ email, ...wish })
  }
  await deps.reactions
    .leftByLink(delivery, at)
    .catch((err: unknown) => log.error({ err }, 'an unsubscription was not counted'))
}
