// What the operator wants to know of the webhook: was the probe seen, what was refused and why. Kept in memory, for the
// set-up view; what matters in the long run is in the log.
import type { FastifyBaseLogger } from 'fastify'

export type Refusal = { readonly at: number; readonly reason: string; readonly hint: string | null }

export type HookWatch = {
  probeSeen(): void
  accepted(count: number): void
  /** `explain` costs a few signatures over the whole body, so it is asked once a second at most. */
  refused(reason: string, explain: () => string | undefined): void
  notStored(reason: string): void
  status(): { readonly probeSeenAt: number | null; readonly refused: readonly Refusal[] }
  counts(): Readonly<Record<'accepted' | 'refused' | 'not_stored', number>>
}

const KEPT = 20
const EXPLAIN_EVERY_MS = 1000

export function createHookWatch(log: Pick<FastifyBaseLogger, 'warn' | 'info'>, now: () => number): HookWatch {
  const refused: Refusal[] = []
  const counts = { accepted: 0, refused: 0, not_stored: 0 }
  let probeSeenAt: number | null = null
  let explainedAt = -Infinity
  return {
    probeSeen() {
      if (probeSeenAt === null) log.info("Mandrill's probe was seen: it shows the webhook's key now")
      probeSeenAt = now()
    },
    accepted(count) {
      counts.accepted += count
    },
    refused(reason, explain) {
      counts.refused++
      if (now() - explainedAt < EXPLAIN_EVERY_MS) return
      explainedAt = now()
      const hint = explain() ?? null
      refused.unshift({ at: now(), reason, hint })
      refused.length = Math.min(refused.length, KEPT)
      log.warn({ reason, hint }, 'a webhook was refused')
    },
    notStored() {
      counts.not_stored++
    },
    status: () => ({ probeSeenAt, refused: [...refused] }),
    counts: () => ({ ...counts }),
  }
}
