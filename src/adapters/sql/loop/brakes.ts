// The counts of campaigns, and the brakes that go by them.
import { and, eq, inArray } from '../driver/drizzle.ts'
import { judgeCampaign, type BrakeRates, type Paused, type Settled } from '../../../core/loop/brakes.ts'
import { REACTIONS, type Reaction } from '../../../core/loop/reactions.ts'
import { rowsFor, type Sql, type Write } from '../driver/dialect.ts'
import type { Deltas } from './changes.ts'

type BrakeEffects = { readonly writes: readonly Write[]; readonly paused: readonly Paused[] }

const WATCHED = ['settled', 'bounced', 'complained'] as const satisfies readonly Reaction[]
/** Beside each count: its value at the end of the campaign's last pause. */
const baseOf = (fact: string): string => `base ${fact}`

type Counts = Readonly<Record<string, number>>

export function createBrakeEffects(sql: Sql, rates: BrakeRates) {
  const { db } = sql
  const { campaigns, reactionCounts } = sql.tables

  async function countsOf(ids: readonly string[]): Promise<ReadonlyMap<string, Counts>> {
    const facts = WATCHED.flatMap((fact) => [fact, baseOf(fact)])
    const watched = and(inArray(reactionCounts.campaignId, [...ids]), inArray(reactionCounts.fact, facts))
    const rows = await sql.read(db.select().from(reactionCounts).where(watched))
    const groups = Map.groupBy(rows, ({ campaignId }) => campaignId)
    return new Map(
      [...groups].map(([id, own]) => [id, Object.fromEntries(own.map(({ fact, count }) => [fact, count]))]),
    )
  }

  async function running(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const here = and(inArray(campaigns.id, [...ids]), eq(campaigns.status, 'running'))
    const rows = await sql.read(db.select({ id: campaigns.id }).from(campaigns).where(here))
    return new Set(rows.map(({ id }) => id))
  }

  function pause({ campaignId, reason: statusReason }: Paused): Write {
    const isRunning = and(eq(campaigns.id, campaignId), eq(campaigns.status, 'running'))
    return db.update(campaigns).set({ status: 'paused', statusReason }).where(isRunning)
  }

  return async (deltas: Deltas): Promise<BrakeEffects> => {
    const ids = [...deltas].filter(([, delta]) => WATCHED.some((fact) => delta[fact] !== 0)).map(([id]) => id)
    const [before, run] =
      ids.length > 0 ? await Promise.all([countsOf(ids), running(ids)]) : [new Map(), new Set()]
    const paused: Paused[] = []
    const bases = ids.flatMap((campaignId) => {
      const counts: Counts = before.get(campaignId) ?? {}
      const now = settledOf((fact) => (counts[fact] ?? 0) + (deltas.get(campaignId)?.[fact] ?? 0))
      const base = settledOf((fact) => counts[baseOf(fact)] ?? 0)
      const reason = run.has(campaignId) ? judgeCampaign(now, base, rates) : undefined
      if (reason !== undefined) paused.push({ campaignId, reason })
      // While it does not run, the base grows with the counts: whoever resumes it has seen them.
      if (run.has(campaignId) && reason === undefined) return []
      return WATCHED.map((fact) => ({ campaignId, fact: baseOf(fact), count: now[fact] - base[fact] }))
    })
    const added = [...deltas].flatMap(([campaignId, delta]) =>
      REACTIONS.map((fact) => ({ campaignId, fact: fact as string, count: delta[fact] })),
    )
    const rows = [...added, ...bases].filter(({ count }) => count !== 0)
    return { writes: [rowsFor(reactionCounts, rows, 'count'), ...paused.map(pause)], paused }
  }
}

function settledOf(read: (fact: (typeof WATCHED)[number]) => number): Settled {
  return { settled: read('settled'), bounced: read('bounced'), complained: read('complained') }
}
