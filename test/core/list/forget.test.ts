// Forgetting a person: the order of it, and what a campaign does meanwhile. What each store forgets is its contract's.
import { expect, test } from 'vitest'
import { createSubscribers } from '../../../src/adapters/sql/list/subscribers.ts'
import { createForget } from '../../../src/core/list/forget.ts'
import { emailOf, laneOf, openLedgerLab } from '../../support/campaigns/ledger-lab.ts'
import { openSqliteLab } from '../../support/database/sql-lab.ts'
import { NOON } from '../../support/times.ts'

const nothing = async () => {}
const now = () => NOON

test('the list comes after all that knows of the person, and what is written down of mails is gone through again', async () => {
  const asked: string[] = []
  const ask = (what: string) => async (email: string) => void asked.push(`${what} ${email}`)
  const forget = createForget({
    events: ask('events'),
    deliveries: ask('deliveries'),
    outbox: ask('outbox'),
    subscribers: { erase: ask('list') },
    now,
  })
  await forget('ann@example.com')
  const words = ['events', 'deliveries', 'outbox', 'list', 'deliveries', 'outbox']
  expect(asked).toEqual(words.map((word) => `${word} ann@example.com`))
})

test('what fails on the way leaves the person on the list', async () => {
  const asked: string[] = []
  const broken = async () => {
    throw new Error('gone')
  }
  const forget = createForget({
    events: nothing,
    deliveries: nothing,
    outbox: broken,
    subscribers: { erase: async () => void asked.push('list') },
    now,
  })
  await expect(forget('ann@example.com')).rejects.toThrow('gone')
  expect(asked).toEqual([])
})

test('a campaign that expands meanwhile keeps nothing of the person', async () => {
  const lab = await openLedgerLab(await openSqliteLab())
  await lab.addSubscribers({ count: 3 })
  const campaign = await lab.start()
  const subscribers = createSubscribers(lab.sql, { secret: 'a secret of the tests', now })
  const forget = createForget({
    events: nothing,
    deliveries: lab.ledger.erase,
    outbox: nothing,
    subscribers: {
      async erase(email, at) {
        await lab.ledger.expand(campaign.id, laneOf, 100, NOON) // it has read the list before the person is off it
        await subscribers.erase(email, at)
      },
    },
    now,
  })
  await forget(emailOf(1))
  const emails = (await lab.all(campaign.id)).map(({ email }) => email)
  expect(emails.sort()).toEqual(['', emailOf(0), emailOf(2)].sort())
  await lab.close()
})
