// A campaign to many simulated subscribers over three lanes, while workers are killed and frozen and Redis is restarted:
// everyone gets it, as good as everyone once, and the counts are exact.
import { setTimeout as sleep } from 'node:timers/promises'
import type { LaneConfig } from '../../../src/core/sending/lanes/lanes.ts'
import type { Campaign } from '../../../src/core/campaigns/ports.ts'
import type { DeliveryCounts } from '../../support/campaigns/ledger-lab.ts'
import { openLedgerLab, type LedgerLab } from '../../support/campaigns/ledger-lab.ts'
import { startMariaDb } from '../../support/servers/mariadb.ts'
import { startRedis, type RedisServer } from '../../support/servers/redis.ts'
import { startScriptedSmtp } from '../../support/servers/scripted-smtp.ts'
import { openEmbeddedSendLab, openRedisSendLab, type StoreOptions } from '../../support/sending/send-lab.ts'
import { readerOf } from '../../support/sending/sending-lab.ts'
import { openMysqlLab, openSqliteLab } from '../../support/database/sql-lab.ts'
import { openCrew, type Crew } from './crew.ts'

export const SENDING_STORES = ['embedded', 'shared'] as const
type SendingStore = (typeof SENDING_STORES)[number]

type SendingOptions = {
  readonly store: SendingStore
  readonly subscribers: number
  readonly kills: number
  /** Mails a second and connections, of each of the three lanes. */
  readonly perSecond: number
  readonly connections: number
  /** How soon a worker that is gone is found out, and how long one is frozen: past that. */
  readonly patience: StoreOptions['patience']
  readonly frozenMs: number
  readonly tell?: (line: string) => void
}

export type SendingResult = {
  readonly store: SendingStore
  readonly subscribers: number
  /** Subscribers who got none, and subscribers who got more than one. */
  readonly missed: number
  readonly doubled: number
  /** How many mails more than subscribers the server took. */
  readonly extra: number
  /** Times that something was done to a process or a store. */
  readonly blows: number
  readonly counts: DeliveryCounts
  readonly seconds: number
  readonly findings: readonly string[]
}

const POLL_MS = 50
const LONGEST_MS = 60 * 60_000
const ADD_AT_ONCE = 10_000

export async function sendThroughChaos(options: SendingOptions): Promise<SendingResult> {
  const { store, subscribers, tell = () => {} } = options
  const stage = await openStage(options)
  const started = performance.now()
  try {
    for (let from = 0; from < subscribers; from += ADD_AT_ONCE)
      await stage.lab.addSubscribers({ count: Math.min(ADD_AT_ONCE, subscribers - from), from })
    const campaign = await stage.lab.start({ content: `<p>${'안녕하세요 '.repeat(80)}</p>` })
    await stage.crew.hire(store === 'embedded' ? 1 : 3)
    const blows = await rain(options, stage, campaign)
    await finished(stage, campaign, tell)
    const counts = await stage.lab.countsOf(campaign.id)
    const seconds = Math.round((performance.now() - started) / 1000)
    return judge(options, stage.got, counts, blows, seconds)
  } finally {
    await stage.close()
  }
}

type Stage = {
  readonly lab: LedgerLab
  readonly crew: Crew
  readonly redis: RedisServer | undefined
  /** How many mails each subscriber got, and how many there were in all. */
  readonly got: Map<number, number>
  taken(): number
  close(): Promise<void>
}

async function openStage({ store, connections, perSecond, patience, tell }: SendingOptions): Promise<Stage> {
  const shared = store === 'shared'
  const [redis, mariaDb] = shared ? await Promise.all([startRedis(), startMariaDb()]) : []
  const sql = mariaDb ? await openMysqlLab(mariaDb) : await openSqliteLab()
  const send = redis ? await openRedisSendLab(redis) : await openEmbeddedSendLab()
  const lab = await openLedgerLab(sql)
  const got = new Map<number, number>()
  let taken = 0
  const server = await startScriptedSmtp((step, { line }) => {
    server.steps.length = server.taken.length = 0 // counted here; a hundred thousand mails would not fit
    if (step !== 'body') return undefined
    const subscriber = readerOf(line)
    got.set(subscriber, (got.get(subscriber) ?? 0) + 1)
    taken += 1
    return undefined
  })
  const lanes: LaneConfig[] = [
    { name: 'naver', domains: ['naver.com'], connections, perSecond },
    { name: 'google', domains: ['gmail.com'], connections, perSecond },
    { name: 'default', domains: [], connections, perSecond: 2 * perSecond },
  ]
  const recipe = { database: sql.recipe, stores: send.recipe, smtp: server.url, lanes, patience }
  const crew = openCrew(recipe, tell)
  return {
    lab,
    crew,
    redis,
    got,
    taken: () => taken,
    async close() {
      await crew.close()
      await server.close()
      await send.close()
      await lab.close()
      await Promise.all([redis?.close(), mariaDb?.close()])
    },
  }
}

/** One blow after the other, spread over the campaign. How many there were. */
async function rain(options: SendingOptions, stage: Stage, campaign: Campaign): Promise<number> {
  const { kills, subscribers, frozenMs, tell = () => {} } = options
  const { crew, redis } = stage
  const blows = [
    ...Array.from({ length: kills }, () => ['kill -9 of a worker', () => crew.kill()] as const),
    ...(redis ? [['a restart of Redis', () => restart(redis)] as const] : []),
    ['a worker frozen past its lock', () => crew.freeze(frozenMs)] as const,
  ]
  for (const [index, [name, blow]] of blows.entries()) {
    const due = Math.floor((subscribers * (index + 0.5)) / (blows.length + 0.5))
    await reached(stage, campaign, due)
    tell(`${stage.taken()} mails: ${name}`)
    await blow()
  }
  return blows.length
}

async function restart(redis: RedisServer): Promise<void> {
  await redis.kill()
  await redis.start()
}

async function reached(stage: Stage, campaign: Campaign, mails: number): Promise<void> {
  for (const end = Date.now() + LONGEST_MS; stage.taken() < mails; await sleep(POLL_MS)) {
    const status = (await stage.lab.store.get(campaign.id))?.status
    if (status !== 'running' || Date.now() > end)
      throw new Error(`the campaign is ${status} after ${stage.taken()} mails, ${mails} were to come`)
  }
}

async function finished(stage: Stage, campaign: Campaign, tell: (line: string) => void): Promise<void> {
  const end = Date.now() + LONGEST_MS
  for (let last = Date.now(); ; await sleep(POLL_MS)) {
    if ((await stage.lab.store.get(campaign.id))?.status === 'finished') return
    if (Date.now() > end) throw new Error('the campaign does not come to its end')
    if (Date.now() - last < 10_000) continue
    last = Date.now()
    tell(`${stage.taken()} mails, ${JSON.stringify(await stage.lab.countsOf(campaign.id))}`)
  }
}

function judge(
  { store, subscribers, connections }: SendingOptions,
  got: ReadonlyMap<number, number>,
  counts: DeliveryCounts,
  blows: number,
  seconds: number,
): SendingResult {
  const taken = [...got.values()].reduce((sum, count) => sum + count, 0)
  const missed = Array.from({ length: subscribers }, (_, n) => n).filter(
    (subscriber) => !got.has(subscriber),
  ).length
  const doubled = [...got.values()].filter((count) => count > 1).length
  const { total, ...states } = counts
  const sum = Object.values(states).reduce((all, count) => all + count, 0)
  const findings: string[] = []
  if (missed > 0) findings.push(`${missed} subscribers got nothing`)
  if (got.size + missed !== subscribers) findings.push('someone got a mail who is no subscriber')
  if (total !== subscribers || sum !== subscribers)
    findings.push(`${subscribers} subscribers, but total ${total}, sum ${sum}`)
  if (counts.sent !== subscribers) findings.push(`counted as sent: ${counts.sent}`)
  // In doubt are the mails that were under way, over all lanes.
  const bound = blows * connections * 3
  const extra = taken - got.size
  if (extra > bound)
    findings.push(`${extra} mails too many: more than the ${bound} connections that were lost`)
  return { store, subscribers, missed, doubled, extra, blows, counts, seconds, findings }
}
