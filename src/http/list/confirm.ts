// /confirm/{token}: double opt-in. GET only asks, since scanners follow every link in a mail; POST confirms.
import type { FastifyInstance } from 'fastify'
import type { ListIdentity } from '../../core/campaigns/mail/identity.ts'
import type { Links } from '../../core/campaigns/mail/links.ts'
import type { SubscriberStore } from '../../core/list/ports.ts'
import { registerMailLink } from './mail-link.ts'
import { CONFIRM } from './page-words.ts'

export type ConfirmDeps = {
  readonly links: Pick<Links, 'readConfirm'>
  readonly subscribers: Pick<SubscriberStore, 'confirm'>
  readonly now: () => number
  readonly identity: ListIdentity
}

export function registerConfirm(app: FastifyInstance, deps: ConfirmDeps): Promise<void> {
  const { links, subscribers, now, identity } = deps
  return registerMailLink(app, {
    path: '/confirm',
    identity,
    unknown: CONFIRM.unknown,
    unknownMeans: 'the token is forged, incomplete or has expired',
    get: {
      summary: 'Ask whether to confirm; change nothing',
      asks: CONFIRM.asks,
      isKnown: (token) => links.readConfirm(token, now()) !== undefined,
    },
    posts: [
      {
        path: '',
        summary: 'Confirm a subscription (double opt-in)',
        async follow(token) {
          const link = links.readConfirm(token, now())
          if (!link) return undefined
          const outcome = await subscribers.confirm(link.subscriberId, link.asked, now())
          return outcome === 'unknown' ? undefined : { status: 200, words: CONFIRM.done }
        },
      },
    ],
  })
}
