// What the answer to one try means for its delivery: the rules of trying again.
import type { Delivery, Outcome } from '../campaigns/ports.ts'
import type { SendResult } from './ports.ts'

/** The ledger's outcome; undefined = no server has said anything about this mail, it stays queued. */
export function outcomeOf(
  result: SendResult,
  delivery: Delivery,
  retryDelaysMs: readonly number[],
  now: number,
): Outcome | undefined {
  if (result.kind === 'sender_fault' || result.kind === 'unreachable') return undefined
  const attempts = delivery.attempts + 1
  const outcome = { n: delivery.n, attempts, dueAt: now, reason: result.response, at: now }
  if (result.kind !== 'deferred') return { ...outcome, status: result.kind }
  return deferred(outcome, delivery.earlierAttempts, retryDelaysMs)
}

/** The first delay comes after the first try; when there is none left, it has failed. The subscriber is not suppressed. */
function deferred(
  outcome: Omit<Outcome, 'status'>,
  earlierAttempts: number,
  retryDelaysMs: readonly number[],
): Outcome {
  const tries = outcome.attempts - earlierAttempts
  const delay = retryDelaysMs[tries - 1]
  if (delay !== undefined) return { ...outcome, status: 'deferred', dueAt: outcome.at + delay }
  return { ...outcome, status: 'failed', reason: `given up after ${tries} tries: ${outcome.reason}` }
}

// RFC 3463: 4.2.1 and 4.2.2 are about one mailbox, that is disabled, full, or gets too much mail from everybody.
const MAILBOX = /(?<![\d.])4\.2\.[12](?![\d.])/

/** Deferred for the subscriber's mailbox alone: no reason to slow down for the others. */
export function isAboutMailbox({ response }: SendResult): boolean {
  return MAILBOX.test(response)
}

// RFC 5321 leaves 421 to servers that will not go on; large providers say so when they get too much. 4.7.28 is Google's
// word for it. https://support.google.com/a/answer/3726730
const RATE_LIMIT = /(?<![\d.])(?:421|4\.7\.28)(?![\d.])/

/** Deferred because it is too much mail at a time. */
export function isRateLimit({ response }: { readonly response: string }): boolean {
  return RATE_LIMIT.test(response)
}
