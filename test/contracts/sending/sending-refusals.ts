// Sending: what a server refuses for good, and whether that is about the subscribers or about us.
import { expect, test } from 'vitest'
import type { Campaign } from '../../../src/core/campaigns/ports.ts'
import { eventually } from '../../support/eventually.ts'
import { emailOf } from '../../support/campaigns/ledger-lab.ts'
import type { Step } from '../../support/servers/scripted-smtp.ts'
import { isAbout, range, type Worker } from '../../support/sending/sending-lab.ts'
import type { Current } from './sending.ts'

const LANE = { name: 'default', domains: [], connections: 4, perSecond: 2_000 }
const MIXED = [LANE]

export function promisesOfRefusals({ lab, script }: Current): void {
  const laneOf = async (worker: Worker, name = 'default') =>
    (await worker.metrics()).lanes.find((lane) => lane.name === name)
  const paused = (worker: Worker) => eventually(() => laneOf(worker)).toMatchObject({ state: 'paused' })
  const finished = (campaign: Campaign) => eventually(() => lab().status(campaign)).toBe('finished')

  /** Somebody mends it, and resumes the lane: again where a mail that was under way has paused it again. */
  const mend = async (worker: Worker, campaign: Campaign) => {
    script(() => undefined)
    await eventually(async () => {
      if ((await laneOf(worker))?.state === 'paused') await worker.stores.lanes.resume('default')
      return lab().status(campaign)
    }).toBe('finished')
  }

  /** Takes so many mails, and then says the same to everybody. */
  function takeOnly(count: number, step: Step, answer: string): void {
    const full = () => lab().server.taken.length >= count
    script((at) => (at === step && full() ? answer : undefined))
  }

  async function nobodyIsSuppressed(count: number): Promise<void> {
    for (const subscriber of range(count))
      expect(await lab().suppressions.get(emailOf(subscriber), Date.now())).toBeUndefined()
  }

  test.for<[Step, string]>([
    ['rcpt', '550 5.4.5 Daily user sending limit exceeded - gsmtp'],
    ['body', '554 Message rejected: Email address is not verified.'],
    ['rcpt', '552 5.2.2 relay quota exceeded'],
    ['rcpt', '550 5.1.8 sender rejected'],
    ['rcpt', '553 5.1.0 <news@hub.example.com>: Sender address rejected: User unknown'],
    ['rcpt', '550 5.1.1 <news@hub.example.com>: Sender address rejected: User unknown'],
    ['rcpt', '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using spamhaus'],
    ['data', '550 Administrative prohibition'],
    ['body', '552 5.3.4 message too big'],
    ['mail', '550 5.4.5 Daily user sending limit exceeded'],
    ['rcpt', '535 5.7.8 no longer'],
    ['rcpt', '503 5.5.1 AUTH first'],
  ])('at %s after a third of the mails: %s', async ([step, answer]) => {
    takeOnly(20, step, answer)
    const campaign = await lab().mail(60)
    const worker = lab().work({ laneConfigs: [{ ...LANE, connections: 1 }] })
    await paused(worker)
    expect((await laneOf(worker))?.reason).toContain(answer)
    await eventually(() => lab().counts(campaign)).toMatchObject({ sent: 20, queued: 40, failed: 0 })
    await nobodyIsSuppressed(60)

    await mend(worker, campaign)
    expect(lab().got()).toEqual(range(60))
    expect(await lab().counts(campaign)).toMatchObject({ sent: 60, failed: 0 })
  })

  test('a share of the subscribers, while the others get their mails', async () => {
    const some = (line: string) => /Reader-[135]\d@/.test(line)
    script((step, { line }) => (step === 'rcpt' && some(line) ? '554 not today' : undefined))
    const campaign = await lab().mail(60)
    const worker = lab().work({ laneConfigs: MIXED })
    await paused(worker)
    expect(await lab().counts(campaign)).toMatchObject({ failed: 0 })
    await mend(worker, campaign)
    expect(lab().got()).toEqual(range(60))
  })

  test('two subscribers only: it is about them, and they are not suppressed', async () => {
    script((step, { line }) =>
      step === 'rcpt' && (isAbout(line, 2) || isAbout(line, 5)) ? '550 5.7.1 not from you' : undefined,
    )
    const campaign = await lab().mail(40)
    const worker = lab().work({ laneConfigs: MIXED })
    await finished(campaign)
    expect(await lab().counts(campaign)).toMatchObject({ sent: 38, failed: 2 })
    expect(await laneOf(worker)).toMatchObject({ state: 'open' })
    await nobodyIsSuppressed(6)
  })

  test('many subscribers that do not exist, told without codes, stop nothing', async () => {
    script((step, { line }) =>
      step === 'rcpt' && /Reader-\d*[123]@/.test(line) ? '550 No such user here' : undefined,
    )
    const campaign = await lab().mail(60)
    const worker = lab().work({ laneConfigs: MIXED })
    await finished(campaign)
    expect(await lab().counts(campaign)).toMatchObject({ sent: 42, failed: 18 })
    expect(await laneOf(worker)).toMatchObject({ state: 'open' })
  })

  test('one domain of many that refuses us fails by itself, and stops nobody else', async () => {
    script((step, { line }) =>
      step === 'rcpt' && line.includes('@gmail.com') ? '550 5.7.1 not from you' : undefined,
    )
    const campaign = await lab().mail(80)
    const worker = lab().work({ laneConfigs: MIXED })
    await finished(campaign)
    expect(await lab().counts(campaign)).toMatchObject({ sent: 60, failed: 20 })
    expect(await laneOf(worker)).toMatchObject({ state: 'open' })
  })

  test('a fault of several workers is one fault', async () => {
    takeOnly(20, 'body', '554 5.7.1 daily quota')
    const campaign = await lab().mail(700) // chunks for both
    const workers = (lab().shared ? [1, 2] : [1]).map(() =>
      lab().work({ laneConfigs: [{ ...LANE, perSecond: 200 }] }),
    )
    for (const worker of workers) await paused(worker)
    await eventually(async () => (await lab().counts(campaign)).sent).toBe(lab().server.taken.length)
    const { sent, queued, failed } = await lab().counts(campaign)
    expect([sent + queued, failed]).toEqual([700, 0])
  })

  test('a campaign that is cancelled meanwhile has no mail left', async () => {
    takeOnly(20, 'rcpt', '550 5.4.5 limit')
    const campaign = await lab().mail(60)
    const worker = lab().work({ laneConfigs: [{ ...LANE, connections: 1 }] })
    await paused(worker)
    await lab().store.change(campaign.id, ['running'], { status: 'cancelled' })
    await eventually(() => lab().counts(campaign)).toMatchObject({
      sent: 20,
      cancelled: 40,
      queued: 0,
      failed: 0,
    })
  })

  test('a process that ends meanwhile leaves all of them to the next one', async () => {
    takeOnly(20, 'rcpt', '550 5.4.5 limit')
    const campaign = await lab().mail(60)
    const first = lab().work({ laneConfigs: [{ ...LANE, connections: 1 }] })
    await paused(first)
    await first.stores.lanes.resume('default')
    await first.close()
    await mend(lab().work({ laneConfigs: MIXED }), campaign)
    expect(lab().got()).toEqual(range(60))
  })

  test('a fault in another wording each time is a fault, too', async () => {
    let word = 0
    const full = () => lab().server.taken.length >= 20
    const words = 'abcdefghijklmnopqrstuvwxyz'
    script((step) =>
      step === 'rcpt' && full()
        ? `554 refused as ${words[(word += 1) % 26]}${words[(word * 7) % 26]}`
        : undefined,
    )
    const campaign = await lab().mail(60)
    const worker = lab().work({ laneConfigs: MIXED })
    await paused(worker)
    await eventually(async () => {
      const { sent, queued } = await lab().counts(campaign)
      return sent + queued
    }).toBe(60)
  })
}
