// One worker with one chunk: takes it over from its former worker, sends what is left of it, and records the outcomes.
//
// It has as many senders as the lane has connections. Each sends one mail at a time: permit of the gate, next mail, claim,
// try, outcome. The ledger and the marks decide; whatever is in memory here may be lost at any moment.
import { pause } from '../pause.ts'
import type { ChunkRef, Delivery, Ledger, OutgoingMail } from '../campaigns/ports.ts'
import type { Mailer, SendResult } from './ports.ts'
import { openJournal, type Journal } from './journal.ts'
import type { Gate } from './lanes/gate.ts'
import type { Health, Judgement } from './lanes/health.ts'
import type { Compiled, Counters, SendingParts } from './parts.ts'
import { createTodo, type Todo } from './todo.ts'
import { outcomeOf } from './verdict.ts'
import type { Watch } from './watch.ts'

/** What all workers of a process share, and what those of a lane do. */
type WorkerParts = Pick<
  SendingParts,
  'marks' | 'subscribers' | 'suppressions' | 'reactions' | 'retryDelaysMs' | 'now' | 'log'
> & {
  readonly ledger: Pick<Ledger, 'open' | 'record'>
  readonly mailer: Pick<Mailer, 'send'>
  readonly watch: Pick<Watch, 'open' | 'onStop'>
  readonly counters: Counters
  readonly gate: Pick<Gate, 'enter' | 'leave'>
  readonly health: Pick<Health, 'note'>
  readonly connections: number
  /** Resolves when all events stored by now are tracked, after a while at the latest. */
  readonly waitForTracking: (signal: AbortSignal) => Promise<void>
  readonly inHandMs: number
  /** How long outcomes may wait before they are written to the ledger. */
  readonly flushEveryMs: () => number
}

type Chunk = WorkerParts & {
  readonly ref: ChunkRef
  readonly journal: Journal
  readonly compiled: Compiled
}

type Work = Chunk & {
  readonly todo: Todo
  /** Refused mails that may be our fault. Other mails go out meanwhile, and their answers will tell. */
  readonly refused: Set<Refused>
  readonly stopped: AbortSignal
  readonly stop: () => void
  /** Senders at the gate. */
  waiting: number
  troubled: boolean
}

/** A refusal that may be about its subscriber or about us: not known yet. */
type Refused = {
  readonly delivery: Delivery
  readonly result: SendResult
  readonly ask: () => Promise<Judgement>
  readonly since: number
  /** Mails that were accepted after it. */
  acceptedSince: number
}

/** How long a closing process goes on trying to write to the ledger; the marks keep what it could not write. */
const CLOSING_MS = 5_000
const RETRY_MS = 500
/** When so many others were accepted after a refused mail, the refusal is about this one. */
const ENOUGH_ACCEPTED = 20
/** The wait at the end of a chunk, in which answers to other chunks and workers may tell, too. */
const GRACE_MS = 1_000
/** A stopped chunk leaves younger refusals than this open: the mails stay queued. */
const YOUNG_MS = 5_000

export async function workOn(parts: WorkerParts, ref: ChunkRef, signal: AbortSignal): Promise<void> {
  const token = await takeOver(parts, ref, signal)
  const journal = openJournal({ ...parts, ref, token, flushEveryMs: parts.flushEveryMs() })
  const compiled = await parts.watch.open(ref.campaignId)
  if (compiled) await sendAll({ ...parts, ref, journal, compiled }, signal)
  await journal.close(patience(parts.now, signal))
}

/** Fences off the chunk's former worker, and writes to the ledger what that had no time to write. */
async function takeOver(parts: WorkerParts, ref: ChunkRef, signal: AbortSignal): Promise<number> {
  const { token, outcomes, inDoubt } = await parts.marks.take(ref)
  if (outcomes.length > 0) await parts.ledger.record(ref, outcomes)
  if (inDoubt.length === 0) return token
  parts.counters.doubt(ref.lane, inDoubt.length)
  parts.log.warn(
    { ...ref, mails: inDoubt },
    'a worker ended while it was sending these mails: those without any event are sent again',
  )
  await parts.waitForTracking(signal)
  return token
}

/** Whether to go on trying to write to the ledger: always, unless the process is being closed. */
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
  const work = createWork(chunk, deliveries)
  const unwatch = chunk.watch.onStop(chunk.ref.campaignId, work.stop)
  signal.addEventListener('abort', work.stop)
  // On a slow lane a chunk takes many minutes, and what was deferred at its beginning is due long before its end.
  const timer = setTimeout(work.stop, chunk.inHandMs)
  try {
    const senders = Math.min(chunk.connections, deliveries.length)
    do await Promise.all(Array.from({ length: senders }, () => keepSending(work)))
    while (await judgeRest(work))
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', work.stop)
    unwatch()
  }
}

function createWork(chunk: Chunk, deliveries: readonly Delivery[]): Work {
  const { ref, journal, counters, subscribers, reactions, now, gate } = chunk
  const stopping = new AbortController()
  const todo = createTodo(deliveries, {
    unmailable: subscribers.unmailable,
    reactionsTo: reactions.of,
    now,
    onDone(outcome) {
      counters.count(ref.lane, outcome.status)
      journal.noteUnclaimed(outcome)
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

/** One sender. It ends when the senders that wait at the gate are enough for the mails that are left. */
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

/** Sends one mail, with the gate's permit. */
async function sendNext(work: Work): Promise<void> {
  const delivery = await work.todo.next()
  if (!delivery || work.stopped.aborted) return
  if ((await work.journal.claim(delivery.n)) !== 'go') return work.stop()
  if (!(await isStillToSend(work, delivery))) return
  const mail = make(work.compiled, delivery)
  if ('kind' in mail) return handleAnswer(work, delivery, mail, 'theirs')
  const begunAt = work.now()
  const result = await send(work.mailer, mail)
  const { judgement, ask } = await work.health.note(result, delivery, begunAt)
  if (judgement !== 'open' || !ask) return handleAnswer(work, delivery, result, judgement)
  work.refused.add({ delivery, result, ask, since: work.now(), acceptedSince: 0 })
}

/** The claim may have waited out an outage, and the subscriber may have left meanwhile. */
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

/** A mail that cannot be made fails; the others go on. */
function make(compiled: Compiled, delivery: Delivery): OutgoingMail | SendResult {
  try {
    return compiled.mail(delivery)
  } catch (error) {
    return { kind: 'failed', response: `the mail cannot be built: ${textOf(error)}`, unknownRecipient: false }
  }
}

async function send(mailer: Pick<Mailer, 'send'>, mail: OutgoingMail): Promise<SendResult> {
  try {
    return await mailer.send(mail)
  } catch (error) {
    return { kind: 'unreachable', response: textOf(error) }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Records the outcome of a mail, and asks again about refused ones where it may tell something about them. */
async function handleAnswer(work: Work, delivery: Delivery, result: SendResult, judgement: Judgement) {
  const { refused, todo } = work
  if (!(await record(work, delivery, result, judgement))) {
    todo.putBack(delivery)
    await Promise.all([...refused].map((each) => judge(work, each, false)))
  } else if (result.kind === 'sent' && refused.size > 0) {
    for (const each of refused) each.acceptedSince += 1
    for (const each of refused) if (each.acceptedSince >= ENOUGH_ACCEPTED) await judge(work, each, true)
  }
}

/** False when the mail stays queued: the answer is about us, or there was no connection. */
async function record(work: Work, delivery: Delivery, result: SendResult, judgement: Judgement) {
  if (judgement !== 'theirs') return false
  if (result.kind === 'failed' && result.unknownRecipient) await suppress(work, delivery)
  if (result.kind === 'unreachable' && result.lost === 'in doubt') work.counters.doubt(delivery.lane, 1)
  const outcome = outcomeOf(result, delivery, work.retryDelaysMs, work.now())
  if (!outcome) return false
  work.counters.count(delivery.lane, outcome.status)
  work.journal.note(outcome)
  return true
}

/** Asks again whom a refusal is about. `last`: if still open, it is about the subscriber. True: the mail is to be sent again. */
async function judge(work: Work, entry: Refused, last: boolean): Promise<boolean> {
  const { refused, todo } = work
  refused.delete(entry)
  const judgement = await entry.ask()
  if (judgement === 'open' && !last) {
    refused.add({ ...entry, acceptedSince: 0 })
    return false
  }
  const { delivery, result } = entry
  if (await record(work, delivery, result, judgement === 'open' ? 'theirs' : judgement)) return false
  todo.putBack(delivery)
  return true
}

/** To be called when nothing else is left of the chunk. True: some mails are to be sent again. */
async function judgeRest(work: Work): Promise<boolean> {
  const { refused, stopped, now } = work
  if (refused.size > 0) await pause(GRACE_MS, stopped)
  const due = [...refused].filter(({ since }) => !stopped.aborted || now() - since >= YOUNG_MS)
  return (await Promise.all(due.map((entry) => judge(work, entry, true)))).includes(true)
}

/** The address does not exist, so no later campaign is to try it. */
async function suppress({ suppressions, now, log }: Work, { email }: Delivery): Promise<void> {
  try {
    await suppressions.put({ email, reason: 'bounce', source: 'smtp', since: now(), until: null })
  } catch (err) {
    log.warn({ err }, 'a subscriber that does not exist cannot be suppressed')
  }
}
