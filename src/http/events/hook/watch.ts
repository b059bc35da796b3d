// Remembers how the webhook fares: whether the probe was seen, what was refused and why. Only in memory, for the set-up view; what
// matters in the long run is in the log and the metrics.
import type { FastifyBaseLogger } from 'fastify'
import { KINDS, type Kind } from '../../../core/events/event.ts'
import { MOST_BYTES, type Refusal, type RefusalKind } from '../../../core/events/refusal.ts'

/** Refusals of one kind since the last batch with a right signature. */
type Refused = {
  readonly reason: RefusalKind
  readonly hint: string
  readonly since: number
  readonly at: number
  readonly count: number
}

export type HookWatch = ReturnType<typeof createHookWatch>

type Batch = { readonly accepted: number; readonly duplicates: number; readonly quarantined: number }

/** Limits for explaining wrong signatures: strangers must not use up what Mandrill's refusals need, nor the processor's time. */
const ADDRESS_TIMES = 5
const ADDRESS_MS = 10_000
const ADDRESSES = 1_000
const BYTES_A_SECOND = 16 * 1024 * 1024
/** How often the same kind is logged: a second webhook that is always wrong must not fill the log. */
const LOG_EVERY_MS = 600_000

export function createHookWatch(log: Pick<FastifyBaseLogger, 'warn' | 'info'>, now: () => number) {
  const kinds = new Map<RefusalKind, Refused>()
  const logged = new Map<RefusalKind, number>()
  const counts = { accepted: 0, duplicates: 0, quarantined: 0, notStored: 0 }
  const codes = new Map<string, number>()
  const came = new Map<string, number>(KINDS.map((kind) => [kind, 0]))
  const allowance = createAllowance(now)
  let probeSeenAt: number | null = null
  let latest: RefusalKind | undefined

  function note({ kind, hint }: Refusal): void {
    const before = kinds.get(kind)
    kinds.delete(kind) // moves it to the end: newest last
    kinds.set(kind, {
      reason: kind,
      hint,
      since: before?.since ?? now(),
      at: now(),
      count: (before?.count ?? 0) + 1,
    })
    latest = kind
    if (now() - (logged.get(kind) ?? -Infinity) < LOG_EVERY_MS) return
    logged.set(kind, now())
    log.warn({ reason: kind, hint }, 'a webhook was refused')
  }

  return {
    probeSeen(): void {
      if (probeSeenAt === null) log.info("Mandrill's probe arrived: Mandrill now shows the webhook's key")
      probeSeenAt = now()
    },
    /** A batch had a right signature: forgets earlier refusals. */
    rightlySigned(): void {
      if (kinds.size > 0) log.info({ reasons: [...kinds.keys()] }, 'webhooks are accepted again')
      kinds.clear()
    },
    accepted(batch: Batch, kinds: readonly Kind[]): void {
      for (const kind of kinds) came.set(kind, (came.get(kind) ?? 0) + 1)
      counts.accepted += batch.accepted
      counts.duplicates += batch.duplicates
      counts.quarantined += batch.quarantined
    },
    /** Counts every refusal by the code of its answer. */
    refused: (code: string): void => void codes.set(code, (codes.get(code) ?? 0) + 1),
    /** `explain` hashes the body in several ways, at most so many bytes in all: each address gets that only now and then. */
    wronglySigned(address: string, explain: (bytes: number) => Refusal): void {
      const bytes = allowance.ask(address)
      if (bytes > 0) {
        const refusal = explain(bytes)
        allowance.take(refusal.bytes)
        return note(refusal)
      }
      const same = latest && kinds.get(latest)
      if (same) kinds.set(same.reason, { ...same, at: now(), count: same.count + 1 })
    },
    unsigned: note,
    notStored(): void {
      counts.notStored++
    },
    status: () => ({ probeSeenAt, refused: [...kinds.values()].reverse() }),
    /** `kinds` counts all events that came, duplicates included. */
    counts: () => ({ ...counts, refused: new Map(codes), kinds: new Map(came) }),
  }
}

/** An allowance of bytes that refills with time, for addresses that have not asked too often. */
function createAllowance(now: () => number) {
  const asked = new Map<string, readonly number[]>()
  let bytes = MOST_BYTES
  let at = now()
  return {
    /** How many bytes may be hashed now; 0: none. */
    ask(address: string): number {
      bytes = Math.min(MOST_BYTES, bytes + ((now() - at) / 1000) * BYTES_A_SECOND)
      at = now()
      const ofLate = (asked.get(address) ?? []).filter((before) => before > at - ADDRESS_MS)
      if (ofLate.length >= ADDRESS_TIMES) return 0
      asked.delete(address)
      asked.set(address, [...ofLate, at])
      for (const old of asked.keys()) if (asked.size > ADDRESSES) asked.delete(old)
      return Math.floor(bytes / 2)
    },
    take: (taken: number) => void (bytes -= taken),
  }
}
