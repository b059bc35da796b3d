// A campaign to many subscribers through a fake Mandrill, whose webhooks come back to hubs that are killed on the way: in the
// end the hub's numbers must be the fake Mandrill's own, to the last one.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Rates } from '../../../simulator/lives/fate.ts'
import { startFakeMandrill, type FakeMandrill } from '../../../simulator/fake-mandrill.ts'
import type { Simulator } from '../../../simulator/webhooks/sender.ts'
import { countPeople, type CampaignBook } from '../../../simulator/lives/people.ts'
import { makeUpSubscribers, toCsv } from '../../../simulator/subscribers.ts'
import { HOOK_KEY, TOKEN } from '../hub-process.ts'
import { collect, CONNECTIONS, judge, SOFT_BOUNCES, type Evidence, type Expected } from './judge.ts'
import { openStage, type Stage } from '../soak/stage.ts'

export const LOOP_STORES = ['embedded', 'shared'] as const
type LoopStore = (typeof LOOP_STORES)[number]

type LoopOptions = {
  readonly store: LoopStore
  readonly subscribers: number
  /** How often a hub is killed, while it sends and is told of what it has sent. */
  readonly kills: number
  readonly seed: number
  /** Mails a second of each lane. */
  readonly perSecond: number
  /** Over how long a subscriber's life is spread. */
  readonly spanMs: number
  readonly rates?: Partial<Rates>
  readonly tell?: (line: string) => void
}

export type LoopResult = {
  readonly store: LoopStore
  readonly expected: Expected
  readonly found: Evidence
  readonly mails: number
  readonly events: number
  readonly refused: number
  readonly duplicates: number
  readonly seconds: number
  readonly findings: readonly string[]
}

/** When nothing moves for so long, nothing will any more. */
const STALL_MS = 60_000
const OUTAGE_MS = 300
const POLL_MS = 100

const RUSH = {
  batchSize: 200,
  connections: 3,
  retry: { firstMs: 50, factor: 2, mostMs: 1_000 },
  repeats: 0.1,
  overlaps: 0.1,
}

/** Some webhooks never come, many come late; and every address has its share of trouble. */
const ROUGH: Partial<Rates> = {
  busy: 0.01,
  lost: 0.05,
  late: 0.1,
  spam: 0.01,
  unsub: 0.01,
  oneClick: 0.02,
  reject: 0.01,
}

export async function runLoop(options: LoopOptions): Promise<LoopResult> {
  const { store, seed, spanMs, subscribers } = options
  const started = performance.now()
  const rates = { ...ROUGH, ...options.rates }
  const fake = await startFakeMandrill({ seed, spanMs, rates, busyDomains: { 'naver.example': 0.03 } })
  const stage = await openStage(store === 'embedded' ? 'embedded' : 'pair', settingsOf(options, fake))
  const { address, webhookUrl } = stage
  const place = { url: `http://${address}/api/hook`, webhookUrl, key: HOOK_KEY }
  const simulator = fake.tellTo({ ...RUSH, ...place, seed, mostEntries: subscribers * 20 })
  try {
    const id = await startCampaign(stage, subscribers)
    await killNowAndThen(options, stage, fake)
    await ended(stage, { fake, simulator, id }, options)
    return await compare(options, { stage, fake, simulator, id, started })
  } finally {
    await fake.stop()
    await stage.close()
  }
}

/** Brakes would stop it. */
function settingsOf({ perSecond }: LoopOptions, { smtpUrl }: FakeMandrill): Record<string, string> {
  const lane = (name: string, domains: string[]) => ({
    name,
    domains,
    connections: CONNECTIONS / 3,
    per_second: perSecond,
  })
  return {
    SMTP_URL: smtpUrl,
    PAUSE_BOUNCE_RATE: '1',
    PAUSE_COMPLAINT_RATE: '1',
    SOFT_BOUNCES: String(SOFT_BOUNCES),
    RETRY_DELAYS: '1,1,2,2,5,5',
    MAIL_LANES: JSON.stringify([
      lane('naver', ['naver.example']),
      lane('google', ['gmail.example']),
      lane('default', []),
    ]),
  }
}

const CONTENT = `<h1>Hello {{name|friend}}</h1>
<p>Read <a href="https://news.example/spring?from=mail&amp;n=1">what is new</a>, look at
<a href="https://shop.example/offers">our offers</a>, or <a href="https://news.example/garden">rest a while</a>.</p>`

/** Fills the list and starts a campaign to it; gives back its id. */
async function startCampaign({ address }: Stage, subscribers: number): Promise<string> {
  const post = async (path: string, type: string, body: string): Promise<Record<string, unknown>> => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': type }
    const answer = await fetch(`http://${address}${path}`, { method: 'POST', headers, body })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown>
  }
  const { added } = await post('/subscribe/import', 'text/csv', toCsv(makeUpSubscribers(subscribers)))
  if (added !== subscribers) throw new Error(`of ${subscribers} subscribers ${String(added)} were added`)
  const campaign = { subject: 'Spring, {{name|friend}}', content: CONTENT, tag: 'spring', start: true }
  return String((await post('/campaigns', 'application/json', JSON.stringify(campaign))).id)
}

async function killNowAndThen({ kills, subscribers, tell }: LoopOptions, stage: Stage, fake: FakeMandrill) {
  for (let turn = 0; turn < kills; turn++) {
    const due = (subscribers * (turn + 1)) / (kills + 1)
    await progress(
      () => fake.mails(),
      (mails) => mails >= due,
    )
    const hub = stage.hubs[turn % stage.hubs.length]
    await hub?.kill()
    tell?.(`  ${fake.mails()} mails were taken: kill -9 of ${hub?.what}`)
    await sleep(OUTAGE_MS)
    await hub?.start()
  }
}

type Parts = { readonly fake: FakeMandrill; readonly simulator: Simulator; readonly id: string }

/** The campaign is over, and everything that came of it was told and taken. */
async function ended(stage: Stage, { fake, simulator, id }: Parts, { tell }: LoopOptions): Promise<void> {
  let told = Date.now()
  let status = ''
  const look = async (): Promise<string> => {
    const campaign = (await stage.get(`/campaigns/${id}`)) as { status: string; deliveries: object }
    status = campaign.status
    const all = [fake.mails(), campaign.deliveries, fake.pending(), simulator.books.hub]
    if (Date.now() - told > 10_000) {
      told = Date.now()
      tell?.(`  ${all.map((each) => JSON.stringify(each)).join(' ')}`)
    }
    return JSON.stringify(all)
  }
  await progress(look, () => status === 'finished' && fake.isIdle())
}

/** Looks until it is done; rejects when what is seen does not change any more. */
async function progress<T>(look: () => T | Promise<T>, isDone: (seen: T) => boolean): Promise<void> {
  let last: T | undefined
  let since = Date.now()
  for (;;) {
    const seen = await look()
    if (isDone(seen)) return
    if (seen !== last) since = Date.now()
    last = seen
    if (Date.now() - since > STALL_MS) throw new Error(`nothing moves any more: ${String(seen)}`)
    await sleep(POLL_MS)
  }
}

type Whole = Parts & { readonly stage: Stage; readonly started: number }

/** Tracking may be a little behind: it is asked until nothing is wrong, or nothing changes any more. */
async function compare(options: LoopOptions, whole: Whole): Promise<LoopResult> {
  const { stage, fake, simulator, id, started } = whole
  const campaign: CampaignBook = fake.books.campaigns.get(id) ?? { links: [], subscribers: new Map() }
  const expected = { ...countPeople(campaign), campaign, books: fake.books, sent: simulator.books }
  let found = await collect(stage, id)
  let findings = judge(options, expected, found)
  for (let tries = 0; findings.length > 0 && tries < 20; tries++) {
    await sleep(500)
    found = await collect(stage, id)
    findings = judge(options, expected, found)
  }
  const { hub, refused } = simulator.books
  return {
    store: options.store,
    expected,
    found,
    mails: fake.mails(),
    events: hub.accepted,
    refused: Object.values(refused).reduce((sum, count) => sum + count, 0),
    duplicates: hub.duplicates,
    seconds: Math.round((performance.now() - started) / 1000),
    findings,
  }
}
