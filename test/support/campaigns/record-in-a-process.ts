// A process that expands a campaign and records outcomes without end, until it is killed.
// Run by itself: node record-in-a-process.ts KIND PLACE CAMPAIGN. It prints a dot for each step.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createCampaignStore } from '../../../src/adapters/sql/campaigns/campaigns.ts'
import { createLedger } from '../../../src/adapters/sql/campaigns/ledger.ts'
import { openMysql } from '../../../src/adapters/sql/driver/mysql/mysql.ts'
import { openSqlite } from '../../../src/adapters/sql/driver/sqlite/sqlite.ts'
import { NOON } from '../times.ts'

// Not from ledger-lab.ts: that would load vitest, which takes longer than all the rest.
const laneOf = (email: string): string => (email.endsWith('@gmail.com') ? 'google' : 'default')
const log = { info: () => {}, warn: () => {}, error: () => {} }

export function startRecording(recipe: readonly [string, string], campaignId: string) {
  const child = spawn(process.execPath, [import.meta.filename, ...recipe, campaignId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let steps = 0
  const progress = Promise.withResolvers<void>()
  let wanted = Number.POSITIVE_INFINITY
  child.stdout.on('data', (dots: Buffer) => {
    steps += dots.length
    if (steps >= wanted) progress.resolve()
  })
  child.on('exit', () => progress.reject(new Error('the process has ended by itself')))
  return {
    /** Resolves when it has done so many steps. */
    underWay(count: number): Promise<void> {
      wanted = count
      if (steps >= wanted) progress.resolve()
      return progress.promise
    },
    async kill(): Promise<void> {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function recordForEver(kind: string, place: string, campaignId: string): Promise<never> {
  const sql = await (kind === 'sqlite' ? openSqlite({ file: place, log }) : openMysql({ url: place, log }))
  const ledger = createLedger(sql)
  const campaign = await createCampaignStore(sql).get(campaignId)
  if (!campaign) throw new Error('there is no such campaign')
  for (let round = 1; ; round++) {
    await ledger.expand(campaign.id, laneOf, 100, NOON)
    const lanes = [...((await ledger.tallies([campaignId])).get(campaignId)?.keys() ?? [])]
    for (const lane of lanes)
      for (const ref of await ledger.dueChunks(campaignId, lane, NOON + round, 2)) {
        const due = await ledger.open(ref, NOON + round)
        const outcomes = due.map(({ n, attempts }) => ({
          n,
          status: n % 3 === 0 ? ('sent' as const) : n % 3 === 1 ? ('failed' as const) : ('deferred' as const),
          attempts: attempts + 1,
          dueAt: NOON + round,
          reason: null,
          at: NOON,
        }))
        await ledger.record(ref, outcomes.slice(0, 40))
        process.stdout.write('.')
      }
    if (round % 5 === 0) await ledger.retryFailed(campaignId, NOON + round)
  }
}

const [kind, place, campaignId] = process.argv.slice(2)
if (process.argv[1] === import.meta.filename && kind && place && campaignId)
  await recordForEver(kind, place, campaignId)
