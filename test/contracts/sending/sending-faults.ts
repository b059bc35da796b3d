// Sending: what mail servers say and do, and what becomes of the mails.
import { expect, test } from 'vitest'
import { eventually, until } from '../../support/eventually.ts'

import { emailOf } from '../../support/campaigns/ledger-lab.ts'
import { isAbout, QUICK, range } from '../../support/sending/sending-lab.ts'
import type { Current } from './sending.ts'

const ONE_LANE = [{ name: 'default', domains: [], connections: 2, perSecond: 2_000 }]

export function promisesOfFaults({ lab, script }: Current): void {
  const laneState = async (
    worker: { metrics: () => Promise<{ lanes: readonly { name: string }[] }> },
    name: string,
  ) => (await worker.metrics()).lanes.find((lane) => lane.name === name)
  const deliveriesOf = (campaignId: string) => lab().ledger.deliveries({ campaignId, limit: 1_000 })

  test('a deferred mail is tried again, and is the same mail', async () => {
    const refused = new Set<string>()
    script((step, { line }) => {
      if (step !== 'rcpt' || refused.has(line)) return undefined
      refused.add(line)
      return '451 4.3.0 try again later'
    })
    const campaign = await lab().mail(6)
    lab().work()
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual(range(6))
    const attempts = (await deliveriesOf(campaign.id)).map((delivery) => delivery.attempts)
    expect(attempts).toEqual([2, 2, 2, 2, 2, 2])
    const ids = lab().server.taken.map((mail) => /^Message-ID: (.*)$/im.exec(mail)?.[1])
    expect(new Set(ids).size).toBe(6)
  })

  test('a mail that is deferred too often fails, and its subscriber is not suppressed', async () => {
    script((step, { line }) => (step === 'rcpt' && isAbout(line, 1) ? '450 4.2.2 mailbox full' : undefined))
    const campaign = await lab().mail(3)
    lab().work()
    await eventually(() => lab().status(campaign)).toBe('finished')
    const failed = await lab().ledger.deliveries({ campaignId: campaign.id, status: 'failed', limit: 10 })
    expect(failed).toMatchObject([{ email: emailOf(1), attempts: 3 }])
    expect(failed[0]?.reason).toContain('450 4.2.2 mailbox full')
    expect(await lab().suppressions.get(emailOf(1), Date.now())).toBeUndefined()
  })

  test('deferrals slow the lane down, and say why', async () => {
    script((step) => (step === 'rcpt' ? '421 4.7.0 too fast' : undefined))
    const campaign = await lab().mail(4)
    const worker = lab().work({ retryDelaysMs: [3_600_000] })
    await eventually(async () => (await lab().counts(campaign)).deferred).toBe(4)
    expect(await laneState(worker, 'naver')).toMatchObject({ state: 'slowed', reason: '421 4.7.0 too fast' })
  })

  test('a subscriber that does not exist fails and is suppressed', async () => {
    script((step, { line }) => (step === 'rcpt' && isAbout(line, 2) ? '550 5.1.1 no such user' : undefined))
    const campaign = await lab().mail(4)
    lab().work()
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(await lab().counts(campaign)).toMatchObject({ sent: 3, failed: 1 })
    const suppression = await lab().suppressions.get(emailOf(2), Date.now())
    expect(suppression).toMatchObject({ reason: 'bounce', source: 'smtp', until: null })
  })

  test('a mail that is refused fails, and its subscriber is not suppressed', async () => {
    script((step, { line }) => (step === 'rcpt' && isAbout(line, 2) ? '550 5.7.1 not from you' : undefined))
    const campaign = await lab().mail(4)
    lab().work()
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(await lab().counts(campaign)).toMatchObject({ sent: 3, failed: 1 })
    expect(await lab().suppressions.get(emailOf(2), Date.now())).toBeUndefined()
  })

  test("a sender's fault pauses the lane, keeps its mails, and leaves the other lanes alone", async () => {
    script((step, { line }) =>
      step === 'rcpt' && line.includes('@gmail.com') ? '550 5.7.515 no DMARC' : undefined,
    )
    const campaign = await lab().mail(40)
    const worker = lab().work()
    await eventually(async () => (await lab().counts(campaign)).sent).toBe(30)
    const paused = { state: 'paused', reason: '550 5.7.515 no DMARC', perSecond: 0 }
    await eventually(() => laneState(worker, 'google')).toMatchObject(paused)
    expect(await laneState(worker, 'naver')).toMatchObject({ state: 'open' })
    expect(await lab().counts(campaign)).toMatchObject({ queued: 10, failed: 0 })
    expect((await deliveriesOf(campaign.id)).filter(({ status }) => status === 'queued')).toMatchObject(
      range(10).map(() => ({ attempts: 0 })),
    )

    script(() => undefined)
    await worker.stores.lanes.resume('google')
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual(range(40))
  })

  test('a lane that is resumed while the fault lasts is paused again', async () => {
    script((step) => (step === 'rcpt' ? '550 5.7.515 no DMARC' : undefined))
    const campaign = await lab().mail(10)
    const worker = lab().work({ laneConfigs: ONE_LANE })
    await eventually(() => laneState(worker, 'default')).toMatchObject({ state: 'paused' })

    script((step) => (step === 'rcpt' ? '550 5.7.515 still no DMARC' : undefined))
    await worker.stores.lanes.resume('default')
    const again = { state: 'paused', reason: '550 5.7.515 still no DMARC' }
    await eventually(() => laneState(worker, 'default')).toMatchObject(again)
    expect(await lab().counts(campaign)).toMatchObject({ queued: 10, failed: 0 })
  })

  test('several subscribers refused by policy in a row are no longer about the subscribers', async () => {
    script((step) => (step === 'rcpt' ? '550 5.7.1 your mail looks like spam' : undefined))
    const campaign = await lab().mail(50)
    const worker = lab().work({ laneConfigs: ONE_LANE })
    await eventually(() => laneState(worker, 'default')).toMatchObject({ state: 'paused' })
    expect(await lab().counts(campaign)).toMatchObject({ queued: 50, failed: 0 })
  })

  test('a dead server stops its lanes and loses nothing', async () => {
    const campaign = await lab().mail(12)
    script(() => 'drop')
    const worker = lab().work({ laneConfigs: ONE_LANE })
    await eventually(() => laneState(worker, 'default')).toMatchObject({ state: 'paused' })
    expect(await lab().status(campaign)).toBe('running')
    expect(await lab().counts(campaign)).toMatchObject({ queued: 12, failed: 0, deferred: 0 })
    script(() => undefined)
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual(range(12))
  })

  test('a server that nobody listens at is waited for', async () => {
    const campaign = await lab().mail(3)
    const worker = lab().work({ url: 'smtp://127.0.0.1:1', laneConfigs: ONE_LANE })
    await eventually(() => laneState(worker, 'default')).toMatchObject({ state: 'paused' })
    expect(await laneState(worker, 'default')).toMatchObject({
      reason: expect.stringContaining('ECONNREFUSED'),
    })
    expect(await lab().counts(campaign)).toMatchObject({ queued: 3 })
  })

  test('a server that hangs up now and then loses nothing', async () => {
    script((step, { mail }) => (step === 'rcpt' && mail % 7 === 0 ? 'drop' : undefined))
    const campaign = await lab().mail(100)
    lab().work()
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual(range(100))
  })

  test('a server that says goodbye after its greeting now and then loses nothing', async () => {
    script((step, { connection }) =>
      step === 'greeting' && connection % 2 === 0 ? { last: '421 4.3.2 busy' } : undefined,
    )
    const campaign = await lab().mail(40)
    lab().work({ retryDelaysMs: range(10).map(() => 50) })
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual(range(40))
  })

  test('one mail that makes the server hang up does not hold up the others', async () => {
    script((step, { line }) => (step === 'rcpt' && isAbout(line, 3) ? 'drop' : undefined))
    const campaign = await lab().mail(40)
    lab().work({ laneConfigs: ONE_LANE })
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(await lab().counts(campaign)).toMatchObject({ sent: 39, failed: 1 })
  })

  test('a slow lane does not slow down the others', async () => {
    const silent = new Set<number>()
    script((step, { line, mail }) => {
      if (step !== 'rcpt' || !line.includes('@gmail.com')) return undefined
      silent.add(mail)
      return 'silence'
    })
    const campaign = await lab().mail(80)
    lab().work()
    await eventually(async () => (await lab().counts(campaign)).sent).toBe(60)
    expect(silent.size).toBeLessThanOrEqual(4)
    lab().server.dropAll()
    script(() => undefined)
    await eventually(() => lab().status(campaign)).toBe('finished')
    expect(lab().got()).toEqual(range(80))
  })

  test('there are never more connections than the lanes have', async () => {
    let most = 0
    script(() => {
      most = Math.max(most, lab().server.openConnections())
      return undefined
    })
    const campaign = await lab().mail(300)
    for (const _ of lab().shared ? [1, 2, 3] : [1])
      lab().work({ laneConfigs: QUICK.map((lane) => ({ ...lane, connections: 2 })) })
    await eventually(() => lab().status(campaign)).toBe('finished')
    // An idle connection is kept for the next mail: each process has its own.
    expect(most).toBeLessThanOrEqual(lab().shared ? 18 : 6)
    expect(lab().got()).toEqual(range(300))
  })

  test('the lane keeps to its pace', async () => {
    const campaign = await lab().mail(60)
    const started = performance.now()
    lab().work({ laneConfigs: [{ name: 'default', domains: [], connections: 10, perSecond: 30 }] })
    await eventually(() => lab().status(campaign)).toBe('finished')
    await until(() => expect(lab().got()).toEqual(range(60)))
    expect(performance.now() - started).toBeGreaterThan(1_700)
  })
}
