// A process that sends, and nothing else. Its only argument is a WorkerRecipe as JSON. It prints a line for each thing
// that went wrong, and ends by SIGTERM.
import { createCampaignStore } from '../../../src/adapters/sql/campaigns/campaigns.ts'
import { createLeases } from '../../../src/adapters/sql/driver/leases.ts'
import { createLedger } from '../../../src/adapters/sql/campaigns/ledger.ts'
import { createReactionStore } from '../../../src/adapters/sql/loop/reactions.ts'
import { createSubscribers } from '../../../src/adapters/sql/list/subscribers.ts'
import { createSuppressions } from '../../../src/adapters/sql/list/suppressions.ts'
import { readHtml } from '../../../src/adapters/mail/html-reading.ts'
import { createHtmlToText } from '../../../src/adapters/mail/html-to-text.ts'
import { openSmtpMailer } from '../../../src/adapters/mail/smtp/smtp.ts'
import type { LaneConfig } from '../../../src/core/sending/lanes/lanes.ts'
import { compileMail } from '../../../src/core/campaigns/mail/message.ts'
import { startSending } from '../../../src/core/sending/sending.ts'
import { openStores, type StoreOptions } from '../../support/sending/send-lab.ts'
import { openDatabase } from '../../support/database/sql-lab.ts'

export type WorkerRecipe = {
  readonly database: readonly [kind: string, place: string]
  readonly stores: readonly [kind: string, place: string]
  readonly smtp: string
  readonly lanes: readonly LaneConfig[]
  readonly patience: StoreOptions['patience']
}

const recipe = JSON.parse(process.argv[2] ?? '') as WorkerRecipe
const FROM = { name: 'News', address: 'news@hub.example.com' }
const RETRY_MS = [500, 1_000, 2_000, 5_000]

const say = (details: object, message: string): void => {
  const { err, ...rest } = details as { err?: Error }
  const cause = err && { error: err.message, cause: String(err.cause ?? '') }
  process.stdout.write(`${JSON.stringify({ message, ...rest, ...cause })}\n`)
}
const log = { info: () => {}, warn: say, error: say }

const sql = await openDatabase(...recipe.database, log)
const { patience, lanes: configs } = recipe
const stores = openStores(...recipe.stores, { configs, log, patience })
const mailer = openSmtpMailer({ url: recipe.smtp, from: FROM, log })
const list = { secret: 'the secret of a chaos run' }
const htmlToText = createHtmlToText()
const sending = startSending({
  ...stores,
  campaigns: createCampaignStore(sql),
  ledger: createLedger(sql),
  subscribers: createSubscribers(sql, list),
  suppressions: createSuppressions(sql, list),
  reactions: createReactionStore(sql),
  untilTracked: async () => {},
  laneConfigs: configs,
  mailer,
  senderProblem: null,
  compile: (campaign) =>
    compileMail(campaign, {
      from: FROM,
      list: { name: 'News', address: '' },
      replyTo: null,
      unsubscribeUrl: ({ subscriberId }) => `https://hub.example.com/unsubscribe/${subscriberId}`,
      htmlToText,
      readHtml,
    }),
  retryDelaysMs: RETRY_MS,
  leases: createLeases(sql),
  owner: `${process.pid}`,
  log,
})
say({ pid: process.pid }, 'ready')

process.once('SIGTERM', async () => {
  await sending.close()
  await mailer.close()
  await stores.close()
  await sql.close()
  process.exit(0)
})
