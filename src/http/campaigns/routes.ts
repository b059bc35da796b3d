// The campaign side's routes: the list, its suppressions, the pages behind links in mails, campaigns, lanes.
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Links } from '../../core/campaigns/mail/links.ts'
import type { SubscriberStore, SuppressionStore } from '../../core/list/ports.ts'
import type { Access } from '../server/access.ts'
import { registerCampaigns, type CampaignsDeps } from './campaigns.ts'
import { registerConfirm } from '../list/confirm.ts'
import { registerLanes, type LanesDeps } from './lanes.ts'
import { createSendMail } from './send-mail.ts'
import { registerSubscribers, type SubscribersDeps } from '../list/subscribers.ts'
import { registerSuppressions } from '../list/suppressions.ts'
import { registerUnsubscribe, type UnsubscribeDeps } from '../list/unsubscribe.ts'

/** What these routes need of the campaign side; wire/campaigns.ts makes it. */
export type MailingDeps = Omit<CampaignsDeps, 'log' | 'now' | 'subscribers'> &
  Pick<LanesDeps, 'lanes'> &
  Pick<SubscribersDeps, 'doubleOptIn' | 'sendConfirmation' | 'forget'> &
  Pick<UnsubscribeDeps, 'onUnsubscribed' | 'addressOf' | 'identity'> & {
    readonly subscribers: SubscriberStore
    readonly suppressions: SuppressionStore
    readonly links: Links
    readonly transport: 'smtp' | 'outbox'
  }

type Around = { readonly access: Access; readonly log: FastifyBaseLogger; readonly now: () => number }

export async function registerMailing(
  app: FastifyInstance,
  mailing: MailingDeps,
  around: Around,
): Promise<void> {
  const deps = { ...mailing, ...around }
  await registerSubscribers(app, { ...deps, sendMail: createSendMail(deps) })
  await registerSuppressions(app, deps)
  await registerUnsubscribe(app, deps)
  await registerConfirm(app, deps)
  await registerCampaigns(app, deps)
  await registerLanes(app, deps)
}
