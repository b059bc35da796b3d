// A whole Mandrill on this machine: takes mails by SMTP, lets them live, tells it as webhooks, and keeps exact books.
import { setTimeout as sleep } from 'node:timers/promises'
import { createAgenda, type Agenda } from './lives/agenda.ts'
import { createEventQueue, type EventQueue } from './webhooks/event-queue.ts'
import { doomOf, RATES, seeded, type Rates } from './lives/fate.ts'
import { createLives, type Lives } from './lives/lives.ts'
import type { ReceivedMail } from './lives/mail.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from './webhooks/sender.ts'
import { createOneClick } from './lives/one-click.ts'
import { openPeopleBooks, type PeopleBooks } from './lives/people.ts'
import { openSmtpSide, type Refusal } from './lives/smtp.ts'

export type FakeOptions = {
  readonly seed?: number
  readonly rates?: Partial<Rates>
  /** 4xx answers by the subscriber's domain, instead of `rates.busy`. */
  readonly busyDomains?: Readonly<Record<string, number>>
  /** Over how long a subscriber's life is spread. */
  readonly spanMs?: number
  readonly collectMs?: number
  /** Share of the events that overtake others on their way. */
  readonly disorder?: number
  readonly smtpPort?: number
  readonly password?: string
  readonly now?: () => number
}

export type FakeMandrill = {
  /** For SMTP_URL. */
  readonly smtpUrl: string
  readonly books: PeopleBooks
  /** Mails that SMTP has taken, those that came twice included. */
  mails(): number
  /** From now on what happens is told there. What had happened before waits for it. */
  tellTo(hook: HookOptions): Simulator
  /** Nothing more will happen by itself, and all of it was told and taken. */
  isIdle(): boolean
  /** What keeps it from being idle. */
  pending(): Readonly<Record<string, number>>
  stop(): Promise<void>
}

type HookOptions = Omit<SimulatorOptions, 'source' | 'rate' | 'total' | 'collectMs' | 'now'>

const DEFAULTS = {
  seed: 1,
  spanMs: 60_000,
  collectMs: 300,
  disorder: 0.1,
  busyDomains: {} as Readonly<Record<string, number>>,
  now: Date.now,
}

const TICK_MS = 20
/** What is planned and not done yet is kept in memory. */
const MOST_PLANNED = 1_000_000
const ONE_CLICK_RETRY_MS = 500
const FULL: Refusal = { code: 452, text: '4.3.1 the fake Mandrill has too much to do' }
const UNKNOWN: Refusal = { code: 550, text: '5.1.1 This mailbox is not known here' }
const OVER_QUOTA: Refusal = { code: 552, text: '5.2.2 The mailbox is full' }
const BUSY: Refusal = { code: 451, text: '4.7.1 Not now: please try again in a while' }

type Fake = typeof DEFAULTS & {
  readonly rates: Rates
  readonly books: PeopleBooks
  readonly agenda: Agenda
  readonly queue: EventQueue
  readonly lives: Lives
  readonly troubles: unknown[]
  /** How often a subscriber's server was busy. */
  readonly busy: Map<string, number>
  /** Who was told once that the mailbox is full. */
  readonly full: Set<string>
  mails: number
  planning: number
}

export async function startFakeMandrill(given: FakeOptions = {}): Promise<FakeMandrill> {
  const oneClick = createOneClick({ retryMs: ONE_CLICK_RETRY_MS })
  const fake = createFake(given, oneClick)
  const smtp = await openSmtpSide({
    port: given.smtpPort,
    password: given.password,
    refuseSubscriber: (email) => refuseSubscriber(fake, email),
    take: (mail) => take(fake, mail),
  })
  const clock = setInterval(() => fake.agenda.run(fake.now()), TICK_MS)
  let simulator: Simulator | undefined
  const pending = () => ({
    planning: fake.planning,
    planned: fake.agenda.size(),
    waiting: fake.queue.size(),
    batches: simulator?.underway() ?? 0,
    unsubscribing: oneClick.underway(),
  })
  return {
    smtpUrl: smtp.url,
    books: fake.books,
    mails: () => fake.mails,
    tellTo: (hook) => (simulator = tellTo(fake, hook)),
    pending,
    isIdle() {
      if (fake.troubles.length > 0) throw fake.troubles[0]
      return Object.values(pending()).every((count) => count === 0)
    },
    async stop() {
      clearInterval(clock)
      await smtp.close()
      await Promise.all([simulator?.stop(), oneClick.close()])
    },
  }
}

function createFake(given: FakeOptions, oneClick: ReturnType<typeof createOneClick>): Fake {
  const options = { ...DEFAULTS, ...given, rates: { ...RATES, ...given.rates } }
  const agenda = createAgenda()
  const queue = createEventQueue({ ...options, random: seeded(options.seed, 'queue') })
  const books = openPeopleBooks()
  const lives = createLives({ ...options, agenda, queue, oneClick, books })
  return {
    ...options,
    agenda,
    queue,
    books,
    lives,
    troubles: [],
    busy: new Map(),
    full: new Set<string>(),
    mails: 0,
    planning: 0,
  }
}

function tellTo({ queue, seed, now }: Fake, hook: HookOptions): Simulator {
  return startSimulator({ seed, ...hook, source: queue, rate: Infinity, now })
}

function refuseSubscriber(fake: Fake, email: string): Refusal | undefined {
  if (fake.agenda.size() > MOST_PLANNED) return FULL
  const { refused, overQuota } = doomOf(email, ratesFor(fake, email), fake.seed)
  if (refused) {
    fake.books.refused.add(email)
    return UNKNOWN
  }
  if (overQuota && !fake.full.has(email)) {
    fake.full.add(email)
    return OVER_QUOTA
  }
  return isBusy(fake, email, 'rcpt') ? BUSY : undefined
}

function take(fake: Fake, mail: ReceivedMail): Refusal | undefined {
  if (isBusy(fake, mail.to, 'data')) return BUSY
  fake.mails += 1
  fake.planning += 1
  const { end } = doomOf(mail.to, ratesFor(fake, mail.to), fake.seed)
  fake.lives
    .begin(mail, end, fake.now())
    .catch((error: unknown) => void fake.troubles.push(error))
    .finally(() => (fake.planning -= 1))
  return undefined
}

function ratesFor({ rates, busyDomains }: Fake, email: string): Rates {
  return { ...rates, busy: busyDomains[email.slice(email.lastIndexOf('@') + 1)] ?? rates.busy }
}

/** So many times, at the one place or the other; then never again. */
function isBusy(fake: Fake, email: string, at: 'rcpt' | 'data'): boolean {
  const { busy } = doomOf(email, ratesFor(fake, email), fake.seed)
  const times = fake.busy.get(email) ?? 0
  if (busy.at !== at || times >= busy.times) return false
  fake.busy.set(email, times + 1)
  return true
}

/** Resolves when it is idle, and stays so for a moment. */
export async function untilIdle(fake: FakeMandrill, stopped?: AbortSignal): Promise<void> {
  for (let calm = 0; calm < 3 && !stopped?.aborted; calm = fake.isIdle() ? calm + 1 : 0) await sleep(50)
}
