// What the answer to one try means for its delivery: the rules of trying again.
import type { Delivery, Outcome } from '../campaigns/ports.ts'
import type { SendResult } from './ports.ts'

/** Within the mail: it is tried later, as if deferred. Then it shows whether the mail or the server was at fault. */
const LOST = 'the connection was lost: '
/** After the whole mail: it waits for reactions, and is then sent once more. Lost like that twice in a row, it has failed. */
const DOUBTFUL = 'the connection was lost after the mail, which may have been accepted: '

/** The outcome for the ledger; undefined: no server has said anything about this mail, so it stays queued. */
export function outcomeOf(
  answer: SendResult,
  delivery: Delivery,
  retryDelaysMs: readonly number[],
  now: number,
): Outcome | undefined {
  const result = answer.kind === 'unreachable' ? lost(answer, delivery) : answer
  if (!result || result.kind === 'sender_fault') return undefined
  const attempts = delivery.attempts + 1
  const outcome = { n: delivery.n, attempts, dueAt: now, reason: result.response, at: now }
  if (result.kind !== 'deferred') return { ...outcome, status: result.kind }
  return deferred(outcome, delivery.earlierAttempts, retryDelaysMs)
}

type Unreachable = Extract<SendResult, { kind: 'unreachable' }>
type Answer = { readonly kind: 'deferred' | 'failed'; readonly response: string }

/** undefined where there was no connection, which says nothing about this mail. */
function lost({ response, lost }: Unreachable, { reason }: Delivery): Answer | undefined {
  if (lost === undefined) return undefined
  if (lost === 'midway') return { kind: 'deferred', response: `${LOST}${response}` }
  return { kind: reason?.startsWith(DOUBTFUL) ? 'failed' : 'deferred', response: `${DOUBTFUL}${response}` }
}

/** The first delay follows the first try. When no delay is left the mail has failed, and the subscriber is not suppressed. */
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

// RFC 3463: 4.2.1 and 4.2.2 are about one mailbox that is disabled, full, or gets too much mail from everybody.
const MAILBOX = /(?<![\d.])4\.2\.[12](?![\d.])/

/** Deferred because of this one mailbox: no reason to slow down for others. */
export function isAboutMailbox(response: string): boolean {
  return MAILBOX.test(response)
}

// RFC 5321 has 421 for a server that will not go on; large providers use it for too much mail. 4.7.28 is Google's code for
// that. https://support.google.com/a/answer/3726730
const RATE_LIMIT = /(?<![\d.])(?:421|4\.7\.28)(?![\d.])/

export function isRateLimit(response: string): boolean {
  return RATE_LIMIT.test(response)
}
