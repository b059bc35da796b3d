// /confirm/{token}: double opt-in. GET only asks, for scanners follow every link of a mail; POST confirms.
import type { FastifyInstance } from 'fastify'
import type { ListIdentity } from '../../core/campaigns/mail/identity.ts'
import type { Links } from '../../core/campaigns/mail/links.ts'
import type { SubscriberStore } from '../../core/list/ports.ts'
import { registerMailLink } from './mail-link.ts'
import type { PlainPage } from '../server/plain-page.ts'

export type ConfirmDeps = {
  readonly links: Pick<Links, 'readConfirm'>
  readonly subscribers: Pick<SubscriberStore, 'confirm'>
  readonly now: () => number
  readonly identity: ListIdentity
}

const ASKS: PlainPage = {
  status: 200,
  title: 'Confirm your subscription',
  text: ['One more click, and you will get the mails of this list. You can leave it at any time.'],
  button: 'Confirm',
}
const DONE: PlainPage = {
  status: 200,
  title: 'You are subscribed',
  text: ['Thank you. Every mail holds a link to unsubscribe.'],
}
const UNKNOWN: PlainPage = {
  status: 404,
  title: 'This link does not work any more',
  text: ['It has expired, or is not complete. Please subscribe again, and you will get a new one.'],
}

export function registerConfirm(app: FastifyInstance, deps: ConfirmDeps): Promise<void> {
  const { links, subscribers, now, identity } = deps
  return registerMailLink(app, {
    path: '/confirm',
    identity,
    asks: ASKS,
    done: DONE,
    unknown: UNKNOWN,
    unknownMeans: 'the token is forged, incomplete or has expired',
    get: { summary: 'Asks whether to confirm; changes nothing' },
    post: { summary: 'Confirms a subscription (double opt-in)' },
    isKnown: (token) => links.readConfirm(token, now()) !== undefined,
    async follow(token) {
      const link = links.readConfirm(token, now())
      if (!link) return false
      return (await subscribers.confirm(link.subscriberId, link.asked, now())) !== 'unknown'
    },
  })
}
