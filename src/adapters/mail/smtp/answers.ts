// What a mail server's answer means: for the mail, for its recipient and for the sender.
//
// RFC 5321 section 4.2 (the code), RFC 3463 (the enhanced code, which goes first), RFC 7504 (521 and 556).
import { codesOf, saysNoMailbox } from '../../../core/campaigns/reasons.ts'
import type { SendResult } from '../../../core/sending/ports.ts'
import { namesSender } from '../../../core/sending/lanes/refusals.ts'

export type Stage = 'greeting' | 'login' | 'sender' | 'recipient' | 'mail'

const RESPONSE_LENGTH = 500
const SIZE_CODES = new Set(['5.2.3', '5.3.4'])
const BAD_SENDER = new Set(['5.1.7', '5.1.8', '5.7.8', '5.7.515'])
/** Credentials are missing, too weak or wrong. */
const LOGIN_CODES = new Set([530, 534, 535])
/** Commands that the server does not know or want now: not the recipient's fault. */
const WRONG_COMMANDS = new Set([502, 503, 504])

export function classify(stage: Stage, answer: string): SendResult {
  const { code: digits, enhanced } = codesOf(answer)
  const code = Number(digits)
  const response = clean(answer)
  // If the two codes disagree, nothing is certain, and trying again does no harm.
  const permanent = code >= 500 && code < 600 && (enhanced === '' || enhanced.startsWith('5.'))
  if (!permanent)
    return code >= 400 && code < 600 ? { kind: 'deferred', response } : { kind: 'unreachable', response }
  if (SIZE_CODES.has(enhanced)) return { kind: 'failed', response, unknownRecipient: false }
  if (isAboutSender(stage, code, enhanced)) return { kind: 'sender_fault', response }
  const unknownRecipient = saysNoMailbox(digits, enhanced) && !namesSender(response) // Postfix reports a bad sender at RCPT
  return { kind: 'failed', response, unknownRecipient }
}

function isAboutSender(stage: Stage, code: number, enhanced: string): boolean {
  if (stage === 'greeting' || stage === 'login' || stage === 'sender') return true
  const isWrongCommand = WRONG_COMMANDS.has(code) && (enhanced === '' || enhanced.startsWith('5.5.'))
  return LOGIN_CODES.has(code) || BAD_SENDER.has(enhanced) || isWrongCommand
}

/** An answer as one line, with the codes of its first line only. */
export function clean(answer: string): string {
  const lines = answer.split(/\r?\n/)
  const first = (lines[0] ?? '').replace(/^(\d{3})-/, '$1 ')
  const rest = lines.slice(1).map((line) => line.replace(/^\d{3}[ -](?:\d\.\d{1,3}\.\d{1,3} ?)?/, ''))
  const line = [first, ...rest]
    .join(' ')
    .replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
    .replace(/ {2,}/g, ' ')
  const text = line.trim().toWellFormed()
  return text.length > RESPONSE_LENGTH ? `${text.slice(0, RESPONSE_LENGTH - 1).toWellFormed()}…` : text
}
