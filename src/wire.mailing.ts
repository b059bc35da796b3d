// The composition of the mailing side: list, campaigns, sending. Part of wire.ts, the only place that names adapters.
import { join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import type { Config } from './config.ts'
import { createEmbeddedLaneControl } from './adapters/embedded/lane-control.ts'
import { createEmbeddedMarks } from './adapters/embedded/send-marks.ts'
import { createEmbeddedSendQueue } from './adapters/embedded/send-queue.ts'
import { openSendStore } from './adapters/embedded/send-store.ts'
import { openDkim } from './adapters/mail/dkim.ts'
import { createHtmlToText } from './adapters/mail/html-to-text.ts'
import { eraseFromOutbox, openOutbox } from './adapters/mail/outbox.ts'
import { openSmtpMailer } from './adapters/mail/smtp.ts'
import { createCampaignStore } from './adapters/sql/campaigns.ts'
import type { Sql } from './adapters/sql/dialect.ts'
import { createLedger } from './adapters/sql/ledger.ts'
import { createReactionStore } from './adapters/sql/reactions.ts'
import { createSubscribers } from './adapters/sql/subscribers.ts'
import { createSuppressions } from './adapters/sql/suppressions.ts'
import { createActions } from './core/mailing/campaign.actions.ts'
import { composeConfirmation } from './core/mailing/confirmation.ts'
import { createLaneOf, type LaneConfig } from './core/sending/lanes.ts'
import { createLinks } from './core/mailing/links.ts'
import { createLoopNews, type LoopNews } from './core/loop/news.ts'
import { readSender } from './core/mailing/mailbox.ts'
import { compileMail, type MailSettings } from './core/mailing/message.ts'
import type { LaneControl, Mailer, Marks, SendQueue } from './core/sending/ports.ts'
import { startSending, type Sending } from './core/sending/sending.ts'
import type { Leases } from './core/ports.ts'
import type { MailingDeps } from './http/mailing.ts'

export type Mailing = MailingDeps & {
  readonly transport: Mailer['transport']
  /** To be told what tracking has committed. */
  readonly loop: (news: LoopNews) => void
  /** Mails of the newest mailings that a server has taken. */
  readonly sentOfLate: () => Promise<number>
  /** undefined where the role is `web`: other processes send. */
  readonly sending: Sending | undefined
  /** Finishes the mails in flight; before the database is closed. */
  close(): Promise<void>
}

const CAMPAIGNS_OF_LATE = 20

/** Whom a preview's unsubscribe link is for. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

type Needs = {
  readonly sql: Sql
  readonly leases: Leases
  readonly owner: string
  readonly secret: string
  readonly log: FastifyBaseLogger
}

export async function openMailing(
  config: Config,
  { sql, leases, owner, secret, log }: Needs,
): Promise<Mailing> {
  const mail = openMail(config, log)
  const laneConfigs = config.MAIL_LANES.map(({ per_second, ...lane }) => ({ ...lane, perSecond: per_second }))
  const stores = await openSendStores(config, laneConfigs, log)
  const subscribers = createSubscribers(sql, { secret })
  const suppressions = createSuppressions(sql, { secret })
  const campaigns = createCampaignStore(sql)
  const ledger = createLedger(sql)
  const reactions = createReactionStore(sql)
  const links = createLinks(secret, config.PUBLIC_URL)
  const settings: MailSettings = {
    ...mail.sender,
    unsubscribeUrl: links.unsubscribeUrl,
    htmlToText: createHtmlToText(),
  }
  const { mailer } = mail
  const sending =
    config.ROLE === 'web'
      ? undefined
      : startSending({
          ...stores,
          campaigns,
          ledger,
          subscribers,
          suppressions,
          laneConfigs,
          mailer,
          compile: (campaign) => compileMail(campaign, settings),
          retryDelaysMs: config.RETRY_DELAYS.map((seconds) => seconds * 1000),
          leases,
          owner,
          log,
        })
  const { marks, lanes } = stores
  const wake = () => sending?.wake()
  return {
    subscribers,
    suppressions,
    campaigns,
    ledger,
    reactions,
    links,
    sending,
    loop: createLoopNews({
      lanes: stores.lanes,
      marks: stores.marks,
      laneOf: createLaneOf(laneConfigs),
      log,
    }),
    async sentOfLate() {
      const ids = (await campaigns.list(CAMPAIGNS_OF_LATE)).map(({ id }) => id)
      const tallies = [...(await ledger.tallies(ids)).values()].flatMap((lanes) => [...lanes.values()])
      return tallies.reduce((sum, { sent }) => sum + sent, 0)
    },
    onUnsubscribed: async ({ delivery, at }) => void (delivery && (await reactions.leftByLink(delivery, at))),
    addressOf: reactions.addressOf,
    transport: mailer.transport,
    actions: createActions({ campaigns, ledger, marks, transport: mailer.transport, wake, log }),
    laneStates: () => lanes.states(),
    doubleOptIn: config.DOUBLE_OPT_IN,
    erasers: [
      async ({ id }) => void (await ledger.erase(id)),
      async ({ email }) => void (await eraseFromOutbox(mail.outbox, email)),
    ],
    render: (campaign, { email, name }) =>
      compileMail(campaign, {
        ...settings,
        unsubscribeUrl: () => `${config.PUBLIC_URL}/unsubscribe/preview`,
      }).render({
        id: '0-0',
        subscriberId: NOBODY,
        email,
        name,
      }),
    sendTest: (campaign, to, id) =>
      mailer.send(compileMail(campaign, settings).test({ name: '', address: to }, id)),
    async sendConfirmation({ id, email }, confirmUrl, expiresAt) {
      const to = { name: '', address: email }
      const { kind, response } = await mailer.send(
        composeConfirmation({ to, ...mail.sender, confirmUrl, expiresAt, id: `${id}.${expiresAt}` }),
      )
      if (kind !== 'sent') throw new Error(`the confirmation was not sent: ${response}`)
    },
    async close() {
      await sending?.close()
      await mailer.close()
      await stores.close()
    },
  }
}

function openMail(config: Config, log: FastifyBaseLogger) {
  const from = readSender('MAIL_FROM', config.MAIL_FROM)
  const replyTo = config.MAIL_REPLY_TO ?? null
  if (replyTo) readSender('MAIL_REPLY_TO', replyTo)
  const outbox = join(config.DATA_DIR, 'outbox')
  const { DKIM_DOMAIN: domain, DKIM_SELECTOR: selector, DKIM_KEY_FILE: keyFile } = config
  const dkim = domain && selector && keyFile ? openDkim({ domain, selector, keyFile }) : undefined
  const mailer: Mailer = config.SMTP_URL
    ? openSmtpMailer({ url: config.SMTP_URL, from, dkim, log, connections: connectionsOf(config) })
    : openOutbox({ dir: outbox, from })
  return { mailer, outbox, sender: { from, replyTo } }
}

/** As many as the lanes may use, and two for tests and confirmations. */
function connectionsOf(config: Config): number {
  return config.MAIL_LANES.reduce((sum, lane) => sum + lane.connections, 2)
}

type SendStores = {
  readonly queue: SendQueue
  readonly marks: Marks
  readonly lanes: LaneControl
  close(): Promise<void>
}

async function openSendStores(
  config: Config,
  configs: readonly LaneConfig[],
  log: FastifyBaseLogger,
): Promise<SendStores> {
  if (!config.REDIS_URL) {
    const store = openSendStore(join(config.DATA_DIR, 'sending.sqlite'))
    const queue = createEmbeddedSendQueue(store, log)
    return {
      queue,
      marks: createEmbeddedMarks(store),
      lanes: createEmbeddedLaneControl(configs),
      async close() {
        await queue.close()
        store.close()
      },
    }
  }
  const [{ openRedisLaneControl }, { openSendConnection }, { createRedisMarks }, { openRedisSendQueue }] =
    await Promise.all([
      import('./adapters/redis/lane-control.ts'),
      import('./adapters/redis/send-connection.ts'),
      import('./adapters/redis/send-marks.ts'),
      import('./adapters/redis/send-queue.ts'),
    ])
  const url = config.REDIS_URL
  const connection = openSendConnection({ url, log })
  const queue = openRedisSendQueue({ url, log })
  const lanes = openRedisLaneControl({ connection, configs, log })
  return {
    queue,
    marks: createRedisMarks(connection),
    lanes,
    async close() {
      await queue.close()
      await lanes.close()
      connection.close()
    },
  }
}
