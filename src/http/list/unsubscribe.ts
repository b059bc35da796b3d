// /unsubscribe/{token}: the link in every mail. GET only asks, for scanners follow links; POST does it, as the button
// of the page or of the subscriber's own mail program (RFC 8058).
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ListIdentity } from '../../core/campaigns/mail/identity.ts'
import type { Links, UnsubscribeLink } from '../../core/campaigns/mail/links.ts'
import type { SubscriberStore, SuppressionStore } from '../../core/list/ports.ts'
import { registerMailLink } from './mail-link.ts'
import type { PlainPage } from '../server/plain-page.ts'

export type Unsubscription = UnsubscribeLink & {
  readonly at: number
  /** False when the subscriber had left already. */
  readonly first: boolean
}

export type UnsubscribeDeps = {
  readonly links: Pick<Links, 'readUnsubscribe'>
  readonly subscribers: Pick<SubscriberStore, 'unsubscribeById'>
  readonly suppressions: Pick<SuppressionStore, 'put'>
  readonly now: () => number
  readonly identity: ListIdentity
  /** Called for each unsubscription, repeated ones too; the subscriber is off the list whatever becomes of it. */
  readonly onUnsubscribed?: (unsubscription: Unsubscription) => Promise<void>
  /** To whom a mail went. So a link still works for an address that was removed from the list and came back. */
  readonly addressOf?: (delivery: NonNullable<UnsubscribeLink['delivery']>) => Promise<string | undefined>
}

const ASKS: PlainPage = {
  status: 200,
  title: 'Unsubscribe?',
  text: ['You will get no more mails from this list.'],
  button: 'Unsubscribe',
}
const DONE: PlainPage = {
  status: 200,
  title: 'You are unsubscribed',
  text: ['You will get no more mails from this list.'],
}
const UNKNOWN: PlainPage = {
  status: 404,
  title: 'This link does not work',
  text: [
    'It is not complete, or not from us. Please open the link in the mail again, or copy the whole of it.',
  ],
}

export function registerUnsubscribe(app: FastifyInstance, deps: UnsubscribeDeps): Promise<void> {
  const { links, identity } = deps
  return registerMailLink(app, {
    path: '/unsubscribe',
    identity,
    asks: ASKS,
    done: DONE,
    unknown: UNKNOWN,
    unknownMeans: 'the token is forged or incomplete',
    get: { summary: 'Asks whether to unsubscribe; changes nothing' },
    post: {
      summary: 'Unsubscribes, any number of times',
      description: 'What `List-Unsubscribe-Post` of each mail leads to (RFC 8058). The body is ignored.',
    },
    isKnown: (token) => links.readUnsubscribe(token) !== undefined,
    async follow(token, request) {
      const link = links.readUnsubscribe(token)
      if (link) await unsubscribe(deps, link, request)
      return link !== undefined
    },
  })
}

async function unsubscribe(deps: UnsubscribeDeps, link: UnsubscribeLink, { log }: FastifyRequest) {
  const at = deps.now()
  const outcome = await deps.subscribers.unsubscribeById(link.subscriberId, at)
  if (outcome === 'unknown' && link.delivery) {
    const email = await deps.addressOf?.(link.delivery)
    const wish = { reason: 'unsubscribe', source: 'link', since: at, until: null } as const
    if (email) await deps.suppressions.put({ email, ...wish })
  }
  try {
    await deps.onUnsubscribed?.({ ...link, at, first: outcome === 'done' })
  } catch (error) {
    log.error({ err: error }, 'an unsubscription was not counted')
  }
}
