// Sending: processes that come and go, and stores that forget.
import { expect, test } from 'vitest'
import { eventually, until } from '../../support/eventually.ts'

import { readerId } from '../../support/campaigns/ledger-lab.ts'
import { QUICK, range, type Worker } from '../../support/sending/sending-lab.ts'
import type { Current } from './sending.ts'

const slow = (perSecond: number) => QUICK.map((lane) => ({ ...lane, perSecond }))

export function promisesOfWorkers({ lab, script }: Current): void {
  test('a worker that is closed ends its mails in flight and leaves the rest to the next one', async () => {
    const campaign = await lab().mail(300)
    const first = lab().work({ laneConfigs: slow(100) })
    await until(() => expect(lab().server.taken.length).toBeGreaterThan(20))
    await first.close()
    const { sent, queued } = await lab().counts(campaign)
    expect(sent).toBe(lab().server.taken.length)
    expect(queued).toBe(300 - sent)
    lab().work()
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual(range(300))
  })

  test('what waited on a lane that is removed goes out on another, and not again when the lane comes back', async () => {
    const campaign = await lab().mail(20)
    await lab().expand(campaign)
    const gone = lab().openStores()
    await gone.queue.add(await lab().due(campaign.id, Date.now()))
    await gone.close()
    const other = lab().work({ laneConfigs: QUICK.filter(({ name }) => name === 'default') })
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual(range(20))
    await other.close()
    lab().work()
    const next = await lab().start() // behind whatever is still on that lane
    await eventually(() => lab().status(next)).toBe('finished')
    expect(lab().got()).toEqual(range(20).flatMap((subscriber) => [subscriber, subscriber]))
  })

  test('what marks know and the ledger does not is not sent again', async () => {
    const campaign = await lab().mail(20)
    await lab().expand(campaign)
    const gone = lab().openStores()
    const { marks } = gone
    for (const ref of await lab().due(campaign.id, Date.now())) {
      const { token } = await marks.take(ref)
      const outcome = {
        n: 0,
        status: 'sent',
        attempts: 1,
        dueAt: 0,
        reason: '250 ok',
        at: Date.now(),
      } as const
      await marks.step(ref, token, [outcome], [1])
    }
    await gone.close()
    const worker = lab().work()
    await eventually(() => lab().status(campaign)).toBe('finished')
    const chunks = lab().server.taken.length
    expect(chunks).toBe(20 - 3)
    expect(await lab().counts(campaign)).toMatchObject({ total: 20, sent: 20 })
    const doubted = [...(await worker.metrics()).counts.values()].map(({ in_doubt }) => in_doubt)
    expect(doubted).toEqual([1, 1, 1])
  })

  test('a worker whose chunk another takes over stops', async () => {
    script((step) => (step === 'rcpt' && lab().server.taken.length >= 5 ? 'silence' : undefined))
    const campaign = await lab().mail(20)
    const worker = lab().work({
      laneConfigs: [{ name: 'default', domains: [], connections: 1, perSecond: 100 }],
    })
    await until(() => expect(lab().server.taken).toHaveLength(5))
    const [ref] = await lab().due(campaign.id, Date.now())
    if (!ref) throw new Error('nothing is due')
    const { token, inDoubt } = await worker.stores.marks.take({ ...ref, lane: 'default' })
    expect(inDoubt.length).toBeLessThanOrEqual(1)
    script(() => undefined)
    lab().server.dropAll()
    await until(async () => expect(await worker.stores.marks.step(ref, token, [], [])).toBe('fenced'))
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual(range(20))
  })

  test.for([
    ['who leaves while the marks are away gets nothing, however long they are', 0],
    ['a subscriber who cannot be looked up again is asked about until it is known', 1],
  ] as const)('%s', async ([, failures]) => {
    const campaign = await lab().mail(2)
    const away = { claimed: false, ended: Promise.withResolvers<void>(), later: 0, failures: 0 }
    const { subscribers } = lab()
    const worker: Worker = lab().work({
      laneConfigs: [{ name: 'default', domains: [], connections: 1, perSecond: 2_000 }],
      now: () => Date.now() + away.later,
      subscribers: {
        unmailable: async (...about) => {
          if (away.failures-- > 0) throw new Error('the database is away')
          return subscribers.unmailable(...about)
        },
      },
      marks: {
        take: (ref) => worker.stores.marks.take(ref),
        drop: (...about) => worker.stores.marks.drop(...about),
        async step(ref, token, outcomes, claims) {
          away.claimed ||= claims.length > 0
          if (claims.length > 0) await away.ended.promise
          return worker.stores.marks.step(ref, token, outcomes, claims)
        },
      },
    })
    await until(() => expect(away.claimed).toBe(true))
    await subscribers.unsubscribeById(readerId(0), Date.now())
    Object.assign(away, { later: 60_000, failures })
    away.ended.resolve()
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual([1])
    expect(await lab().counts(campaign)).toMatchObject({ sent: 1, skipped: 1 })
  })
}

/** On stores that several processes share. */
export function promisesOfSeveralWorkers({ lab }: Current): void {
  test('several workers share a campaign, and nobody gets two mails', async () => {
    const campaign = await lab().mail(3_000)
    const workers = [1, 2, 3].map(() => lab().work())
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual(range(3_000))
    const doubts = await Promise.all(workers.map(async (worker) => (await worker.metrics()).counts))
    expect(doubts.flatMap((counts) => [...counts.values()]).every(({ in_doubt }) => in_doubt === 0)).toBe(
      true,
    )
  })

  test('another worker feeds when the one that did is gone', async () => {
    const first = lab().work()
    const before = await lab().mail(3)
    await eventually(() => lab().status(before)).toBe('finished')
    lab().work()
    await first.close()
    const after = await lab().start()
    await eventually(() => lab().status(after)).toBe('finished')
  })
}
