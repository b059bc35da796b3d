// One try of one claimed mail: made, sent, and what the answer means for it, its reader and its lane.
import type { Log } from '../log.ts'
import type { Delivery, OutgoingMail } from '../mailing/ports.ts'
import type { Mailer, SendResult } from './ports.ts'
import type { SuppressionStore } from '../list/ports.ts'
import type { Counters } from './counters.ts'
import type { Health } from './health.ts'
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

export type TryWork = {
  readonly journal: Journal
  readonly compiled: Compiled
}

/** A mail that is lost again and again while others are answered is deferred, as if the server had said so. */
const LOST_TIMES = 3
const LOST = 'lost with the connection each time: '

/** Tries mails of one chunk. False = it stays queued. */
export function createTry(parts: TryParts, { journal, compiled }: TryWork) {
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
    const result = await send(mailer, compiled, delivery)
    if (result.kind === 'unreachable') {
      if (result.inDoubt) counters.doubt(delivery.lane, 1)
      return concludeLost(delivery, result)
    }
    if (await health.note(result, delivery.subscriberId)) return false
    if (result.kind === 'failed' && result.unknownReader) await suppress(parts, delivery)
    return conclude(delivery, result)
  }
}

/** A mail that cannot be made fails alone. */
async function send(mailer: Mailer, compiled: Compiled, delivery: Delivery): Promise<SendResult> {
  let mail: OutgoingMail
  try {
    mail = compiled.mail(delivery)
  } catch (error) {
    return { kind: 'failed', response: `the mail cannot be made: ${textOf(error)}`, unknownReader: false }
  }
  try {
    return await mailer.send(mail)
  } catch (error) {
    return { kind: 'unreachable', response: textOf(error) }
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The address does not exist: no later mailing tries it. */
async function suppress({ suppressions, now, log }: TryParts, { email }: Delivery): Promise<void> {
  try {
    await suppressions.put({ email, reason: 'bounce', source: 'smtp', since: now(), until: null })
  } catch (err) {
    log.warn({ err }, 'a reader that does not exist cannot be suppressed')
  }
}
