// Puts the campaign side together: list, campaigns and sending. Like wire.ts, it names adapters.
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { createDkim } from '../adapters/mail/dkim.ts'
import { readHtml } from '../adapters/mail/html-reading.ts'
import { createHtmlToText } from '../adapters/mail/html-to-text.ts'
import { eraseFromOutbox, openOutbox } from '../adapters/mail/outbox.ts'
import type { SmtpOptions } from '../adapters/mail/smtp/smtp.ts'
import { readSmtpUrl } from '../adapters/mail/smtp/url.ts'
import { createCampaignStore } from '../adapters/sql/campaigns/campaigns.ts'
import type { Sql } from '../adapters/sql/driver/dialect.ts'
import { createLedger } from '../adapters/sql/campaigns/ledger.ts'
import { createReactionStore } from '../adapters/sql/loop/reactions.ts'
import { startFilling } from '../adapters/sql/list/filling.ts'
import { createSubscribers } from '../adapters/sql/list/subscribers.ts'
import { createSuppressions } from '../adapters/sql/list/suppressions.ts'
import { createActions } from '../core/campaigns/actions.ts'
import { composeConfirmation, type AskedToConfirm } from '../core/campaigns/mail/confirmation.ts'
import { identityOf } from '../core/campaigns/mail/identity.ts'
import { createLaneOf, type LaneConfig } from '../core/sending/lanes/lanes.ts'
import { createLinks } from '../core/campaigns/mail/links.ts'
import { createLoopNews } from '../core/loop/news.ts'
import { senderProblem } from '../core/campaigns/mail/sender.ts'
import { compileMail, NOBODY, type MailSettings } from '../core/campaigns/mail/message.ts'
import type { Campaign } from '../core/campaigns/ports.ts'
import type { Mailer, SendStores } from '../core/sending/ports.ts'
import { startSending, type SendingOptions } from '../core/sending/sending.ts'
import type { Log } from '../core/log.ts'
import type { Leases } from '../core/ports.ts'
import { openSendStores } from './stores.ts'

/** What the campaign side offers to the rest of the hub. */
export type CampaignSide = Awaited<ReturnType<typeof openCampaignSide>>

const RECENT_CAMPAIGNS = 20

export type Needs = {
  readonly sql: Sql
  readonly leases: Leases
  readonly owner: string
  readonly secret: string
  /** Resolves when all events stored by now are tracked, or when the signal aborts. */
  readonly untilTracked: (signal: AbortSignal) => Promise<void>
  readonly log: Log
}

type Parts = Needs & {
  readonly config: Config
  readonly stores: ReturnType<typeof createStores>
  readonly send: SendStores
  readonly laneConfigs: readonly LaneConfig[]
  readonly mail: Awaited<ReturnType<typeof openMail>>
  readonly settings: MailSettings
}

export async function openCampaignSide(config: Config, needs: Needs) {
  const { sql, secret, log } = needs
  const laneConfigs = config.MAIL_LANES
  const links = createLinks(secret, config.PUBLIC_URL)
  const mail = await openMail(config, log)
  const { unsubscribeUrl } = links
  const settings = { ...mail.sender, unsubscribeUrl, htmlToText: createHtmlToText(), readHtml }
  const send = await openSendStores(config, laneConfigs, log)
  const stores = createStores(sql, secret)
  const parts: Parts = { ...needs, config, stores, send, laneConfigs, mail, settings }
  const filling = startFilling(sql, log)
  const sending = config.ROLE === 'web' ? undefined : startSending(sendingParts(parts))
  const { mailer, senderProblem } = mail
  const wake = () => sending?.wake()
  let stopped: Promise<void> | undefined
  const stopSending = () => (stopped ??= sending?.close() ?? Promise.resolve())
  return {
    ...stores,
    ...singleMails(parts),
    ...feedback(parts),
    links,
    identity: mail.sender.list,
    sending,
    actions: createActions({ ...stores, transport: mailer.transport, senderProblem, readHtml, wake }),
    lanes: send.lanes,
    transport: mailer.transport,
    senderProblem,
    senderDoubt: mail.senderDoubt,
    doubleOptIn: config.DOUBLE_OPT_IN,
    eraseFromOutbox: (email: string) => eraseFromOutbox(mail.outbox, email),
    stopSending,
    async close() {
      await stopSending()
      await mailer.close()
      await send.close()
      await filling.close()
    },
  }
}

function createStores(sql: Sql, secret: string) {
  return {
    subscribers: createSubscribers(sql, { secret }),
    suppressions: createSuppressions(sql, { secret }),
    campaigns: createCampaignStore(sql),
    ledger: createLedger(sql),
    reactions: createReactionStore(sql),
  }
}

function sendingParts({ config, stores, send, mail, settings, ...parts }: Parts): SendingOptions {
  return {
    ...parts,
    ...stores,
    ...send,
    ...mail,
    compile: (campaign) => compileMail(campaign, settings),
    retryDelaysMs: config.RETRY_DELAYS.map((seconds) => seconds * 1000),
  }
}

/** Single mails, which go out past the lanes. */
function singleMails({ config, mail, settings }: Parts) {
  const { mailer, sender } = mail
  const preview = { ...settings, unsubscribeUrl: () => `${config.PUBLIC_URL}/unsubscribe/preview` }
  return {
    render: (campaign: Campaign, { email, name }: { readonly email: string; readonly name: string }) =>
      compileMail(campaign, preview).render({ id: '0-0', subscriberId: NOBODY, email, name }),
    sendTest: (campaign: Campaign, to: string, id: string) =>
      mailer.send(compileMail(campaign, settings).test({ name: '', address: to }, id)),
    async sendConfirmation(asked: AskedToConfirm): Promise<void> {
      const { kind, response } = await mailer.send(composeConfirmation(asked, sender))
      if (kind !== 'sent') throw new Error(`the confirmation was not sent: ${response}`)
    },
  }
}

/** What tracking tells the lanes, and what it is compared with. */
function feedback({ stores, send, laneConfigs, log }: Parts) {
  const { campaigns, ledger } = stores
  return {
    loop: createLoopNews({ ...send, laneOf: createLaneOf(laneConfigs), log }),
    async sentRecently() {
      const ids = (await campaigns.list(RECENT_CAMPAIGNS)).map(({ id }) => id)
      const tallies = [...(await ledger.tallies(ids)).values()].flatMap((lanes) => [...lanes.values()])
      return tallies.reduce((sum, { sent }) => sum + sent, 0)
    },
  }
}

async function openMail(config: Config, log: Log) {
  const from = config.MAIL_FROM
  const replyTo = config.MAIL_REPLY_TO ?? null
  const list = identityOf({ name: config.LIST_NAME, address: config.LIST_ADDRESS }, from)
  const outbox = join(config.DATA_DIR, 'outbox')
  const { DKIM_DOMAIN: domain, DKIM_SELECTOR: selector, DKIM_KEY_FILE: keyFile } = config
  const dkim = domain && selector && keyFile ? createDkim({ domain, selector, keyFile }) : undefined
  const mailer = config.SMTP_URL
    ? await openSmtp({ url: config.SMTP_URL, from, dkim, log, connections: connectionsOf(config) })
    : openOutbox({ dir: outbox, from })
  const isLocal = !config.SMTP_URL || readSmtpUrl(config.SMTP_URL).local
  const found = config.SMTP_URL ? senderProblem(config.PUBLIC_URL, from) : null
  const [problem, doubt] = isLocal ? [null, isTrial(config) ? null : found] : [found, null]
  const hint = 'Set PUBLIC_URL and MAIL_FROM to public addresses'
  if (!config.SMTP_URL)
    log.info({ outbox }, 'SMTP_URL is not set: mails are written to files, and nobody gets them')
  if (problem) log.error({ reason: problem, hint }, 'no campaign can start')
  if (doubt)
    log.warn(
      { reason: doubt, hint },
      'if the mail server on this machine forwards mails, their links or sender do not work',
    )
  return { mailer, outbox, sender: { from, replyTo, list }, senderProblem: problem, senderDoubt: doubt }
}

/** A stand-in for Mandrill, which itself is reached by https: no mail leaves this machine. */
const isTrial = ({ MANDRILL_API_URL }: Config) => MANDRILL_API_URL.startsWith('http:')

/** Loaded only where it is used, since loading nodemailer takes long. */
async function openSmtp(options: SmtpOptions): Promise<Mailer> {
  const { openSmtpMailer } = await import('../adapters/mail/smtp/smtp.ts')
  return openSmtpMailer(options)
}

/** As many as the lanes may use, and two for test mails and confirmations. */
function connectionsOf(config: Config): number {
  return config.MAIL_LANES.reduce((sum, lane) => sum + lane.connections, 2)
}
