// Records the outcomes of a chunk's mails twice: in the marks at once, so that a crash loses nothing, and in the ledger in
// bulk. Calls of the same moment share one step of the marks.
import { gather } from '../gather.ts'
import { breath, createNap } from '../pause.ts'
import type { ChunkRef, Ledger, Outcome } from '../campaigns/ports.ts'
import type { SendingParts } from './parts.ts'
import type { Step } from './ports.ts'

type JournalOptions = Pick<SendingParts, 'marks' | 'log'> & {
  readonly ref: ChunkRef
  readonly token: number
  readonly ledger: Pick<Ledger, 'record'>
  readonly flushEveryMs: number
}

export type Journal = ReturnType<typeof openJournal>

const FLUSH_AT = 250
const RETRY_MS = 300

export function openJournal(options: JournalOptions) {
  const { ref } = options
  const steps = createSteps(options)
  const book = openBook(options)
  return {
    /** 'go': the mail may be sent. 'stopped': the journal is being closed. */
    claim: steps.claim,
    note(outcome: Outcome): void {
      steps.note(outcome)
      book.add(outcome)
    },
    /** The outcome of a mail that needs no claim: skipped, or found to have been sent already. */
    noteUnclaimed: book.add,
    /** Refuses all claims that are not granted yet, and all later ones. */
    stop: steps.stop,
    /** Writes the rest to the ledger, trying while `patient()`. What could not be written stays marked. */
    async close(patient: () => boolean): Promise<void> {
      steps.stop()
      if (!(await book.close(patient))) return steps.done()
      // No mark is needed any more: a mail that was claimed without an outcome is still due in the ledger, and if it did go
      // out, its reactions will show it. Marks that an outage leaves behind are recorded again, which changes nothing.
      await options.marks.drop(ref, options.token).catch(() => undefined)
    },
  }
}

type Entry = Outcome | { readonly claim: number }

/** The marks' side: one step after the other, each with everything that has come in meanwhile. */
function createSteps({ ref, token, marks, log }: JournalOptions) {
  const nap = createNap()
  const state = { stopped: false, fenced: false, troubled: false }

  async function step(all: readonly Entry[]): Promise<readonly (Step | 'stopped')[]> {
    const outcomes = all.filter((entry) => 'status' in entry)
    while (!state.fenced) {
      const claims = all.flatMap((entry) => ('status' in entry || state.stopped ? [] : entry.claim))
      if (outcomes.length === 0 && claims.length === 0) break
      try {
        state.fenced = (await marks.step(ref, token, outcomes, claims)) === 'fenced'
        state.troubled = false
        return all.map(() => (state.fenced ? 'fenced' : claims.length > 0 ? 'go' : 'stopped'))
      } catch (err) {
        // Whether the step was done is unknown. Repeating it does no harm.
        if (!state.troubled) log.warn({ err, ...ref }, 'the marks of a chunk cannot be written, trying again')
        state.troubled = true
        if (state.stopped) break
        await nap.wait(RETRY_MS)
      }
    }
    return all.map(() => (state.fenced ? 'fenced' : 'stopped'))
  }

  const steps = gather(step, { pause: breath }) // calls of the same turn of the event loop share a step
  return {
    claim: (n: number): Promise<Step | 'stopped'> => steps.ask({ claim: n }),
    note: (outcome: Outcome): void => void steps.ask(outcome),
    stop(): void {
      state.stopped = true
      nap.wake()
    },
    done: steps.idle,
  }
}

/** The ledger's side: outcomes in bulk. */
function openBook({ ref, ledger, log, flushEveryMs }: JournalOptions) {
  let pending: Outcome[] = []
  let flushing: Promise<boolean> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let troubled = false

  async function record(): Promise<boolean> {
    const batch = pending
    pending = []
    try {
      await ledger.record(ref, batch)
      troubled = false
      return true
    } catch (err) {
      pending = [...batch, ...pending]
      if (!troubled) log.warn({ err, ...ref }, 'outcomes cannot be written to the ledger, trying again')
      troubled = true
      return false
    }
  }

  function flush(): Promise<boolean> {
    clearTimeout(timer)
    timer = undefined
    return (flushing ??= record().finally(() => {
      flushing = undefined
      if (pending.length > 0) flushSoon()
    }))
  }

  function flushSoon(): void {
    timer ??= setTimeout(() => void flush(), flushEveryMs)
  }

  return {
    add(outcome: Outcome): void {
      pending.push(outcome)
      if (pending.length >= FLUSH_AT && !troubled) void flush()
      else flushSoon()
    },
    async close(patient: () => boolean): Promise<boolean> {
      const nap = createNap()
      await flushing
      while (pending.length > 0 && !(await flush())) {
        if (!patient()) break
        await nap.wait(RETRY_MS)
      }
      clearTimeout(timer)
      return pending.length === 0
    },
  }
}
