// The loop: what events change, as writes that go into the transaction that archives them and moves the position.
//
// Tracking is the only writer, and the transaction of a stale one fails. So the present state may be read first, the rules
// are plain functions of core, and what is written is exact, whatever comes twice, late, or after a crash.
import type { BrakeRates } from '../../../core/loop/brakes.ts'
import type { LoopNews } from '../../../core/loop/news.ts'
import { isOurs, type Scope } from '../../../core/loop/scope.ts'
import { addressed } from '../../../core/loop/correlation.ts'
import type { ArchiveRow } from '../../../core/events/ports.ts'
import type { Sql, Write } from '../driver/dialect.ts'
import { createBrakeEffects } from './brakes.ts'
import { createCorrelation } from './deliveries.ts'
import { createReactionEffects } from './changes.ts'
import { createSuppressionEffects } from './suppressions.ts'
import type { SuppressionOptions } from './addresses.ts'

export type LoopOptions = SuppressionOptions &
  BrakeRates & {
    readonly scope: Scope
    /** Called after the commit. A crash in between loses the call, so nothing exact may depend on it. */
    readonly onCommitted?: (news: LoopNews) => void
  }

/** What a page of events changes besides the archive. */
export type PageEffects = (rows: readonly ArchiveRow[]) => Promise<{
  readonly writes: readonly Write[]
  /** Another sender's events: kept and shown, but they change no subscriber. */
  readonly notOurs: ReadonlySet<ArchiveRow>
  readonly committed: () => void
}>

export function createLoop(sql: Sql, options: LoopOptions): PageEffects {
  const correlate = createCorrelation(sql)
  const reactionEffects = createReactionEffects(sql)
  const suppressionEffects = createSuppressionEffects(sql, options)
  const brakeEffects = createBrakeEffects(sql, options)
  return async (rows) => {
    if (rows.length === 0) return { writes: [], notOurs: new Set(), committed: () => {} }
    const correlated = await correlate(rows)
    // An event about a mail of the hub is always the hub's, whatever MANDRILL_SUBACCOUNTS says.
    const known = new Map(correlated.map(({ row, about }) => [row, about]))
    const notOurs = new Set(
      rows.filter((row) => !known.has(row) && !isOurs(row.event.kind, row.facts, options.scope)),
    )
    const reactions = await reactionEffects(correlated)
    const ours = rows.filter((row) => !notOurs.has(row))
    const suppressions = await suppressionEffects(ours.map((row) => addressed(row, known.get(row))))
    const brakes = await brakeEffects(reactions.deltas)
    return {
      writes: [...reactions.writes, ...suppressions, ...brakes.writes].filter(isSomething),
      notOurs,
      committed: () => options.onCommitted?.({ paused: brakes.paused, rows }),
    }
  }
}

function isSomething(write: Write): boolean {
  if ('toSQL' in write || 'counted' in write) return true
  return ('rows' in write ? write.rows : write.changes).length > 0
}
