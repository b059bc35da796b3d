// One worker with one chunk: takes it over from whoever had it, sends what is left of it, and tells what became of it.
import type { ChunkRef, Ledger } from '../campaigns/ports.ts'
import type { Marks } from './ports.ts'
import { createJournal, type Journal } from './journal.ts'
import { createSenders, type SendersParts } from './senders.ts'
import { createTry, type TryParts } from './try.ts'
import type { Compiled, Watch } from './watch.ts'

export type ChunkParts = SendersParts &
  TryParts & {
    readonly ledger: Ledger
    readonly marks: Marks
    readonly watch: Watch
    /** Resolves when what came back until now is known, or the signal says so. */
    readonly hear: (signal: AbortSignal) => Promise<void>
    readonly inHandMs: number
    /** How long outcomes may be kept back from the ledger. */
    readonly tellEveryMs: () => number
  }

/** How long a closing process goes on trying to tell the ledger; the marks hold what it could not. */
const CLOSING_MS = 5_000

export async function sendChunk(parts: ChunkParts, ref: ChunkRef, signal: AbortSignal): Promise<void> {
  const token = await takeOver(parts, ref, signal)
  const journal = createJournal({ ...parts, ref, token, tellEveryMs: parts.tellEveryMs() })
  const compiled = await parts.watch.open(ref.campaignId)
  if (compiled) await sendAll(parts, ref, { journal, compiled }, signal)
  await journal.close(patience(parts, signal))
}

/** Fences off whoever had the chunk, and tells the ledger what they had no time to tell. */
async function takeOver(parts: ChunkParts, ref: ChunkRef, signal: AbortSignal): Promise<number> {
  const { marks, ledger, counters, now, log, hear } = parts
  const { token, outcomes, inDoubt } = await marks.take(ref)
  if (outcomes.length > 0) await ledger.record(ref, outcomes, now())
  if (inDoubt.length > 0) {
    counters.doubt(ref.lane, inDoubt.length)
    log.warn(
      { ...ref, mails: inDoubt },
      'a worker ended while it sent these: what nothing comes back of is sent again',
    )
    await hear(signal)
  }
  return token
}

type Work = { readonly journal: Journal; readonly compiled: Compiled }

async function sendAll(
  parts: ChunkParts,
  ref: ChunkRef,
  { journal, compiled }: Work,
  signal: AbortSignal,
): Promise<void> {
  const deliveries = await parts.ledger.open(ref, parts.now())
  if (signal.aborted) return
  const send = createTry(parts, { journal, compiled })
  const { run, stop } = createSenders(parts, { ref, deliveries, journal, send })
  const letGo = parts.watch.hold(ref.campaignId, stop)
  signal.addEventListener('abort', stop)
  // On a slow lane a chunk takes many minutes. What was deferred at its beginning is due long before its end.
  const timer = setTimeout(stop, parts.inHandMs)
  try {
    await run()
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    letGo()
  }
}

/** Whether to go on trying to tell the ledger: always, but for a process that is being closed. */
function patience({ now }: ChunkParts, signal: AbortSignal): () => boolean {
  let closingSince: number | undefined
  return () => {
    if (signal.aborted) closingSince ??= now()
    return closingSince === undefined || now() - closingSince < CLOSING_MS
  }
}
