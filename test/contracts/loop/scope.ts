// What the loop promises about the events of others: one account of Mandrill may serve several senders.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Delivery } from '../../../src/core/campaigns/ports.ts'
import { about, openLoopLab, sync, ts, type LoopLab, type Payload } from '../../support/loop/loop-lab.ts'
import type { SqlLab } from '../../support/database/sql-lab.ts'
import { NOON } from '../../support/times.ts'

const SCOPE = { subaccounts: ['news', 'offers'], sender: 'news@example.com' }
const EMAIL = 'reader@example.com'

const told = (event: string, subaccount: unknown, after = 0, msg: Payload = {}): Payload => ({
  event,
  ts: ts(NOON) + after,
  _id: `${event} ${after}`,
  msg: { email: EMAIL, subaccount, metadata: [], reject: { reason: 'custom' }, ...msg },
})
const listed = (action: string, limits: Payload, after = 0): Payload =>
  sync('blacklist', action, { email: EMAIL, reason: 'hard-bounce', ...limits }, after)

export function promisesOfScope(openLab: () => Promise<SqlLab>): void {
  let lab: LoopLab
  beforeEach(async () => void (lab = await openLoopLab(await openLab(), { scope: SCOPE })))
  afterEach(() => lab.close())
  const held = async () => (await lab.suppressions.get(EMAIL, NOON))?.reason

  describe.for(['hard_bounce', 'spam', 'unsub', 'reject'])('%s', (event) => {
    test('of another subaccount changes nobody, and is archived', async () => {
      await lab.take(told(event, 'shop'))
      expect(await held()).toBeUndefined()
      expect(await lab.archive.find({ limit: 10, email: EMAIL })).toHaveLength(1)
    })

    test.for([['news'], ['News'], [null], [undefined], ['']])('of %s counts', async ([subaccount]) => {
      await lab.take(told(event, subaccount))
      expect(await held()).toBeDefined()
    })
  })

  test('soft bounces of another subaccount are not added to ours', async () => {
    await lab.take(...[1, 2, 3].map((n) => told('soft_bounce', 'shop', n)))
    await lab.take(told('soft_bounce', 'news', 4))
    expect(await held()).toBeUndefined()
    await lab.take(told('soft_bounce', 'news', 5), told('soft_bounce', 'news', 6))
    expect(await held()).toBe('bounce')
  })

  test.for<[string, Payload, string | undefined]>([
    ['the account', { subaccount: null, sender: null }, 'bounce'],
    ['our subaccount', { subaccount: 'offers' }, 'bounce'],
    ['another subaccount', { subaccount: 'shop' }, undefined],
    ['our sender', { sender: 'News@Example.com' }, 'bounce'],
    ['our sender, as the API tells it', { sender: { address: 'news@example.com' } }, 'bounce'],
    ['another sender', { sender: 'orders@example.com' }, undefined],
    ['another sender, as the API tells it', { sender: { address: 'orders@example.com' } }, undefined],
    ['another sender of our subaccount', { subaccount: 'news', sender: 'orders@example.com' }, undefined],
  ])("an entry of Mandrill's list for %s", async ([, limits, reason]) => {
    await lab.take(listed('add', limits))
    expect(await held()).toBe(reason)
  })

  test.for<[string, Payload]>([
    ['a subaccount', { subaccount: 'shop' }],
    ['a sender', { sender: 'orders@example.com' }],
  ])('taking away an entry of another %s lifts none of ours, whichever is told first', async ([, limits]) => {
    await lab.take(told('hard_bounce', 'news', 1), listed('add', {}, 1))
    await lab.take(listed('remove', limits, 5), sync('whitelist', 'add', { email: EMAIL, ...limits }, 6))
    expect(await held()).toBe('bounce')
    await lab.suppressions.remove(EMAIL)
    await lab.sql.run(lab.sql.db.delete(lab.sql.tables.liftings))
    await lab.take(told('hard_bounce', 'news', 2))
    expect(await held()).toBe('bounce')
  })

  test('after a lifting of ours, what another subaccount had told does not come back', async () => {
    await lab.take(told('hard_bounce', 'news', 1), told('hard_bounce', 'shop', 9))
    expect(await held()).toBe('bounce')
    await lab.take(listed('remove', {}, 5))
    expect(await held()).toBeUndefined()
  })

  test('what is about a mail of the hub is ours, whatever subaccount it names', async () => {
    const { campaign, deliveries } = await lab.campaign(1)
    const one = deliveries[0] as Delivery
    await lab.take(about(one, 'unsub', 1, { msg: { subaccount: 'a-new-one' } }))
    expect((await lab.suppressions.get(one.email, NOON))?.reason).toBe('unsubscribe')
    expect((await lab.reactions.counts([campaign.id])).get(campaign.id)).toMatchObject({ unsubscribed: 1 })
  })

  test('while no sender and no subaccount is set, everything counts', async () => {
    await lab.close()
    lab = await openLoopLab(await openLab(), { scope: { subaccounts: [], sender: undefined } })
    await lab.take(listed('add', { subaccount: 'shop', sender: 'orders@example.com' }))
    expect(await held()).toBe('bounce')
  })
}
