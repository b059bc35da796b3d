// The marks of a single process, in SQLite: they survive its end, however it comes.
import type { Marks, Step } from '../../../core/sending/ports.ts'
import type { ChunkRef, Outcome } from '../../../core/campaigns/ports.ts'
import { gather } from '../../../core/gather.ts'
import type { SendFile } from './store.ts'

export function createEmbeddedMarks(store: SendFile): Marks {
  const { db, atomically } = store
  const select = {
    token: db.prepare('SELECT token FROM chunks WHERE campaign = ? AND chunk = ?'),
    marks: db.prepare('SELECT n, outcome FROM marks WHERE campaign = ? AND chunk = ?'),
    lastToken: db.prepare('SELECT last FROM tokens'),
  }
  const write = {
    token: db.prepare('UPDATE tokens SET last = last + 1'),
    chunk: db.prepare('INSERT OR REPLACE INTO chunks VALUES (?, ?, ?)'),
    mark: db.prepare('INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?)'),
    dropMarks: db.prepare('DELETE FROM marks WHERE campaign = ? AND chunk = ?'),
    dropChunk: db.prepare('DELETE FROM chunks WHERE campaign = ? AND chunk = ?'),
  }

  function holds(campaign: string, chunk: number, token: number): boolean {
    return (select.token.get(campaign, chunk) as { token: number } | undefined)?.token === token
  }

  function step({ ref: { campaignId, chunk }, token, outcomes, claims }: StepOf): Step {
    if (!holds(campaignId, chunk, token)) return 'fenced'
    for (const outcome of outcomes) write.mark.run(campaignId, chunk, outcome.n, JSON.stringify(outcome))
    for (const n of claims) write.mark.run(campaignId, chunk, n, null)
    return 'go'
  }

  const steps = gather(async (all: readonly StepOf[]) => atomically(() => all.map(step)))

  return {
    take: async ({ campaignId, chunk }) =>
      atomically(() => {
        write.token.run()
        const { last: token } = select.lastToken.get() as { last: number }
        write.chunk.run(campaignId, chunk, token)
        return { token, ...toMarks(select.marks.all(campaignId, chunk) as Row[]) }
      }),
    step: (ref, token, outcomes, claims) => steps.ask({ ref, token, outcomes, claims }),
    drop: async ({ campaignId, chunk }, token) =>
      atomically(() => {
        if (!holds(campaignId, chunk, token)) return
        write.dropMarks.run(campaignId, chunk)
        write.dropChunk.run(campaignId, chunk)
      }),
  }
}

type StepOf = {
  readonly ref: ChunkRef
  readonly token: number
  readonly outcomes: readonly Outcome[]
  readonly claims: readonly number[]
}

type Row = { readonly n: number; readonly outcome: string | null }

function toMarks(rows: readonly Row[]) {
  const outcomes: Outcome[] = []
  const inDoubt: number[] = []
  for (const { n, outcome } of rows) {
    if (outcome === null) inDoubt.push(n)
    else outcomes.push(JSON.parse(outcome) as Outcome)
  }
  return { outcomes, inDoubt }
}

/** For a ledger from a backup, whose chunks may differ from those that were marked. */
export function forgetMarks({ db, atomically }: SendFile): void {
  atomically(() => db.exec('DELETE FROM marks; DELETE FROM chunks'))
}
