// Tickets: each is good once, for a minute.
import { expect, test } from 'vitest'
import { createMemoryOneTime } from '../../../src/adapters/embedded/one-time.ts'
import { createTickets } from '../../../src/http/server/access/tickets.ts'
import { NOON } from '../../support/times.ts'

test('a ticket is good for 60 seconds, and says until when', async () => {
  let now = NOON
  const tickets = createTickets('a secret of the tests', { first: async () => true }, () => now)
  const { token: ticket, expiresAt } = tickets.issue()
  expect(expiresAt).toBe(NOON + 60_000)
  now = NOON + 59_999
  expect(await tickets.redeem(ticket)).toEqual({ session: undefined })
  now = NOON + 60_000
  expect(await tickets.redeem(ticket)).toBeUndefined()
})

test('a used ticket is refused until it would have expired, and another one is not', async () => {
  let now = NOON
  const tickets = createTickets(
    'a secret of the tests',
    createMemoryOneTime(undefined, () => now),
    () => now,
  )
  const [used, other] = [tickets.issue().token, tickets.issue().token]
  const session = undefined
  expect(await tickets.redeem(used)).toEqual({ session })
  now = NOON + 59_999
  expect([await tickets.redeem(used), await tickets.redeem(other)]).toEqual([undefined, { session }])
})
