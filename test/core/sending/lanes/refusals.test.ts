// Permanent answers of real servers: whose matter each is, and which are the same.
import { describe, expect, test } from 'vitest'
import { isAboutSubscriber, sameness } from '../../../../src/core/sending/lanes/refusals.ts'

describe('is about one subscriber', () => {
  test.each([
    // Gmail, Microsoft, Postfix, Exim, Yandex, Naver, Yahoo, OVH, qmail.
    '550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking - gsmtp',
    '550 5.2.1 The email account that you tried to reach is disabled. a1-20020a17 - gsmtp',
    '552 5.2.2 The email account that you tried to reach is over quota and inactive.',
    '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
    '550 5.4.1 Recipient address rejected: Access denied. [DB5EUR03FT037]',
    '550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).',
    '550 5.1.1 <hong@naver.com>: Recipient address rejected: User unknown in relay recipient table',
    '550 5.1.1 <ann@example.com>: Recipient address rejected: User unknown in virtual mailbox table',
    '550 Unrouteable address',
    '550 5.7.1 No such user!',
    "554 delivery error: dd This user doesn't have a yahoo.com account (ann@yahoo.com) [0]",
    '552 1 Requested mail action aborted, mailbox not found',
    '550 no such user',
    '550 sorry, no mailbox here by that name (#5.1.1)',
    '552 5.2.2 mailbox full',
    '552 Requested mailbox exceeds quota.',
    '525 5.7.13 User account disabled',
    '553 5.6.7 the hub cannot send to an address with letters beyond ASCII before the @',
  ])('%s', (response) => expect(isAboutSubscriber(response)).toBe(true))
})

describe('may be about us', () => {
  test.each([
    '550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to - gsmtp',
    '554 Message rejected: Email address is not verified. The following identities failed the check: ann@example.com',
    '454 Throttling failure: Daily message quota exceeded.'.replace('454', '554'),
    '552 5.2.2 relay quota exceeded',
    '552 5.3.4 Message size exceeds fixed limit',
    '550 5.1.8 Access denied, bad outbound sender',
    '553 5.7.1 <news@example.org>: Sender address rejected: not owned by user news',
    '550 5.1.0 <news@example.org>: Sender address rejected: User unknown in virtual mailbox table',
    '550 5.1.1 <news@example.org>: Sender address rejected: User unknown in local recipient table',
    '550 Sender verify failed',
    '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org',
    '550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus.',
    '554 5.7.1 <ann@example.com>: Relay access denied',
    "550 5.7.26 Unauthenticated email from example.org is not accepted due to domain's DMARC policy.",
    '550 Unauthenticated senders not allowed',
    '550 The from address does not match a verified Sender Identity.',
    '554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied',
    '550 5.7.1 your account is suspended for sending',
    '554 5.7.1 [2] Message rejected under suspicion of SPAM; https://ya.cc/1IrBc 1234567890-abcdef',
    '550 Administrative prohibition',
    '554 transaction failed',
  ])('%s', (response) => expect(isAboutSubscriber(response)).toBe(false))
})

describe('the same answer', () => {
  test.each([
    [
      '550 5.7.1 <ann@example.com> [192.0.2.1] Message rejected, see https://x.example/a1 qa12-2002 - gsmtp',
      '550 5.7.1 <bob@example.net> [192.0.2.7] Message rejected, see https://x.example/b7 tz9-1733 - gsmtp',
    ],
    [
      '554 Message rejected: ann@example.com is not verified',
      '554 Message rejected: bob@example.net is not verified',
    ],
    ['550 mx1.example.com: 4Fx3Zq2 refused', '550 mx2.example.com: 9Qa1Bc0 refused'],
  ])('%s', (one, other) => expect(sameness(one)).toBe(sameness(other)))

  test('is another where the code or the words are others', () => {
    const all = ['550 5.7.1 rejected', '550 5.4.5 rejected', '554 5.7.1 rejected', '550 5.7.1 blocked', '550']
    expect(new Set(all.map(sameness)).size).toBe(all.length)
  })
})
