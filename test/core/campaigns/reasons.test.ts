// Reasons in groups: the same for the same cause, whoever the recipient is.
import { expect, test } from 'vitest'
import { isRetryable, reasonGroup } from '../../../src/core/campaigns/reasons.ts'

test.each([
  ['550 5.1.1 <kim@example.com>: Recipient address rejected', '550 5.1.1: no such mailbox'],
  ['550 5.1.1 The email account that you tried to reach does not exist. kim4f', '550 5.1.1: no such mailbox'],
  ['550 No such user kim here', '550: no such mailbox'],
  ['552 5.2.2 <kim@example.com> over quota (queue 4F2A)', '552 5.2.2: the mailbox is full'],
  [
    'given up after 7 tries: 421 4.7.28 Our system has detected an unusual rate of mail 1.2.3.4',
    '421 4.7.28: Our system has detected an unusual rate of',
  ],
  [
    '550 5.7.26 This mail has been blocked because the sender is unauthenticated.',
    '550 5.7.26: This mail has been blocked because the sender',
  ],
  ['554 5.7.1 Spam message rejected; id 12345-67', '554 5.7.1: Spam message rejected'],
  ['554 5.7.1 [203.0.113.7] listed at zen.spamhaus.org', '554 5.7.1'],
  ['451 4F2A8BC: try later', '451'],
  ['the connection was lost: read ECONNRESET 10.0.0.7:25', 'the connection was lost'],
  [
    'the connection was lost after the mail, which may have been accepted: 421 closing',
    'the connection was lost after the mail, which may have been accepted',
  ],
  ['given up after 2 tries: the connection was lost: timeout', 'the connection was lost'],
  ['suppressed: bounce', 'suppressed: bounce'],
  ['unsubscribed', 'unsubscribed'],
  ['letters beyond ASCII before the @', 'letters beyond ASCII before the @'],
  [null, 'unknown'],
  ['', 'unknown'],
  ['the mail cannot be built: no mailbox kim@example.com', 'the mail cannot be built: no mailbox …'],
])('%s', (reason, group) => expect(reasonGroup(reason)).toBe(group))

test.each([
  ['550 5.1.1 <kim@example.com> no such user', false],
  ['550 5.1.10 the domain takes no mail', false],
  ['given up after 2 tries: 556', false],
  ['552 5.2.2 the mailbox is full', true],
  ['550 5.1.8 bad sender', true],
  ['550 no such mailbox', true],
  ['450 4.1.1 not yet', true],
  ['the connection was lost: timeout', true],
  [null, true],
])('what failed by %j can be tried again: %s', (reason, retryable) =>
  expect(isRetryable(reasonGroup(reason))).toBe(retryable),
)

test('names nobody: addresses, ids and numbers are in no group', () => {
  const servers = [
    '550 5.1.1 <PERSON>... User unknown',
    '550 PERSON: user unknown',
    '554 5.7.0 Message for PERSON refused, see https://example.com/PERSON',
    '451 4.3.0 PERSON greylisted for 300 seconds',
    'given up after 3 tries: 450 4.2.0 <PERSON>: greylisted, see PERSON',
  ]
  const people = ['kim@example.com', 'X-99.lee@mail.example.org', '4F2A-88', '1795312345678']
  for (const server of servers)
    expect(new Set(people.map((person) => reasonGroup(server.replaceAll('PERSON', person)))).size).toBe(1)
})

test('takes no longer for a long one', () => {
  expect(reasonGroup(`550 5.7.1 ${'word '.repeat(100_000)}`)).toBe(
    '550 5.7.1: word word word word word word word word',
  )
})
