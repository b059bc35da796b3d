// The campaigns' routes on an empty database, without senders: what they would be told is written down.
import rateLimit from '@fastify/rate-limit'
import fastify, { type InjectOptions } from 'fastify'
import { readHtml } from '../../../src/adapters/mail/html-reading.ts'
import { createReactionStore } from '../../../src/adapters/sql/loop/reactions.ts'
import { createSuppressions } from '../../../src/adapters/sql/list/suppressions.ts'
import { createActions } from '../../../src/core/campaigns/actions.ts'
import type { Campaign } from '../../../src/core/campaigns/ports.ts'
import type { LaneState, SendResult } from '../../../src/core/sending/ports.ts'
import type { Subscriber } from '../../../src/core/list/ports.ts'
import { registerCampaigns, type CampaignsDeps } from '../../../src/http/campaigns/campaigns.ts'
import { createPresent, type PresentDeps } from '../../../src/http/campaigns/json.ts'
import { createSendMail } from '../../../src/http/campaigns/send-mail.ts'
import { REQUEST_OPTIONS, setUpRequests } from '../../../src/http/server/requests.ts'
import { toAnswer } from '../answer.ts'
import { silentLog } from '../events/feed-lab.ts'
import { openLedgerLab, readerId } from './ledger-lab.ts'
import { openSqliteLab } from '../database/sql-lab.ts'
import { NOON } from '../times.ts'

export type CampaignsApp = Awaited<ReturnType<typeof openCampaignsApp>>

const LANES: readonly LaneState[] = [
  {
    name: 'google',
    state: 'slowed',
    reason: '421 4.7.28',
    since: NOON,
    nextChangeAt: NOON + 5_000,
    perSecond: 4,
  },
  { name: 'default', state: 'open', reason: null, since: null, nextChangeAt: null, perSecond: 50 },
]
export const HELLO = { subject: 'Grüße ✓ {{name|friend}}', content: '<p>안녕 {{name}}</p>' }
/** As the API writes an instant. */
export const at = (ms: number): string => new Date(ms).toISOString()

export const READER: Subscriber = {
  id: readerId(1),
  email: 'kim@example.com',
  name: 'Kim <3',
  subscribed: true,
  suppressed: null,
  createdAt: NOON,
  updatedAt: NOON,
}

export async function openCampaignsApp(changes: Partial<CampaignsDeps & PresentDeps> = {}) {
  const lab = await openLedgerLab(await openSqliteLab())
  const told: string[] = []
  const tests: string[] = []
  const state = {
    now: NOON,
    answer: { kind: 'sent', response: '250 ok' } as SendResult,
  }
  const now = () => state.now
  const actions = createActions({
    campaigns: lab.store,
    ledger: lab.ledger,
    transport: 'outbox',
    readHtml,
    senderProblem: changes.senderProblem ?? null,
    wake: () => void told.push('wake'),
    now,
  })
  const app = fastify(REQUEST_OPTIONS)
  setUpRequests(app)
  await app.register(rateLimit, { global: false })
  const shown = {
    ledger: lab.ledger,
    reactions: createReactionStore(lab.sql),
    lanes: { states: async () => LANES },
  }
  const present = createPresent({ ...shown, log: silentLog, ...changes })
  await registerCampaigns(app, {
    ...shown,
    actions,
    present,
    sendMail: createSendMail({ actions, present }),
    campaigns: lab.store,
    suppressions: createSuppressions(lab.sql, { secret: 'a-secret' }),
    subscribers: {
      get: async (id) => (id === READER.id ? READER : undefined),
      find: async ({ email }) => (email === READER.email ? [READER] : []),
    },
    render: ({ subject }: Campaign, { name, email }) => ({ subject, html: `<p>${email}</p>`, text: name }),
    async sendTest({ id }, to) {
      tests.push(`${id} ${to}`)
      return state.answer
    },
    senderProblem: null,
    now,
    ...changes,
  })
  const call = async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    payload?: object,
    more?: InjectOptions,
  ) => {
    return toAnswer(await app.inject({ method, url, ...(payload ? { payload } : {}), ...more }))
  }
  return {
    lab,
    told,
    tests,
    state,
    call,
    create: (changes: object = {}, headers: Record<string, string> = {}) =>
      call('POST', '/campaigns', { ...HELLO, ...changes }, { headers }),
    /** A campaign to so many subscribers at example.com, expanded. */
    async campaign(count: number): Promise<string> {
      await lab.addSubscribers({ count, domain: 'example.com' })
      const campaign = await lab.start()
      await lab.expand(campaign)
      return campaign.id
    },
    close: async () => void (await Promise.all([app.close(), lab.close()])),
  }
}
