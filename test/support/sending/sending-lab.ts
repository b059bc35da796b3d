// What the tests of sending work with: a list and its ledger, stores for what is under way, and a mail server that does
// as the test says.
import { createSubscribers } from '../../../src/adapters/sql/list/subscribers.ts'
import { createSuppressions } from '../../../src/adapters/sql/list/suppressions.ts'
import { createLeases } from '../../../src/adapters/sql/driver/leases.ts'
import { readHtml } from '../../../src/adapters/mail/html-reading.ts'
import { createHtmlToText } from '../../../src/adapters/mail/html-to-text.ts'
import { openSmtpMailer } from '../../../src/adapters/mail/smtp/smtp.ts'
import type { Log } from '../../../src/core/log.ts'
import type { LaneConfig } from '../../../src/core/sending/lanes/lanes.ts'
import { createLinks } from '../../../src/core/campaigns/mail/links.ts'
import { compileMail } from '../../../src/core/campaigns/mail/message.ts'
import type { Campaign } from '../../../src/core/campaigns/ports.ts'
import type { Mailer, SendStores } from '../../../src/core/sending/ports.ts'
import type { SubscriberStore, SuppressionStore } from '../../../src/core/list/ports.ts'
import { createReactionStore } from '../../../src/adapters/sql/loop/reactions.ts'
import { startSending, type Sending, type SendingOptions } from '../../../src/core/sending/sending.ts'
import { silentLog } from '../events/feed-lab.ts'
import { emailOf, openLedgerLab, type DeliveryCounts, type LedgerLab } from '../campaigns/ledger-lab.ts'
import { startScriptedSmtp, type Script, type ScriptedServer } from '../servers/scripted-smtp.ts'
import type { SendLab } from './send-lab.ts'
import type { SqlLab } from '../database/sql-lab.ts'

const SECRET = 'a secret of the tests'

/** Fast enough that no test waits for it. */
export const QUICK: readonly LaneConfig[] = [
  { name: 'naver', domains: ['naver.com'], connections: 4, perSecond: 2_000 },
  { name: 'google', domains: ['gmail.com'], connections: 4, perSecond: 2_000 },
  { name: 'default', domains: [], connections: 4, perSecond: 2_000 },
]

export type Worker = Sending & { readonly stores: SendStores }

type WorkerOptions = Partial<SendingOptions> & { readonly url?: string }

export type SendingLab = LedgerLab & {
  readonly subscribers: SubscriberStore
  readonly suppressions: SuppressionStore
  readonly server: ScriptedServer
  /** Whether several workers can run at a time. */
  readonly shared: boolean
  /** The stores of what is under way, as a process has them that does not send. */
  openStores(): SendStores
  /** A process that sends. The lab closes it at the end. */
  work(options?: WorkerOptions): Worker
  /** Adds subscribers, and a campaign to them that runs. */
  mail(subscribers: number, changes?: Partial<Campaign>): Promise<Campaign>
  counts(campaign: Campaign): Promise<DeliveryCounts>
  status(campaign: Campaign): Promise<Campaign['status'] | undefined>
  /** The numbers of the subscribers who got a mail, in order; twice who got it twice. */
  got(): number[]
}

type Labs = { readonly sql: SqlLab; readonly send: SendLab; readonly script?: Script; readonly log?: Log }

export async function openSendingLab({ sql, send, script, log = silentLog }: Labs): Promise<SendingLab> {
  const ledgerLab = await openLedgerLab(sql)
  const server = await startScriptedSmtp(script)
  const subscribers = createSubscribers(ledgerLab.sql, { secret: SECRET })
  const suppressions = createSuppressions(ledgerLab.sql, { secret: SECRET })
  const links = createLinks(SECRET, 'https://hub.example.com')
  const closing: (() => Promise<unknown>)[] = []
  let workers = 0
  let known = 0

  const compile = (campaign: Campaign) =>
    compileMail(campaign, {
      from: { name: 'News', address: 'news@hub.example.com' },
      list: { name: 'News', address: '' },
      replyTo: null,
      unsubscribeUrl: links.unsubscribeUrl,
      htmlToText: createHtmlToText(),
      readHtml,
    })

  function work({ url = server.url, ...options }: WorkerOptions = {}): Worker {
    const { laneConfigs = QUICK } = options
    const stores = send.open({ configs: laneConfigs, log })
    const mailer: Mailer = openSmtpMailer({ url, from: { name: '', address: 'news@hub.example.com' }, log })
    const sending = startSending({
      ...stores,
      campaigns: ledgerLab.store,
      ledger: ledgerLab.ledger,
      subscribers,
      suppressions,
      reactions: createReactionStore(ledgerLab.sql),
      untilTracked: async () => {},
      laneConfigs,
      mailer,
      compile,
      senderProblem: null,
      retryDelaysMs: [100, 200],
      leases: createLeases(ledgerLab.sql),
      owner: `worker ${(workers += 1)}`,
      log,
      ...options,
    })
    let closed: Promise<void> | undefined
    const close = () =>
      (closed ??= sending
        .close()
        .then(() => mailer.close())
        .then(() => stores.close()))
    closing.push(close)
    return { ...sending, stores, close }
  }

  return {
    ...ledgerLab,
    subscribers,
    suppressions,
    server,
    shared: send.shared,
    openStores: () => send.open({ configs: QUICK, log }),
    work,
    async mail(count, changes) {
      await ledgerLab.addSubscribers({ count, from: known })
      known += count
      return ledgerLab.start(changes)
    },
    counts: ({ id }) => ledgerLab.countsOf(id),
    status: async ({ id }) => (await ledgerLab.store.get(id))?.status,
    got: () => server.taken.map(readerOf).sort((a, b) => a - b),
    async close() {
      await Promise.all(closing.map((close) => close()))
      await server.close()
      await send.close()
      await ledgerLab.close()
    },
  }
}

export function readerOf(mail: string): number {
  return Number(/^To: .*Reader-(\d+)@/im.exec(mail)?.[1] ?? NaN)
}

export const range = (count: number, from = 0): number[] => Array.from({ length: count }, (_, n) => from + n)

/** A step's line is about this subscriber. */
export const isAbout = (line: string, subscriber: number): boolean =>
  line.includes(`<${emailOf(subscriber)}>`)
