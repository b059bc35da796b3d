// Promises of cancelling, of trying failed deliveries again, and of the end.
import { describe, expect, test } from 'vitest'
import type { Campaign, ChunkRef } from '../../../src/core/campaigns/ports.ts'
import { laneOf, outcome, type LedgerLab } from '../../support/campaigns/ledger-lab.ts'
import { MINUTE, NOON } from '../../support/times.ts'

export function promisesOfCancellingAndRetrying(lab: () => LedgerLab): void {
  const LATER = NOON + MINUTE

  async function expanded(count: number): Promise<Campaign> {
    await lab().addSubscribers({ count, domain: 'gmail.com' })
    const campaign = await lab().start()
    await lab().expand(campaign)
    return campaign
  }
  const chunk = ({ id }: Campaign, number = 0): ChunkRef => ({
    campaignId: id,
    chunk: number,
    lane: 'google',
  })
  const counts = ({ id }: Campaign) => lab().countsOf(id)
  const setCancelled = ({ id }: Campaign) =>
    lab().store.change(id, ['running', 'paused'], { status: 'cancelled' })

  describe('cancel', () => {
    test('goes in steps until nothing is left, and leaves what is final', async () => {
      const campaign = await expanded(1200)
      const outcomes = [
        outcome(0),
        outcome(1, { status: 'failed' }),
        outcome(2, { status: 'deferred', dueAt: NOON + MINUTE }),
      ]
      await lab().ledger.record(chunk(campaign), outcomes)
      await setCancelled(campaign)
      const left = []
      do left.push(await lab().ledger.cancel(campaign.id, 500, LATER))
      while (left.at(-1))
      expect(left).toEqual([700, 200, 0])
      expect(await counts(campaign)).toEqual({
        total: 1200,
        queued: 0,
        sent: 1,
        deferred: 0,
        failed: 1,
        skipped: 0,
        cancelled: 1198,
      })
      expect(await lab().due(campaign.id, NOON + 1000 * MINUTE)).toEqual([])
      expect(await lab().store.get(campaign.id)).toMatchObject({ finishedAt: LATER })
      expect(await lab().store.cancelling()).toEqual([])
    })

    test('of a campaign that is not cancelled is refused', async () => {
      const campaign = await expanded(2)
      await expect(lab().ledger.cancel(campaign.id, 500, LATER)).rejects.toMatchObject({
        code: 'campaign.wrong_state',
      })
    })

    test('is no more a fact than a mail that was under way', async () => {
      const campaign = await expanded(3)
      await setCancelled(campaign)
      await lab().ledger.cancel(campaign.id, 500, LATER)
      const outcomes = [
        outcome(0),
        outcome(1, { status: 'failed' }),
        outcome(2, { status: 'deferred', dueAt: NOON }),
      ]
      await lab().ledger.record(chunk(campaign), outcomes)
      expect(await counts(campaign)).toMatchObject({ sent: 1, failed: 1, cancelled: 1, deferred: 0 })
    })
  })

  describe('retryFailed', () => {
    const failed = (n: number) => outcome(n, { status: 'failed', attempts: 3, reason: '550 no' })

    test('makes them queued again, due now, with patience anew', async () => {
      const campaign = await expanded(4)
      await lab().ledger.record(chunk(campaign), [outcome(0), failed(1), failed(2)])
      expect(await lab().ledger.retryFailed(campaign.id, LATER)).toBe(2)
      expect(await counts(campaign)).toMatchObject({ queued: 3, sent: 1, failed: 0 })
      const open = await lab().ledger.open(chunk(campaign), LATER)
      expect(open.map(({ n, attempts, earlierAttempts }) => [n, attempts, earlierAttempts])).toEqual([
        [1, 3, 3],
        [2, 3, 3],
        [3, 0, 0],
      ])
    })

    test('makes a chunk due that had nothing left', async () => {
      const campaign = await expanded(1)
      await lab().ledger.record(chunk(campaign), [failed(0)])
      expect(await lab().due(campaign.id, LATER)).toEqual([])
      await lab().ledger.retryFailed(campaign.id, LATER)
      expect(await lab().due(campaign.id, LATER)).toEqual([chunk(campaign)])
    })

    test('is not undone by the outcome that comes again', async () => {
      const campaign = await expanded(1)
      await lab().ledger.record(chunk(campaign), [failed(0)])
      await lab().ledger.retryFailed(campaign.id, LATER)
      await lab().ledger.record(chunk(campaign), [failed(0)])
      expect(await counts(campaign)).toMatchObject({ queued: 1, failed: 0 })
      await lab().ledger.record(chunk(campaign), [outcome(0, { attempts: 4, at: LATER })])
      expect(await counts(campaign)).toMatchObject({ queued: 0, sent: 1 })
    })

    test('makes a finished campaign run again; a paused one stays paused', async () => {
      for (const [before, after] of [
        ['finished', 'running'],
        ['paused', 'paused'],
        ['running', 'running'],
      ] as const) {
        const campaign = await lab().start()
        await lab()
          .addSubscribers({ count: 1 })
          .catch(() => {})
        await lab().expand(campaign)
        const [ref] = await lab().due(campaign.id)
        await lab().ledger.record(ref as ChunkRef, [failed(0)])
        await lab().store.change(campaign.id, ['running'], { status: before, finishedAt: NOON })
        await lab().ledger.retryFailed(campaign.id, LATER)
        expect(await lab().store.get(campaign.id)).toMatchObject({ status: after, finishedAt: null })
      }
    })

    test('without a failed one changes nothing', async () => {
      const campaign = await expanded(1)
      await lab().ledger.record(chunk(campaign), [outcome(0)])
      await lab().ledger.finishIfDone(campaign.id, NOON)
      expect(await lab().ledger.retryFailed(campaign.id, LATER)).toBe(0)
      expect(await lab().store.get(campaign.id)).toMatchObject({ status: 'finished', finishedAt: NOON })
    })

    test.each(['draft', 'scheduled', 'cancelled'] as const)('of a %s campaign is refused', async (status) => {
      const campaign = await expanded(1)
      await lab().ledger.record(chunk(campaign), [failed(0)])
      await lab().store.change(campaign.id, ['running'], { status })
      await expect(lab().ledger.retryFailed(campaign.id, LATER)).rejects.toMatchObject({
        code: 'campaign.wrong_state',
      })
      expect(await counts(campaign)).toMatchObject({ failed: 1, queued: 0 })
    })

    test('of thousands takes them all', async () => {
      const campaign = await expanded(11_000)
      for (let number = 0; number < 22; number++)
        await lab().ledger.record(
          chunk(campaign, number),
          Array.from({ length: 500 }, (_, n) => failed(n)),
        )
      expect(await counts(campaign)).toMatchObject({ failed: 11_000 })
      expect(await lab().ledger.retryFailed(campaign.id, LATER)).toBe(11_000)
      expect(await counts(campaign)).toMatchObject({ failed: 0, queued: 11_000 })
    })
  })

  describe('reasons', () => {
    const unknown = (n: number) =>
      outcome(n, { status: 'failed', reason: `550 5.1.1 <reader-${n}@example.com>: no such user` })
    const blocked = (n: number) => outcome(n, { status: 'failed', reason: '554 5.7.1 Spam message rejected' })
    const reasons = async ({ id }: Campaign) => {
      const { failed, skipped } = await lab().ledger.reasons(id)
      return { failed: Object.fromEntries(failed), skipped: Object.fromEntries(skipped) }
    }
    const UNKNOWN = '550 5.1.1: no such mailbox'
    const BLOCKED = '554 5.7.1: Spam message rejected'

    async function failing(): Promise<Campaign> {
      const campaign = await expanded(1200)
      const { record } = lab().ledger
      await record(chunk(campaign), [unknown(0), unknown(1), blocked(2), outcome(3)])
      await record(chunk(campaign, 2), [blocked(7), outcome(8, { status: 'deferred', reason: '421' })])
      return campaign
    }

    test('are told in groups, of failed deliveries and of skipped ones', async () => {
      const campaign = await failing()
      const left = outcome(9, { status: 'skipped', attempts: 0, reason: 'unsubscribed' })
      await lab().ledger.record(chunk(campaign, 1), [left])
      expect(await reasons(campaign)).toEqual({
        failed: { [UNKNOWN]: 2, [BLOCKED]: 2 },
        skipped: { unsubscribed: 1 },
      })
      expect(await reasons(await lab().start())).toEqual({ failed: {}, skipped: {} })
    })

    test('of deliveries that were recorded before reasons were counted are told, too', async () => {
      const campaign = await failing()
      await lab().sql.run(lab().sql.db.update(lab().sql.tables.chunks).set({ reasons: null }))
      expect((await reasons(campaign)).failed).toEqual({ [UNKNOWN]: 2, [BLOCKED]: 2 })
      expect(await lab().ledger.retryFailed(campaign.id, LATER, BLOCKED)).toBe(2)
      expect((await reasons(campaign)).failed).toEqual({ [UNKNOWN]: 2 })
    })

    test('one group is tried again, and the others stay as they are', async () => {
      const campaign = await failing()
      expect(await lab().ledger.retryFailed(campaign.id, LATER, BLOCKED)).toBe(2)
      expect((await reasons(campaign)).failed).toEqual({ [UNKNOWN]: 2 })
      expect(await counts(campaign)).toMatchObject({ queued: 1196, failed: 2, sent: 1, deferred: 1 })
      const open = await lab().ledger.open(chunk(campaign), LATER)
      expect(open.find(({ n }) => n === 2)).toMatchObject({ attempts: 1, earlierAttempts: 1, dueAt: LATER })
      expect(open.filter(({ n }) => n < 2)).toEqual([])
    })

    test('a group that nobody is in changes nothing', async () => {
      const campaign = await failing()
      await lab().store.change(campaign.id, ['running'], { status: 'finished', finishedAt: NOON })
      expect(await lab().ledger.retryFailed(campaign.id, LATER, '550 5.1.1')).toBe(0)
      expect(await lab().store.get(campaign.id)).toMatchObject({ status: 'finished', finishedAt: NOON })
      expect(await lab().ledger.retryFailed(campaign.id, LATER, UNKNOWN)).toBe(2)
      expect(await lab().store.get(campaign.id)).toMatchObject({ status: 'running', finishedAt: null })
    })

    test('whatever workers record meanwhile, every failed one is tried again once, and counts stay true', async () => {
      const campaign = await expanded(500)
      await lab().ledger.record(chunk(campaign), Array.from({ length: 100 }, (_, n) => blocked(n))) // prettier-ignore
      const recording = async () => {
        for (let n = 100; n < 130; n++) await lab().ledger.record(chunk(campaign), [outcome(n)])
      }
      const [count] = await Promise.all([lab().ledger.retryFailed(campaign.id, LATER, BLOCKED), recording()])
      expect(count).toBe(100)
      expect(await counts(campaign)).toMatchObject({ queued: 470, sent: 30, failed: 0 })
    })
  })

  describe('finishIfDone', () => {
    const finish = ({ id }: Campaign) => lab().ledger.finishIfDone(id, LATER)

    test('waits for what is queued, and for what is deferred', async () => {
      const campaign = await expanded(2)
      await lab().ledger.record(chunk(campaign), [outcome(0)])
      expect(await finish(campaign)).toBe(false)
      await lab().ledger.record(chunk(campaign), [outcome(1, { status: 'deferred', dueAt: LATER })])
      expect(await finish(campaign)).toBe(false)
      await lab().ledger.record(chunk(campaign), [outcome(1, { attempts: 2 })])
      expect(await finish(campaign)).toBe(true)
      expect(await lab().store.get(campaign.id)).toMatchObject({ status: 'finished', finishedAt: LATER })
      expect(await finish(campaign)).toBe(false)
    })

    test('waits until the campaign is expanded', async () => {
      await lab().addSubscribers({ count: 2 })
      const campaign = await lab().start()
      expect(await finish(campaign)).toBe(false)
      await lab().ledger.expand(campaign.id, laneOf, 1, NOON)
      for (const ref of await lab().due(campaign.id)) await lab().ledger.record(ref, [outcome(0)])
      expect(await finish(campaign)).toBe(false)
    })

    test('of an empty campaign is true', async () => {
      const campaign = await lab().start()
      await lab().expand(campaign)
      expect(await finish(campaign)).toBe(true)
    })

    test('leaves a paused campaign as it is', async () => {
      const campaign = await lab().start()
      await lab().expand(campaign)
      await lab().store.change(campaign.id, ['running'], { status: 'paused' })
      expect(await finish(campaign)).toBe(false)
    })
  })
}
