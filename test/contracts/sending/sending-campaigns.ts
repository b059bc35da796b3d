// Sending: what becomes of a campaign and its subscribers.
import { expect, test } from 'vitest'
import { eventually, until } from '../../support/eventually.ts'

import { emailOf, laneOf, readerId } from '../../support/campaigns/ledger-lab.ts'
import { QUICK, range } from '../../support/sending/sending-lab.ts'
import type { Current } from './sending.ts'

/** A lane that takes so long that a test can step in. */
const slow = (perSecond: number) => QUICK.map((lane) => ({ ...lane, perSecond }))

export function promisesOfCampaigns({ lab, script }: Current): void {
  test('every subscriber gets one mail, and the campaign is finished', async () => {
    const campaign = await lab().mail(1_200)
    lab().work()
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual(range(1_200))
    expect(await lab().counts(campaign)).toMatchObject({ total: 1_200, sent: 1_200, queued: 0 })
    expect((await lab().store.get(campaign.id))?.finishedAt).toBeGreaterThan(0)
  })

  test('a campaign for nobody is finished', async () => {
    const campaign = await lab().mail(0)
    lab().work()
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(await lab().counts(campaign)).toMatchObject({ total: 0 })
  })

  test('a scheduled campaign begins when its time has come', async () => {
    const changes = { status: 'scheduled', startedAt: null, sendAt: Date.now() - 1 } as const
    const campaign = await lab().mail(3, changes)
    const later = await lab().start({ ...changes, sendAt: Date.now() + 3_600_000 })
    lab().work()
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual(range(3))
    expect(await lab().status(later)).toBe('scheduled')
  })

  test('a scheduled campaign tells how it goes out when it begins, not how it would have when it was made', async () => {
    const changes = {
      status: 'scheduled',
      startedAt: null,
      sendAt: Date.now() - 1,
      transport: 'outbox',
    } as const
    const campaign = await lab().mail(1, changes)
    lab().work()
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(await lab().store.get(campaign.id)).toMatchObject({ transport: 'smtp' })
  })

  test('a campaign that starts later is taken up', async () => {
    const worker = lab().work()
    const campaign = await lab().mail(3)
    worker.wake()
    await eventually(() => lab().status(campaign)).toBe('finished')
  })

  test('ten subscribers do not wait behind a thousand', async () => {
    const large = await lab().mail(1_000)
    lab().work({ laneConfigs: slow(40) })
    await until(() => expect(lab().server.taken.length).toBeGreaterThan(5))
    // Started after: whoever subscribed since then is not of the large one.
    const small = await lab().start()
    await until(async () => {
      const { sent } = await lab().counts(small)
      expect(sent).toBeGreaterThan(10)
      expect(sent / (await lab().counts(large)).sent).toBeGreaterThan(0.3)
    })
    expect(await lab().status(large)).toBe('running')
  })

  test('who unsubscribes meanwhile gets nothing', async () => {
    const campaign = await lab().mail(60)
    // The last ones of the lane that takes longest: their turn is seconds away.
    const leaving = range(60).filter(
      (subscriber) => subscriber >= 40 && laneOf(emailOf(subscriber)) === 'default',
    )
    lab().work({ laneConfigs: slow(10) })
    await until(() => expect(lab().server.taken.length).toBeGreaterThan(3))
    const leave = (subscriber: number) => lab().subscribers.unsubscribeById(readerId(subscriber), Date.now())
    await Promise.all(leaving.map(leave))
    await eventually(() => lab().status(campaign)).toBe('finished')
    const { sent, skipped, total } = await lab().counts(campaign)
    expect({ sent, skipped, total }).toEqual({ sent: 50, skipped: 10, total: 60 })
    expect(lab().got()).toEqual(range(60).filter((subscriber) => !leaving.includes(subscriber)))
    const left = await lab().ledger.deliveries({ campaignId: campaign.id, status: 'skipped', limit: 100 })
    expect(new Set(left.map(({ reason }) => reason))).toEqual(new Set(['unsubscribed']))
  })

  test('who is suppressed meanwhile gets nothing', async () => {
    const campaign = await lab().mail(60)
    lab().work({ laneConfigs: slow(15) })
    await until(() => expect(lab().server.taken.length).toBeGreaterThan(3))
    await lab().suppress(59, 'complaint')
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual(range(59))
    expect(await lab().counts(campaign)).toMatchObject({ sent: 59, skipped: 1 })
  })

  test('a paused campaign sends nothing more, and goes on where it was', async () => {
    const campaign = await lab().mail(200)
    const worker = lab().work({ laneConfigs: slow(60) })
    await until(() => expect(lab().server.taken.length).toBeGreaterThan(10))
    await lab().store.change(campaign.id, ['running'], { status: 'paused' })
    await until(async () => expect((await worker.metrics()).chunksInHand).toBe(0))
    const { sent, queued } = await lab().counts(campaign)
    expect(sent).toBe(lab().server.taken.length)
    expect(sent + queued).toBe(200)
    expect(queued).toBeGreaterThan(0)

    await lab().store.change(campaign.id, ['paused'], { status: 'running' })
    worker.wake()
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual(range(200))
  })

  test('a paused campaign is not read again and again, and goes on without being waked', async () => {
    const campaign = await lab().mail(40)
    const { store } = lab()
    const times = { read: 0, fed: 0 }
    const campaigns: typeof store = {
      ...store,
      get: (id) => ((times.read += 1), store.get(id)),
      cancelling: () => ((times.fed += 1), store.cancelling()),
    }
    const worker = lab().work({ campaigns, laneConfigs: slow(10) })
    await until(() => expect(lab().server.taken.length).toBeGreaterThan(2))
    await store.change(campaign.id, ['running'], { status: 'paused' })
    await until(async () => expect((await worker.metrics()).chunksInHand).toBe(0))
    Object.assign(times, { read: 0, fed: 0 })
    await eventually(() => times.fed).toBeGreaterThan(9)
    expect(times.read).toBeLessThan(4) // by the feeder once, and by a chunk of each lane that was on its way

    await store.change(campaign.id, ['paused'], { status: 'running' })
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual(range(40))
  })

  test('a cancelled campaign sends nothing more, and its counts add up', async () => {
    const campaign = await lab().mail(400)
    const worker = lab().work({ laneConfigs: slow(60) })
    await until(() => expect(lab().server.taken.length).toBeGreaterThan(10))
    await lab().store.change(campaign.id, ['running'], { status: 'cancelled' })
    await eventually(async () => (await lab().store.get(campaign.id))?.finishedAt ?? 0).toBeGreaterThan(0)
    await until(async () => expect((await worker.metrics()).chunksInHand).toBe(0))
    const { total, sent, cancelled, queued } = await lab().counts(campaign)
    expect({ total, queued }).toEqual({ total: 400, queued: 0 })
    expect(sent).toBe(lab().server.taken.length)
    expect(sent + cancelled).toBe(400)
  })

  test('failed mails that are tried again go out', async () => {
    script((step) => (step === 'rcpt' ? '550 5.2.1 no' : undefined))
    const campaign = await lab().mail(5)
    lab().work()
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(await lab().counts(campaign)).toMatchObject({ failed: 5 })
    script(() => undefined)
    await lab().ledger.retryFailed(campaign.id, Date.now())
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual(range(5))
    expect(await lab().counts(campaign)).toMatchObject({ failed: 0, sent: 5 })
  })

  test('mails of a lane that is no longer configured go out on the default one', async () => {
    const campaign = await lab().mail(20)
    await lab().expand(campaign)
    lab().work({ laneConfigs: QUICK.filter(({ name }) => name === 'default') })
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual(range(20))
  })

  test('a campaign whose mails cannot be made is paused, and says why', async () => {
    const campaign = await lab().mail(3)
    lab().work({
      compile: () => {
        throw new Error('no such template')
      },
    })
    await eventually(() => lab().status(campaign)).toBe('paused')
    expect((await lab().store.get(campaign.id))?.statusReason).toContain('no such template')
    expect(await lab().counts(campaign)).toMatchObject({ queued: 3 })
  })

  test('one mail that cannot be made fails alone', async () => {
    const campaign = await lab().mail(3)
    lab().work({
      compile: () => ({
        mail({ email, name }) {
          if (email === emailOf(1)) throw new Error('a name too long')
          const texts = {
            subject: 's',
            html: 'h',
            text: 't',
            replyTo: null,
            messageId: `${email}`,
            headers: {},
          }
          return { to: { name, address: email }, ...texts }
        },
      }),
    })
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(await lab().counts(campaign)).toMatchObject({ sent: 2, failed: 1 })
  })

  test('metrics tell what was done, what waits, and how the lanes are', async () => {
    const campaign = await lab().mail(8)
    const worker = lab().work()
    await eventually(() => lab().status(campaign)).toBe('finished')
    await lab().start({ status: 'paused' })
    const { counts, lanes, queued } = await worker.metrics()
    expect([...counts.values()].reduce((sum, { sent }) => sum + sent, 0)).toBe(8)
    expect(lanes.map(({ name, state }) => [name, state])).toEqual(QUICK.map(({ name }) => [name, 'open']))
    expect([...queued]).toEqual(QUICK.map(({ name }) => [name, 0]))
  })
}
