// What the answer to one try means for its delivery: the rules of trying again.
import type { Delivery, Outcome } from '../campaigns/ports.ts'
import type { SendResult } from './ports.ts'

/** It is tried later, as if the server had said so: whether it is the mail's own fault, or the server's, shows then. */
const LOST = 'the connection was lost: '
/** It waits for what may come back of it, and is then sent once more; lost like that twice in a row, it is given up. */
const DOUBTFUL = 'the connection was lost behind the mail, which may have been taken: '

/** The ledger's outcome; undefined = no server has said anything about this mail, it stays queued. */
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
type Told = { readonly kind: 'deferred' | 'failed'; readonly response: string }

/** undefined where no connection stood: that says nothing about this mail. */
function lost({ response, lost }: Unreachable, { reason }: Delivery): Told | undefined {
  if (lost === undefined) return undefined
  if (lost === 'midway') return { kind: 'deferred', response: `${LOST}${response}` }
  return { kind: reason?.startsWith(DOUBTFUL) ? 'failed' : 'deferred', response: `${DOUBTFUL}${response}` }
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

export function isRateLimit({ response }: { readonly response: string }): boolean {
  return RATE_LIMIT.test(response)
}
