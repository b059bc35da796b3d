// One try of one claimed mail: made, sent, and what the answer means for it, its subscriber and its lane.
import type { Log } from '../log.ts'
import type { Delivery, OutgoingMail } from '../campaigns/ports.ts'
import type { Mailer, SendResult } from './ports.ts'
import type { SuppressionStore } from '../list/ports.ts'
import type { Counters } from './counters.ts'
import type { Health, Judgement, Noted } from './lanes/health.ts'
import type { Journal } from './journal.ts'
import { outcomeOf } from './verdict.ts'
import type { Compiled } from './watch.ts'

export type TryParts = {
  readonly mailer: Mailer
  readonly suppressions: Pick<SuppressionStore, 'put'>
  readonly retryDelaysMs: readonly number[]
  readonly health: Health
  readonly counters: Counters
  readonly now: () => number
  readonly log: Log
}

type Unreachable = Extract<SendResult, { kind: 'unreachable' }>

export type TryWork = {
  readonly journal: Journal
  readonly compiled: Compiled
}

/** It is tried later, as if the server had said so: whether it is the mail's own fault, or the server's, shows then. */
const LOST = 'the connection was lost: '
/** It waits for what may come back of it, and is then sent once more; lost like that twice in a row, it is given up. */
const DOUBTFUL = 'the connection was lost behind the mail, which may have been taken: '

/** What became of a try. `kept`: it stays queued. */
export type Tried = 'sent' | 'done' | 'kept' | Suspended
/** It was refused, and whether that is about its subscriber is not known yet. */
export type Suspended = {
  /** `last`: what is still open then is about the subscriber. */
  settle(last: boolean): Promise<'done' | 'kept' | 'open'>
}

/** Tries mails of one chunk. */
export function createTry(parts: TryParts, { journal, compiled }: TryWork) {
  const { mailer, health, now, retryDelaysMs, counters } = parts
  function conclude(delivery: Delivery, result: SendResult): boolean {
    const outcome = outcomeOf(result, delivery, retryDelaysMs, now())
    if (!outcome) return false
    counters.count(delivery.lane, outcome.status)
    journal.note(outcome)
    return true
  }

  async function settle(delivery: Delivery, result: SendResult, judgement: Judgement) {
    if (judgement !== 'theirs') return 'kept'
    if (result.kind === 'unreachable') return concludeLost(delivery, result) ? 'done' : 'kept'
    if (result.kind === 'failed' && result.unknownRecipient) await suppress(parts, delivery)
    if (!conclude(delivery, result)) return 'kept'
    return result.kind === 'sent' ? 'sent' : 'done'
  }

  /** False where no connection stood: that says nothing about this mail. */
  function concludeLost(delivery: Delivery, { response, lost }: Unreachable): boolean {
    if (lost === undefined) return false
    if (lost === 'midway') return conclude(delivery, { kind: 'deferred', response: `${LOST}${response}` })
    counters.doubt(delivery.lane, 1)
    const told = `${DOUBTFUL}${response}`
    const again = delivery.reason?.startsWith(DOUBTFUL) ?? false
    return conclude(
      delivery,
      again
        ? { kind: 'failed', response: told, unknownRecipient: false }
        : { kind: 'deferred', response: told },
    )
  }

  function suspend(delivery: Delivery, result: SendResult, ask: NonNullable<Noted['ask']>): Suspended {
    return {
      async settle(isLast) {
        const judgement = await ask()
        if (judgement === 'open' && !isLast) return 'open'
        return (await settle(delivery, result, judgement === 'open' ? 'theirs' : judgement)) === 'kept'
          ? 'kept'
          : 'done'
      },
    }
  }

  return async (delivery: Delivery): Promise<Tried> => {
    const mail = make(compiled, delivery)
    if ('kind' in mail) return settle(delivery, mail, 'theirs')
    const result = await send(mailer, mail)
    const { judgement, ask } = await health.note(result, delivery)
    return judgement === 'open' && ask ? suspend(delivery, result, ask) : settle(delivery, result, judgement)
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

/** The address does not exist: no later campaign tries it. */
async function suppress({ suppressions, now, log }: TryParts, { email }: Delivery): Promise<void> {
  try {
    await suppressions.put({ email, reason: 'bounce', source: 'smtp', since: now(), until: null })
  } catch (err) {
    log.warn({ err }, 'a subscriber that does not exist cannot be suppressed')
  }
}
