// One worker with one chunk: takes it over from whoever had it, sends what is left of it, and tells what became of it.
import type { Log } from '../log.ts'
import { createNap } from '../tracking.progress.ts'
import type {
  ChunkRef,
  Delivery,
  Ledger,
  Mailer,
  Marks,
  Outcome,
  SendResult,
  Step,
  SubscriberStore,
  SuppressionStore,
} from './ports.ts'
import type { Counters } from './sending.counters.ts'
import type { Gate } from './sending.gate.ts'
import type { Health } from './sending.health.ts'
import { createJournal, type Journal } from './sending.journal.ts'
import { createTodo } from './sending.todo.ts'
import { outcomeOf } from './sending.verdict.ts'
import type { Compiled, Watch } from './sending.watch.ts'

export type ChunkParts = {
  readonly ledger: Ledger
  readonly marks: Marks
  readonly subscribers: Pick<SubscriberStore, 'unmailable'>
  readonly suppressions: Pick<SuppressionStore, 'put'>
  readonly mailer: Mailer
  readonly retryDelaysMs: readonly number[]
  readonly now: () => number
  readonly log: Log
  readonly watch: Watch
  readonly gate: Gate
  readonly health: Health
  readonly counters: Counters
  readonly connections: number
  /** How long outcomes may be kept back from the ledger. */
  readonly tellEveryMs: () => number
}

const RETRY_MS = 500
/** How long a closing process goes on trying to tell the ledger; the marks hold what it could not. */
const CLOSING_MS = 5_000
/** A mail that is lost again and again while others are answered is deferred, as if the server had said so. */
const LOST_TIMES = 3
const LOST = 'lost with the connection each time: '

export async function sendChunk(parts: ChunkParts, ref: ChunkRef, signal: AbortSignal): Promise<void> {
  const { marks, ledger, watch, now, log } = parts
  const { token, outcomes, inDoubt } = await marks.take(ref)
  if (outcomes.length > 0) await ledger.record(ref, outcomes, now())
  if (inDoubt.length > 0) {
    parts.counters.doubt(ref.lane, inDoubt.length)
    log.warn({ ...ref, mails: inDoubt }, 'a worker ended while it sent these: they may go out twice')
  }
  const compiled = await watch.open(ref.campaignId)
  const deliveries = compiled && !signal.aborted ? await ledger.open(ref, now()) : []
  const journal = createJournal({ ...parts, ref, token, tellEveryMs: parts.tellEveryMs() })
  const end = compiled ? await sendAll(parts, { ref, deliveries, journal, compiled }, signal) : 'go'
  let closingSince: number | undefined
  await journal.close(() => {
    if (signal.aborted) closingSince ??= now()
    return closingSince === undefined || now() - closingSince < CLOSING_MS
  })
  // What marks say of a campaign may be overtaken by what the database says: then that holds.
  if ((end === 'paused' || end === 'cancelled') && (await watch.open(ref.campaignId)))
    await marks.setCampaign(ref.campaignId, 'running')
}

type Work = {
  readonly ref: ChunkRef
  readonly deliveries: readonly Delivery[]
  readonly journal: Journal
  readonly compiled: Compiled
}

/** Gives back what the last claim was told. */
async function sendAll(parts: ChunkParts, work: Work, signal: AbortSignal): Promise<Step | 'stopped'> {
  const { ref, deliveries, journal, compiled } = work
  const { gate, now, counters } = parts
  const state = { stopped: signal.aborted, waiting: 0, end: 'go' as Step | 'stopped' }
  const group = {}
  const nap = createNap()
  const todo = createTodo(deliveries, {
    unmailable: parts.subscribers.unmailable,
    now,
    onSkipped(outcome) {
      counters.count(ref.lane, 'skipped')
      journal.skip(outcome)
    },
  })
  const send = createTry(parts, journal, compiled)

  function stop(): void {
    state.stopped = true
    journal.stop()
    gate.leave(group)
    nap.wake()
  }

  /** One mail, with the gate's permit. */
  async function sendNext(): Promise<void> {
    const delivery = await todo.next()
    if (!delivery || state.stopped) return
    const step = await journal.claim(delivery.n)
    if (step === 'go') {
      if (!(await send(delivery))) todo.putBack(delivery)
      return
    }
    state.end = step
    stop()
  }

  /** As many of these as there are connections; more than there are mails left have nothing to do at the gate. */
  async function sender(): Promise<void> {
    while (!state.stopped && todo.count() > state.waiting) {
      state.waiting += 1
      const permit = await gate.enter(ref.campaignId, group)
      state.waiting -= 1
      if (!permit) return
      try {
        await sendNext()
      } catch (err) {
        parts.log.warn({ err, ...ref }, 'a mailing waits: what its mails need cannot be looked up')
        if (!state.stopped) await nap.wait(RETRY_MS)
      } finally {
        permit.release()
      }
    }
  }

  const letGo = parts.watch.hold(ref.campaignId, stop)
  signal.addEventListener('abort', stop)
  try {
    const senders = Math.min(parts.connections, deliveries.length)
    await Promise.all(Array.from({ length: senders }, sender))
    return state.end
  } finally {
    signal.removeEventListener('abort', stop)
    letGo()
  }
}

/** Tries one claimed mail. False = it stays queued. */
function createTry(parts: ChunkParts, journal: Journal, compiled: Compiled) {
  const { mailer, health, now, retryDelaysMs, counters } = parts
  /** How often a mail was lost, and how many others had been answered before that began. */
  const lost = new Map<number, { readonly times: number; readonly answered: number }>()

  function conclude(delivery: Delivery, result: SendResult): boolean {
    const outcome = outcomeOf(result, delivery, retryDelaysMs, now())
    if (!outcome) return false
    counters.count(delivery.lane, outcome.status)
    journal.note(outcome)
    return true
  }

  async function concludeLost(delivery: Delivery, result: SendResult): Promise<boolean> {
    const { times, answered } = lost.get(delivery.n) ?? { times: 0, answered: health.answered() }
    lost.set(delivery.n, { times: times + 1, answered })
    // That it is the mail's own fault was found out before: no news about the lane.
    const known = delivery.reason?.startsWith(LOST) ?? false
    if (!known) await health.note(result, delivery.subscriberId)
    if (times + 1 < LOST_TIMES || (!known && health.answered() === answered)) return false
    return conclude(delivery, { kind: 'deferred', response: `${LOST}${result.response}` })
  }

  return async (delivery: Delivery): Promise<boolean> => {
    const mail = compose(compiled, delivery)
    if ('reason' in mail) {
      const outcome = { n: delivery.n, attempts: delivery.attempts + 1, dueAt: now(), at: now() }
      counters.count(delivery.lane, 'failed')
      journal.note({ ...outcome, status: 'failed', reason: mail.reason } satisfies Outcome)
      return true
    }
    const result = await mailer
      .send(mail)
      .catch((error: unknown): SendResult => ({ kind: 'unreachable', response: String(error) }))
    if (result.kind === 'unreachable') return concludeLost(delivery, result)
    if (await health.note(result, delivery.subscriberId)) return false
    if (result.kind === 'failed' && result.unknownReader) await suppress(parts, delivery)
    return conclude(delivery, result)
  }
}

function compose(compiled: Compiled, delivery: Delivery) {
  try {
    return compiled.mail(delivery)
  } catch (error) {
    return { reason: `the mail cannot be made: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/** The address does not exist: no later mailing tries it. */
async function suppress({ suppressions, now, log }: ChunkParts, { email }: Delivery): Promise<void> {
  try {
    await suppressions.put({ email, reason: 'bounce', source: 'smtp', since: now(), until: null })
  } catch (err) {
    log.warn({ err }, 'a reader that does not exist cannot be suppressed')
  }
}
