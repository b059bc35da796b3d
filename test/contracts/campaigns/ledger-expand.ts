// Promises of expanding: everybody who was subscribed at the start, once, whatever happens on the way.
import { expect, test } from 'vitest'
import { createLedger } from '../../../src/adapters/sql/campaigns/ledger.ts'
import { createSubscribers } from '../../../src/adapters/sql/list/subscribers.ts'
import { emailOf, laneOf, readerId, type LedgerLab } from '../../support/campaigns/ledger-lab.ts'
import { HOUR, MINUTE, NOON } from '../../support/times.ts'

export function promisesOfExpanding(lab: () => LedgerLab): void {
  test('gives everybody who is subscribed one delivery, as they are now', async () => {
    await lab().addSubscribers({ count: 1234 })
    const campaign = await lab().start()
    expect(await lab().expand(campaign, 500)).toBe(3)
    const deliveries = await lab().all(campaign.id)
    expect(deliveries.map(({ subscriberId }) => subscriberId).sort()).toEqual(
      Array.from({ length: 1234 }, (_, n) => readerId(n)),
    )
    const seventh = deliveries.find(({ subscriberId }) => subscriberId === readerId(7))
    expect(seventh).toMatchObject({
      campaignId: campaign.id,
      email: emailOf(7),
      name: 'Reader 7',
      lane: laneOf(emailOf(7)),
      status: 'queued',
      attempts: 0,
      earlierAttempts: 0,
      dueAt: NOON,
      reason: null,
    })
    expect(seventh?.id).toBe(`${seventh?.chunk}-${seventh?.n}`)
    expect(await lab().store.get(campaign.id)).toMatchObject({ expanded: true })
  })

  test('leaves out who had left, and who came after the start', async () => {
    await lab().addSubscribers({ count: 3 })
    await lab().addSubscribers({ count: 3, from: 10, subscribed: false })
    await lab().addSubscribers({ count: 3, from: 20, subscribedAt: NOON + 1 })
    await lab().addSubscribers({ count: 1, from: 30, subscribedAt: NOON })
    const campaign = await lab().start()
    await lab().expand(campaign)
    const subscribers = (await lab().all(campaign.id)).map(({ subscriberId }) => subscriberId).sort()
    expect(subscribers).toEqual([0, 1, 2, 30].map(readerId))
  })

  test('takes in who had subscribed before the clock was set back', async () => {
    await lab().addSubscribers({ count: 2, subscribedAt: NOON + HOUR })
    const campaign = await lab().start()
    await lab().expand(campaign)
    expect(await lab().all(campaign.id)).toHaveLength(2)
  })

  test('writes down who has left since the start as skipped', async () => {
    await lab().addSubscribers({ count: 3 })
    const campaign = await lab().start()
    await createSubscribers(lab().sql, { secret: 'secret' }).unsubscribe(emailOf(1), NOON + 1)
    await lab().expand(campaign)
    const all = (await lab().all(campaign.id)).map((one) => [one.subscriberId, one.status, one.reason])
    expect(all.sort()).toEqual([
      [readerId(0), 'queued', null],
      [readerId(1), 'skipped', 'unsubscribed'],
      [readerId(2), 'queued', null],
    ])
  })

  test('says of who has left since the start and is suppressed as well that they have left', async () => {
    await lab().addSubscribers({ count: 1 })
    const campaign = await lab().start()
    await createSubscribers(lab().sql, { secret: 'secret' }).unsubscribe(emailOf(0), NOON + 1)
    await lab().suppress(0, 'complaint')
    await lab().expand(campaign)
    expect(await lab().all(campaign.id)).toMatchObject([{ status: 'skipped', reason: 'unsubscribed' }])
  })

  test('writes down who is suppressed as skipped, and why', async () => {
    await lab().addSubscribers({ count: 4 })
    await lab().suppress(1, 'bounce')
    await lab().suppress(2, 'complaint', NOON)
    await lab().suppress(3, 'manual', NOON + MINUTE)
    const campaign = await lab().start()
    await lab().expand(campaign)
    const reasons = (await lab().all(campaign.id)).map((one) => [one.subscriberId, one.status, one.reason])
    expect(reasons.sort()).toEqual([
      [readerId(0), 'queued', null],
      [readerId(1), 'skipped', 'suppressed: bounce'],
      [readerId(2), 'queued', null],
      [readerId(3), 'skipped', 'suppressed: manual'],
    ])
    expect(await lab().countsOf(campaign.id)).toMatchObject({ total: 4, queued: 2, skipped: 2 })
    expect((await lab().due(campaign.id)).length).toBe(2)
  })

  test('makes chunks of one lane, of 500 deliveries at most, and all of them due', async () => {
    await lab().addSubscribers({ count: 1300, domain: 'gmail.com' })
    await lab().addSubscribers({ count: 20, from: 2000, domain: 'naver.com' })
    const campaign = await lab().start()
    await lab().expand(campaign)
    const refs = await lab().due(campaign.id)
    const sizes = await Promise.all(
      refs.map(async (ref) => `${ref.lane} ${(await lab().ledger.open(ref, NOON)).length}`),
    )
    expect(sizes.sort()).toEqual(['google 300', 'google 500', 'google 500', 'naver 20'])
  })

  test('of an empty list is done at once', async () => {
    const campaign = await lab().start()
    expect(await lab().ledger.expand(campaign.id, laneOf, 10, NOON)).toBe('done')
    expect(await lab().countsOf(campaign.id)).toMatchObject({ total: 0, queued: 0 })
  })

  test('knows no total before it is done', async () => {
    await lab().addSubscribers({ count: 30 })
    const campaign = await lab().start()
    expect(await lab().ledger.expand(campaign.id, laneOf, 10, NOON)).toBe('more')
    expect(await lab().countsOf(campaign.id)).toMatchObject({ total: null, queued: 10 })
  })

  test('by many processes at once still gives everybody one', async () => {
    await lab().addSubscribers({ count: 2000 })
    const campaign = await lab().start()
    const ledgers = [lab().ledger, await lab().another(), await lab().another()]
    const answers: string[] = []
    const work = async (ledger: (typeof ledgers)[0]) => {
      for (let answer = ''; answer !== 'done'; answers.push(answer))
        answer = await ledger.expand(campaign.id, laneOf, 50, NOON)
    }
    await Promise.all(ledgers.map(work))
    const subscribers = (await lab().all(campaign.id)).map(({ subscriberId }) => subscriberId)
    expect([subscribers.length, new Set(subscribers).size]).toEqual([2000, 2000])
    expect(answers.filter((answer) => answer === 'more')).toHaveLength(40)
    expect(await lab().countsOf(campaign.id)).toMatchObject({ total: 2000, queued: 2000 })
  })

  test('goes on where it was after a pause, and not while it lasts', async () => {
    await lab().addSubscribers({ count: 30 })
    const campaign = await lab().start()
    await lab().ledger.expand(campaign.id, laneOf, 10, NOON)
    await lab().store.change(campaign.id, ['running'], { status: 'paused' })
    expect(await lab().ledger.expand(campaign.id, laneOf, 10, NOON)).toBe('busy')
    await lab().store.change(campaign.id, ['paused'], { status: 'running' })
    await lab().expand(campaign, 10)
    expect(await lab().countsOf(campaign.id)).toMatchObject({ total: 30 })
  })

  test('of a cancelled campaign writes no more', async () => {
    await lab().addSubscribers({ count: 30 })
    const campaign = await lab().start()
    await lab().ledger.expand(campaign.id, laneOf, 10, NOON)
    await lab().store.change(campaign.id, ['running'], { status: 'cancelled' })
    expect(await lab().ledger.expand(campaign.id, laneOf, 10, NOON)).toBe('busy')
    expect(await lab().countsOf(campaign.id)).toMatchObject({ total: 10, queued: 10 })
  })

  test('of a campaign that is cancelled between the reading and the writing writes nothing', async () => {
    await lab().addSubscribers({ count: 30 })
    const campaign = await lab().start()
    const { sql } = lab()
    const atThatMoment = createLedger({
      ...sql,
      async atomically(writes) {
        await lab().store.change(campaign.id, ['running'], { status: 'cancelled' })
        return sql.atomically(writes)
      },
    })
    expect(await atThatMoment.expand(campaign.id, laneOf, 10, NOON)).toBe('busy')
    expect(await lab().all(campaign.id)).toEqual([])
  })
}
