// The campaign side's routes: the list, its suppressions, the pages behind links in mails, campaigns, lanes.
import type { FastifyInstance } from 'fastify'
import type { Access } from '../server/access/access.ts'
import { registerCampaigns, type CampaignsDeps } from './campaigns.ts'
import type { Present, PresentDeps } from './json.ts'
import { registerConfirm, type ConfirmDeps } from '../list/confirm.ts'
import { registerLanes, type LanesDeps } from './lanes.ts'
import { createSendMail } from './send-mail.ts'
import { registerSubscribers, type SubscribersDeps } from '../list/subscribers.ts'
import { registerSuppressions, type SuppressionsDeps } from '../list/suppressions.ts'
import { registerUnsubscribe, type UnsubscribeDeps } from '../list/unsubscribe.ts'

type Around = {
  readonly access: Access
  readonly present: Present
  readonly now: () => number
}

export type CampaignRoutesDeps = Omit<
  CampaignsDeps &
    PresentDeps &
    LanesDeps &
    SubscribersDeps &
    SuppressionsDeps &
    UnsubscribeDeps &
    ConfirmDeps,
  keyof Around | 'sendMail' | 'log'
>

export async function registerCampaignSide(
  app: FastifyInstance,
  side: CampaignRoutesDeps,
  around: Around,
): Promise<void> {
  const deps = { ...side, ...around, sendMail: createSendMail({ ...side, ...around }) }
  await registerSubscribers(app, deps)
  await registerSuppressions(app, deps)
  await registerUnsubscribe(app, deps)
  await registerConfirm(app, deps)
  await registerCampaigns(app, deps)
  await registerLanes(app, deps)
}
