// One worker with one chunk: takes it over from whoever had it, sends what is left of it, and tells what became of it.
//
// As many senders as the lane has connections, each with one mail at a time: next one, permit of the gate, claim, try,
// outcome. The ledger and the marks decide; whatever is in memory here may be lost at any moment.
import { pause } from '../pause.ts'
import type { ChunkRef, Delivery, OutgoingMail } from '../campaigns/ports.ts'
import type { Mailer, SendResult } from './ports.ts'
import { openJournal, type Journal } from './journal.ts'
import type { Gate } from './lanes/gate.ts'
import type { Health, Judgement } from './lanes/health.ts'
import type { Compiled, Counters, SendingParts } from './parts.ts'
import { createTodo, type Todo } from './todo.ts'
import { outcomeOf } from './verdict.ts'
import type { Watch } from './watch.ts'

/** What a worker works with: of its process, and of the lane. */
type WorkerParts = SendingParts & {
  readonly watch: Watch
  readonly counters: Counters
  readonly gate: Gate
  readonly health: Health
  readonly connections: number
  /** Resolves when what came back until now is known, or the signal says so. */
  readonly hear: (signal: AbortSignal) => Promise<void>
  readonly inHandMs: number
  /** How long outcomes may be kept back from the ledger. */
  readonly tellEveryMs: () => number
}

type Chunk = WorkerParts & {
  readonly ref: ChunkRef
  readonly journal: Journal
  readonly compiled: Compiled
}

type Work = Chunk & {
  readonly todo: Todo
  /** Refused mails. They hold up nobody: others go out meanwhile, and what becomes of those tells. */
  readonly refused: Set<Refused>
  readonly stopped: AbortSignal
  readonly stop: () => void
  /** Senders at the gate. */
  waiting: number
  troubled: boolean
}

/** Whether the refusal is about its subscriber or about us is not known yet. */
type Refused = {
  readonly delivery: Delivery
  readonly result: SendResult
  readonly ask: () => Promise<Judgement>
  readonly since: number
  /** Mails that were taken after it. */
  taken: number
}

/** How long a closing process goes on trying to tell the ledger; the marks hold what it could not. */
const CLOSING_MS = 5_000
const RETRY_MS = 500
/** So many others were taken after a refused mail: then it is about this one. */
const TAKEN = 20
/** At the end of a chunk: what other chunks and workers are told meanwhile counts, too. */
const GRACE_MS = 1_000
/** A chunk that is stopped leaves to the next try what was refused just now. */
const YOUNG_MS = 5_000

export async function workOn(parts: WorkerParts, ref: ChunkRef, signal: AbortSignal): Promise<void> {
  const token = await takeOver(parts, ref, signal)
  const journal = openJournal({ ...parts, ref, token, tellEveryMs: parts.tellEveryMs() })
  const compiled = await parts.watch.open(ref.campaignId)
  if (compiled) await sendAll({ ...parts, ref, journal, compiled }, signal)
  await journal.close(patience(parts.now, signal))
}

/** Fences off whoever had the chunk, and tells the ledger what they had no time to tell. */
async function takeOver(parts: WorkerParts, ref: ChunkRef, signal: AbortSignal): Promise<number> {
  const { token, outcomes, inDoubt } = await parts.marks.take(ref)
  if (outcomes.length > 0) await parts.ledger.record(ref, outcomes, parts.now())
  if (inDoubt.length === 0) return token
  parts.counters.doubt(ref.lane, inDoubt.length)
  parts.log.warn(
    { ...ref, mails: inDoubt },
    'a worker ended while it sent these mails: those that no event has come back of are sent again',
  )
  await parts.hear(signal)
  return token
}

/** Whether to go on trying to tell the ledger: always, but for a process that is being closed. */
function patience(now: () => number, signal: AbortSignal): () => boolean {
  let closingSince: number | undefined
  return () => {
    if (signal.aborted) closingSince ??= now()
    return closingSince === undefined || now() - closingSince < CLOSING_MS
  }
}

async function sendAll(chunk: Chunk, signal: AbortSignal): Promise<void> {
  const deliveries = await chunk.ledger.open(chunk.ref, chunk.now())
  if (signal.aborted) return
  const work = begin(chunk, deliveries)
  const letGo = chunk.watch.hold(chunk.ref.campaignId, work.stop)
  signal.addEventListener('abort', work.stop)
  // On a slow lane a chunk takes many minutes. What was deferred at its beginning is due long before its end.
  const timer = setTimeout(work.stop, chunk.inHandMs)
  try {
    const senders = Math.min(chunk.connections, deliveries.length)
    do await Promise.all(Array.from({ length: senders }, () => keepSending(work)))
    while (await judgeRest(work))
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', work.stop)
    letGo()
  }
}

function begin(chunk: Chunk, deliveries: readonly Delivery[]): Work {
  const { ref, journal, counters, subscribers, reactions, now, gate } = chunk
  const stopping = new AbortController()
  const todo = createTodo(deliveries, {
    unmailable: subscribers.unmailable,
    heardOf: reactions.of,
    now,
    onDone(outcome) {
      counters.count(ref.lane, outcome.status)
      journal.tell(outcome)
    },
  })
  const work: Work = {
    ...chunk,
    todo,
    refused: new Set(),
    stopped: stopping.signal,
    stop() {
      stopping.abort()
      journal.stop()
      gate.leave(work)
    },
    waiting: 0,
    troubled: false,
  }
  return work
}

/** Where fewer mails are left than senders wait at the gate, one more has nothing to do there. */
async function keepSending(work: Work): Promise<void> {
  while (!work.stopped.aborted && work.todo.count() > work.waiting) {
    work.waiting += 1
    const permit = await work.gate.enter(work.ref.campaignId, work)
    work.waiting -= 1
    if (!permit) return
    try {
      await sendNext(work)
      work.troubled = false
    } catch (err) {
      if (!work.troubled)
        work.log.warn({ err, ...work.ref }, 'a campaign waits: its subscribers cannot be read')
      work.troubled = true
      await pause(RETRY_MS, work.stopped)
    }
    permit.release()
  }
}

/** One mail, with the gate's permit. */
async function sendNext(work: Work): Promise<void> {
  const delivery = await work.todo.next()
  if (!delivery || work.stopped.aborted) return
  if ((await work.journal.claim(delivery.n)) !== 'go') return work.stop()
  if (!(await isStillToSend(work, delivery))) return
  const mail = make(work.compiled, delivery)
  if ('kind' in mail) return become(work, delivery, mail, 'theirs')
  const begunAt = work.now()
  const result = await send(work.mailer, mail)
  const { judgement, ask } = await work.health.note(result, delivery, begunAt)
  if (judgement !== 'open' || !ask) return become(work, delivery, result, judgement)
  work.refused.add({ delivery, result, ask, since: work.now(), taken: 0 })
}

/** A claim may have waited out an outage, and the subscriber has left meanwhile. */
async function isStillToSend({ todo, counters, journal, ref, stopped }: Work, delivery: Delivery) {
  try {
    const done = await todo.lookAgain(delivery)
    if (!done) return !stopped.aborted
    counters.count(ref.lane, done.status)
    journal.note(done)
    return false
  } catch (err) {
    todo.putBack(delivery)
    throw err
  }
}

/** A mail that cannot be made fails alone. */
function make(compiled: Compiled, delivery: Delivery): OutgoingMail | SendResult {
  try {
    return compiled.mail(delivery)
  } catch (error) {
    return { kind: 'failed', response: `the mail cannot be made: ${textOf(error)}`, unknownRecipient: false }
  }
}

async function send(mailer: Mailer, mail: OutgoingMail): Promise<SendResult> {
  try {
    return await mailer.send(mail)
  } catch (error) {
    return { kind: 'unreachable', response: textOf(error) }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What became of one mail, and what that means for those that were refused before. */
async function become(work: Work, delivery: Delivery, result: SendResult, judgement: Judgement) {
  const { refused, todo } = work
  if (!(await conclude(work, delivery, result, judgement))) {
    todo.putBack(delivery)
    await Promise.all([...refused].map((each) => judge(work, each, false)))
  } else if (result.kind === 'sent' && refused.size > 0) {
    for (const each of refused) each.taken += 1
    for (const each of refused) if (each.taken >= TAKEN) await judge(work, each, true)
  }
}

/** False when the mail stays queued: it is about us, or no connection stood, which says nothing about this mail. */
async function conclude(work: Work, delivery: Delivery, result: SendResult, judgement: Judgement) {
  if (judgement !== 'theirs') return false
  if (result.kind === 'failed' && result.unknownRecipient) await suppress(work, delivery)
  if (result.kind === 'unreachable' && result.lost === 'in doubt') work.counters.doubt(delivery.lane, 1)
  const outcome = outcomeOf(result, delivery, work.retryDelaysMs, work.now())
  if (!outcome) return false
  work.counters.count(delivery.lane, outcome.status)
  work.journal.note(outcome)
  return true
}

/** Asks whose matter a refusal is; `last`: what is open yet is about the subscriber. True when it is to be sent again. */
async function judge(work: Work, entry: Refused, last: boolean): Promise<boolean> {
  const { refused, todo } = work
  refused.delete(entry)
  const judgement = await entry.ask()
  if (judgement === 'open' && !last) {
    refused.add({ ...entry, taken: 0 })
    return false
  }
  const { delivery, result } = entry
  if (await conclude(work, delivery, result, judgement === 'open' ? 'theirs' : judgement)) return false
  todo.putBack(delivery)
  return true
}

/** When nothing else is left of the chunk. True when some are to be sent again. */
async function judgeRest(work: Work): Promise<boolean> {
  const { refused, stopped, now } = work
  if (refused.size > 0) await pause(GRACE_MS, stopped)
  const due = [...refused].filter(({ since }) => !stopped.aborted || now() - since >= YOUNG_MS)
  return (await Promise.all(due.map((entry) => judge(work, entry, true)))).includes(true)
}

/** The address does not exist: no later campaign tries it. */
async function suppress({ suppressions, now, log }: Work, { email }: Delivery): Promise<void> {
  try {
    await suppressions.put({ email, reason: 'bounce', source: 'smtp', since: now(), until: null })
  } catch (err) {
    log.warn({ err }, 'a subscriber that does not exist cannot be suppressed')
  }
}
