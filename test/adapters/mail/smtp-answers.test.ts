// What each answer of a mail server means: for the mail, its recipient, the sender.
import { describe, expect, test } from 'vitest'
import { classify, clean, type Stage } from '../../../src/adapters/mail/smtp/answers.ts'

const kindOf = (stage: Stage, answer: string) => {
  const result = classify(stage, answer)
  return result.kind === 'failed' && result.unknownRecipient ? 'unknown recipient' : result.kind
}

describe('an answer', () => {
  test.each<[Stage, string, string]>([
    // Try later.
    ['recipient', '421 4.7.0 try again later', 'deferred'],
    ['recipient', '450 4.2.1 mailbox busy', 'deferred'],
    ['recipient', '451 greylisted', 'deferred'],
    ['recipient', '452 4.2.2 over quota', 'deferred'],
    ['mail', '421-4.7.28 unusual rate\n421 4.7.28 of mail', 'deferred'],
    ['login', '454 4.7.0 temporary authentication failure', 'deferred'],
    ['greeting', '421 too many connections', 'deferred'],
    // There is no such recipient.
    ['recipient', '550 5.1.1 user unknown', 'unknown recipient'],
    ['recipient', '550-5.1.1 The account does\n550-5.1.1 not exist\n550 5.1.1 here', 'unknown recipient'],
    ['mail', '554 5.1.1 user unknown', 'unknown recipient'],
    ['recipient', '550 5.1.2 no such domain', 'unknown recipient'],
    ['recipient', '553 5.1.3 bad address', 'unknown recipient'],
    ['recipient', '551 5.1.6 moved away', 'unknown recipient'],
    ['recipient', '556 5.1.10 null MX', 'unknown recipient'],
    ['recipient', '556 domain takes no mail', 'unknown recipient'],
    // This mail, or this recipient now.
    ['recipient', '550 no such user', 'failed'],
    ['recipient', '550 5.1.0 rejected', 'failed'],
    ['recipient', '550 5.1.4 ambiguous', 'failed'],
    ['recipient', '550 5.1.9 non-compliant mailer', 'failed'],
    ['recipient', '550 5.2.1 mailbox disabled', 'failed'],
    ['mail', '552 5.2.2 mailbox full', 'failed'],
    ['mail', '552 5.3.4 message too big', 'failed'],
    ['sender', '552 5.3.4 message size exceeds fixed limit', 'failed'],
    ['mail', '554 5.6.0 bad content', 'failed'],
    ['mail', '550 5.7.1 looks like spam', 'failed'],
    ['recipient', '554 5.7.1 relay access denied', 'failed'],
    ['recipient', '555 5.5.2 syntax error', 'failed'],
    ['recipient', '521 takes no mail', 'failed'],
    // Us.
    ['greeting', '554 5.7.1 your address is blocked', 'sender_fault'],
    ['greeting', '521 this host takes no mail', 'sender_fault'],
    ['greeting', '502 5.5.1 STARTTLS not implemented', 'sender_fault'],
    ['login', '535 5.7.8 wrong password', 'sender_fault'],
    ['login', '534-5.7.9 application password needed\n534 5.7.9 see our page', 'sender_fault'],
    ['login', '503 5.5.1 AUTH not available', 'sender_fault'],
    ['sender', '530 5.7.0 authentication required', 'sender_fault'],
    ['sender', '553 5.7.1 sender address rejected', 'sender_fault'],
    ['sender', '550 5.1.8 no such sender domain', 'sender_fault'],
    ['recipient', '550 5.1.7 bad sender', 'sender_fault'],
    ['recipient', '550 5.1.8 sender domain does not exist', 'sender_fault'],
    ['recipient', '530 must log in', 'sender_fault'],
    ['recipient', '503 5.5.1 AUTH first', 'sender_fault'],
    ['recipient', '503 bad sequence', 'sender_fault'],
    ['mail', '550 5.7.515 the domain does not authenticate', 'sender_fault'],
    // Nothing that can be relied on.
    ['recipient', '550 4.2.0 which of the two', 'deferred'],
    ['mail', '250 fine', 'unreachable'],
    ['mail', 'what', 'unreachable'],
  ])('%s: %j is %s', (stage, answer, kind) => {
    expect(kindOf(stage, answer)).toBe(kind)
  })

  test('is told in one line, with the codes once', () => {
    expect(clean('550-5.1.1 The account does\r\n550-5.1.1 not exist\r\n550 5.1.1 here')).toBe(
      '550 5.1.1 The account does not exist here',
    )
  })

  test('is told without control characters, and never longer than 500 characters', () => {
    const told = clean(`550 5.1.1 \0\x1b[31m${'가'.repeat(2_000)}`)
    expect(told).toMatch(/^550 5\.1\.1 \[31m가/)
    expect(told.length).toBe(500)
  })
})
