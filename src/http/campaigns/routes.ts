// The campaign side's routes: the list, its suppressions, the pages behind links in mails, campaigns, lanes.
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Actions } from '../../core/campaigns/actions.ts'
import type { ListIdentity } from '../../core/campaigns/mail/identity.ts'
import type { Links } from '../../core/campaigns/mail/links.ts'
import type { CampaignStore, Ledger } from '../../core/campaigns/ports.ts'
import type { Forget } from '../../core/list/forget.ts'
import type { SubscriberStore, SuppressionStore } from '../../core/list/ports.ts'
import type { ReactionStore } from '../../core/loop/ports.ts'
import type { LaneControl } from '../../core/sending/ports.ts'
import type { Access } from '../server/access/access.ts'
import { registerCampaigns } from './campaigns.ts'
import { registerConfirm } from '../list/confirm.ts'
import { registerLanes } from './lanes.ts'
import { createSendMail } from './send-mail.ts'
import { registerSubscribers, type SubscribersDeps } from '../list/subscribers.ts'
import { registerSuppressions } from '../list/suppressions.ts'
import { registerUnsubscribe, type UnsubscribeDeps } from '../list/unsubscribe.ts'
import type { VerbDeps } from './verbs.ts'

/** The campaign side as HTTP uses it: stores, what is done with them, and mails one at a time. wire/campaigns.ts makes it. */
export type CampaignSide = {
  readonly subscribers: SubscriberStore
  readonly suppressions: SuppressionStore
  readonly campaigns: CampaignStore
  readonly ledger: Ledger
  readonly reactions: ReactionStore
  readonly lanes: LaneControl
  readonly actions: Actions
  readonly forget: Forget
  readonly links: Links
  readonly identity: ListIdentity
  readonly transport: 'smtp' | 'outbox'
  readonly senderProblem: string | null
  readonly senderDoubt: string | null
  readonly doubleOptIn: boolean
  readonly render: VerbDeps['render']
  readonly sendTest: VerbDeps['sendTest']
  readonly sendConfirmation: SubscribersDeps['sendConfirmation']
  readonly onUnsubscribed: UnsubscribeDeps['onUnsubscribed']
  readonly addressOf: UnsubscribeDeps['addressOf']
}

type Around = { readonly access: Access; readonly log: FastifyBaseLogger; readonly now: () => number }

export async function registerCampaignSide(
  app: FastifyInstance,
  side: CampaignSide,
  around: Around,
): Promise<void> {
  const deps = { ...side, ...around }
  await registerSubscribers(app, { ...deps, sendMail: createSendMail(deps) })
  await registerSuppressions(app, deps)
  await registerUnsubscribe(app, deps)
  await registerConfirm(app, deps)
  await registerCampaigns(app, deps)
  await registerLanes(app, deps)
}
