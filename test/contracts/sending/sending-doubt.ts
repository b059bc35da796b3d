// Sending: mails of which nobody knows whether they went out, until something comes back of them.
import { expect, test } from 'vitest'
import { createReactionStore } from '../../../src/adapters/sql/loop/reactions.ts'
import type { Campaign, Delivery } from '../../../src/core/campaigns/ports.ts'
import type { LaneControl } from '../../../src/core/sending/ports.ts'
import { eventually, until } from '../../support/eventually.ts'

import { emailOf } from '../../support/campaigns/ledger-lab.ts'
import { isAbout, range, type Worker } from '../../support/sending/sending-lab.ts'
import type { Current } from './sending.ts'

const ONE_LANE = [{ name: 'default', domains: [], connections: 2, perSecond: 2_000 }]
const HOUR_MS = 3_600_000

/** Lanes on which no mail ever has its turn. */
const CLOSED: LaneControl = {
  lease: async () => ({ granted: 0, retryAfterMs: 1_000 }),
  connect: async () => ({ granted: false, release: async () => {} }),
  speedUp: async () => {},
  slowDown: async () => {},
  weigh: async () => ({ verdict: 'open', at: 0 }),
  pause: async () => {},
  resume: async () => {},
  states: async () => [],
}

export function promisesOfDoubt({ lab, script }: Current): void {
  /** The sign that surely only comes of a mail that its subscriber has. */
  const comesBack = ({ campaignId, id }: Delivery) =>
    createReactionStore(lab().sql).leftByLink({ campaignId, deliveryId: id }, Date.now())

  async function deliveryTo(campaign: Campaign, subscriber: number): Promise<Delivery> {
    const query = { campaignId: campaign.id, q: emailOf(subscriber), limit: 1 }
    const [delivery] = await lab().ledger.deliveries(query)
    if (!delivery) throw new Error('the delivery is missing')
    return delivery
  }

  /** As a process leaves a campaign that was killed while it sent all of its mails. */
  async function dieSending(campaign: Campaign): Promise<void> {
    await lab().expand(campaign)
    const { marks, queue, close } = lab().openStores()
    const now = Date.now()
    for (const ref of await lab().due(campaign.id, now)) {
      const { token } = await marks.take(ref)
      const mails = await lab().ledger.open(ref, now)
      await marks.step(
        ref,
        token,
        [],
        mails.map(({ n }) => n),
      )
      await queue.add([ref])
    }
    await close()
  }

  async function doubted(worker: Worker): Promise<number> {
    const { counts } = await worker.metrics()
    return [...counts.values()].reduce((sum, { in_doubt }) => sum + in_doubt, 0)
  }

  test.for([
    ['a mail in doubt of which something came back is not sent again', false],
    ['a mail in doubt that its subscriber has left by was sent, and not skipped', true],
  ] as const)('%s', async ([, leaves]) => {
    const doubted = Promise.withResolvers<void>()
    script((step, { line }) => {
      if (step !== 'body' || !isAbout(line, 1)) return undefined
      doubted.resolve()
      return 'silence'
    })
    const campaign = await lab().mail(4)
    lab().work()
    await doubted.promise
    await comesBack(await deliveryTo(campaign, 1))
    if (leaves) await lab().subscribers.unsubscribe(emailOf(1), Date.now())
    script(() => undefined)
    lab().server.dropAll()
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(await lab().counts(campaign)).toMatchObject({ sent: 4, skipped: 0 })
    expect(lab().got()).toEqual([0, 2, 3])
  })

  test('mails in doubt of a campaign that was paused meanwhile are not sent again once something came back', async () => {
    const campaign = await lab().mail(6)
    await dieSending(campaign)
    await lab().store.change(campaign.id, ['running'], { status: 'paused' })
    const first = lab().work()
    await eventually(() => doubted(first)).toBe(6)
    await until(async () => expect((await first.metrics()).chunksInHand).toBe(0))
    await first.close()
    for (const subscriber of range(5)) await comesBack(await deliveryTo(campaign, subscriber))
    await lab().store.change(campaign.id, ['paused'], { status: 'running' })
    lab().work()
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual([5])
    expect(await lab().counts(campaign)).toMatchObject({ sent: 6, skipped: 0 })
  })

  test('mails in doubt that had no turn before the next worker closed are not sent again once something came back', async () => {
    const campaign = await lab().mail(6)
    await dieSending(campaign)
    const first = lab().work({ lanes: CLOSED })
    await eventually(() => doubted(first)).toBe(6)
    await first.close()
    for (const subscriber of range(5)) await comesBack(await deliveryTo(campaign, subscriber))
    lab().work()
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual([5])
    expect(await lab().counts(campaign)).toMatchObject({ sent: 6, skipped: 0 })
  })

  test.for([
    ['starts', 0],
    ['takes over mails in doubt', 1],
  ] as const)('a worker that %s waits until all that came back is known', async ([, known]) => {
    const campaign = await lab().mail(6)
    await dieSending(campaign)
    const [asked, read] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let asks = 0
    const untilTracked = async () => {
      if ((asks += 1) <= known) return
      asked.resolve()
      await read.promise
    }
    lab().work({ untilTracked })
    await asked.promise
    for (const subscriber of range(5)) await comesBack(await deliveryTo(campaign, subscriber))
    read.resolve()
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual([5])
  })

  test('a worker that still waits for what came back closes at once', async () => {
    const untilTracked = (signal: AbortSignal) =>
      new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    const campaign = await lab().mail(1)
    await lab().work({ untilTracked }).close()
    expect(lab().got()).toEqual([])
    expect(await lab().status(campaign)).toBe('running')
  })

  test('a mail that was lost so often that it waits is not sent again once something came back', async () => {
    script((step, { line }) => (step === 'body' && isAbout(line, 1) ? 'drop' : undefined))
    const campaign = await lab().mail(12)
    let later = 0
    lab().work({ laneConfigs: ONE_LANE, retryDelaysMs: [HOUR_MS], now: () => Date.now() + later })
    await eventually(async () => (await lab().counts(campaign)).deferred).toBe(1)
    script(() => undefined)
    await comesBack(await deliveryTo(campaign, 1))
    later = HOUR_MS
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual(range(12).filter((subscriber) => subscriber !== 1))
    expect(await lab().counts(campaign)).toMatchObject({ sent: 12, failed: 0 })
  })

  test('a mail that is lost behind itself goes out twice at most, and then tells why it was given up', async () => {
    const handedOver: string[] = []
    script((step, { line }) => {
      if (step !== 'body' || !isAbout(line, 1)) return undefined
      handedOver.push(line)
      return 'drop'
    })
    const campaign = await lab().mail(12)
    const worker = lab().work({ laneConfigs: ONE_LANE })
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(handedOver).toHaveLength(2)
    expect(await doubted(worker)).toBe(2)
    expect(await lab().counts(campaign)).toMatchObject({ sent: 11, failed: 1 })
    expect(await deliveryTo(campaign, 1)).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/^the connection was lost after the mail, which may have been accepted/),
    })
  })

  test('a campaign ends although its only mail loses the connection each time', async () => {
    script((step) => (step === 'rcpt' ? 'drop' : undefined))
    const campaign = await lab().mail(1)
    lab().work()
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(await deliveryTo(campaign, 0)).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/^given up after 3 tries: the connection was lost/),
    })
  })

  test('what was deferred is tried when it is due, and not at the end of its chunk', async () => {
    const asked: number[] = []
    script((step, { line }) => {
      const subscriber = step === 'rcpt' ? Number(/Reader-(\d+)@/i.exec(line)?.[1]) : NaN
      if (Number.isNaN(subscriber)) return undefined
      asked.push(subscriber)
      return subscriber === 0 && asked.length === 1 ? '450 4.2.0 come again' : undefined
    })
    const campaign = await lab().mail(200)
    const laneConfigs = [{ name: 'default', domains: [], connections: 1, perSecond: 40 }]
    lab().work({ laneConfigs, inHandMs: 300 })
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(asked.filter((subscriber) => subscriber === 0)).toHaveLength(2)
    expect(asked.lastIndexOf(0)).toBeLessThan(150)
    expect(lab().got()).toEqual(range(200))
  })
}
