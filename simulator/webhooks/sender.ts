// The side of the fake Mandrill that tells: announces itself, posts signed batches at a settable rate, retries, repeats,
// overlaps.
import { setTimeout as sleep } from 'node:timers/promises'
import { batchText, PROBE_KEY, webhookRequest, type WebhookRequest } from './batch.ts'
import { openLedger, type Books, type Ledger } from './books.ts'
import { endlessEvents, type EventSource, type SimulatedEvent } from '../events/events.ts'
import { createPace, type Pace } from './pace.ts'
import { openPoster, type Poster } from './post.ts'
import { createRandom, type Random } from '../random.ts'

export type SimulatorOptions = {
  /** Where to post. */
  readonly url: string
  /** The URL as it was typed in Mandrill, which is signed; `url` if not given. */
  readonly webhookUrl?: string
  readonly key: string
  /** What is told; made-up events of made-up mails if not given. */
  readonly source?: EventSource
  /** Events a second; Infinity = as fast as they are taken. */
  readonly rate?: number
  readonly batchSize?: number
  readonly collectMs?: number
  readonly seed?: number
  readonly now?: () => number
  /** After so many new events it is finished. */
  readonly total?: number
  /** Batches under way at once. Mandrill promises no order among them. */
  readonly connections?: number
  readonly retry?: { readonly firstMs: number; readonly factor: number; readonly mostMs: number }
  readonly timeoutMs?: number
  /** Share of the accepted batches that are sent once more, as when Mandrill has missed the answer. */
  readonly repeats?: number
  /** Share of the batches that hold a part of an earlier one beside what is new. */
  readonly overlaps?: number
  /** Distinct events that the books tell apart. */
  readonly mostEntries?: number
  readonly onAnswer?: (result: string) => void
}

export type Simulator = {
  readonly books: Books
  setRate(eventsPerSecond: number): void
  burst(events: number): void
  /** Batches that are not accepted yet. */
  underway(): number
  /** Resolves when `total` events are accepted or the source is over, or after stop(). */
  readonly finished: Promise<void>
  /** Waits for answers that are on their way; batches that were not accepted stay in doubt. */
  stop(): Promise<void>
}

const DEFAULTS = {
  rate: 5,
  batchSize: 100,
  collectMs: 400,
  seed: 1,
  now: Date.now,
  total: Infinity,
  connections: 1,
  retry: { firstMs: 1_000, factor: 2, mostMs: 60_000 },
  timeoutMs: 30_000,
  repeats: 0.05,
  overlaps: 0.05,
  mostEntries: 200_000,
  onAnswer: (_result: string) => {},
}

/** How many accepted batches are remembered for overlaps. */
const REMEMBERED = 20
const IDLE_MS = 20

type Run = Required<SimulatorOptions> & {
  readonly ledger: Ledger
  readonly poster: Poster
  readonly pace: Pace
  readonly random: Random
  readonly earlier: (readonly SimulatedEvent[])[]
  readonly stopping: AbortSignal
  left: number
  underway: number
}

export function startSimulator(given: SimulatorOptions): Simulator {
  const options = { ...DEFAULTS, webhookUrl: given.url, ...given }
  const source = given.source ?? endlessEvents(options)
  const stop = new AbortController()
  const run: Run = {
    ...options,
    ledger: openLedger(options.mostEntries),
    poster: openPoster(options.url, options.connections, options.timeoutMs),
    pace: createPace({ ...options, mostWaiting: options.batchSize * 10 }),
    source,
    // Not the generator's own: the events must not depend on how the sending went.
    random: createRandom(options.seed + 1),
    earlier: [],
    stopping: stop.signal,
    left: options.total,
    underway: 0,
  }
  const finished = runAll(run)
  return {
    books: run.ledger.books,
    setRate: run.pace.setRate,
    burst: run.pace.burst,
    underway: () => run.underway,
    finished,
    async stop() {
      stop.abort()
      await finished
    },
  }
}

async function runAll(run: Run): Promise<void> {
  await announce(run)
  await Promise.all(Array.from({ length: run.connections }, () => sendBatches(run)))
  run.poster.close()
}

/** Mandrill looks at a new URL with HEAD, then posts an empty batch, signed with a key that everyone knows. */
async function announce(run: Run): Promise<void> {
  await untilAccepted(run, () => run.poster.send('HEAD'))
  const probe = webhookRequest('[]', { key: PROBE_KEY, webhookUrl: run.webhookUrl })
  await untilAccepted(run, () => run.poster.send('POST', probe.headers, probe.body))
}

async function sendBatches(run: Run): Promise<void> {
  while (run.left > 0 && !run.stopping.aborted && !run.source.isOver()) {
    const fresh = run.source.take(Math.min(run.left, run.pace.take(run.batchSize)))
    if (fresh.length === 0) {
      await pause(IDLE_MS, run.stopping)
      continue
    }
    run.left -= fresh.length
    run.underway += 1
    const accepted = await sendBatch(run, withOverlap(run, fresh))
    run.underway -= 1
    if (!accepted) return
  }
}

async function sendBatch(run: Run, events: readonly SimulatedEvent[]): Promise<boolean> {
  const request = webhookRequest(batchText(events), run)
  if (!(await deliver(run, events, request))) return false
  if (run.random.chance(run.repeats)) {
    run.ledger.repeated()
    await deliver(run, events, request)
  }
  run.earlier.push(events)
  if (run.earlier.length > REMEMBERED) run.earlier.shift()
  return true
}

function withOverlap(run: Run, fresh: readonly SimulatedEvent[]): readonly SimulatedEvent[] {
  if (run.earlier.length === 0 || !run.random.chance(run.overlaps)) return fresh
  const old = run.random.pick(run.earlier) ?? []
  run.ledger.overlapped()
  const from = run.random.int(0, old.length - 1)
  return [...old.slice(from, from + run.random.int(1, run.batchSize)), ...fresh]
}

/** The very same bytes again until they are taken; false when it was stopped before. */
function deliver(run: Run, events: readonly SimulatedEvent[], request: WebhookRequest): Promise<boolean> {
  return untilAccepted(
    run,
    () => {
      run.ledger.posted(events)
      return run.poster.send('POST', request.headers, request.body)
    },
    (answer) => run.ledger.accepted(events, answer),
  )
}

/** Any status but 200 is a failure, and tried again, later and later (docs: "Webhooks", "Failed batches"). */
async function untilAccepted(
  run: Run,
  attempt: () => ReturnType<Poster['send']>,
  accepted: (answer: string) => void = () => {},
): Promise<boolean> {
  let delay = run.retry.firstMs
  while (!run.stopping.aborted) {
    const { result, body } = await attempt()
    run.onAnswer(result)
    if (result === '200') {
      accepted(body)
      return true
    }
    run.ledger.refused(result)
    await pause(delay, run.stopping)
    delay = Math.min(run.retry.mostMs, delay * run.retry.factor)
  }
  return false
}

async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  // An abort ends the pause early: that is no failure.
  await sleep(ms, undefined, { signal: stopping }).catch(() => {})
}
