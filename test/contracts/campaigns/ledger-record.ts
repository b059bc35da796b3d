// Promises of recording: outcomes are kept once, only move forward, and tell when a chunk is due again.
import { expect, test } from 'vitest'
import type { ChunkRef, Delivery, Outcome } from '../../../src/core/campaigns/ports.ts'
import { outcome, type LedgerLab } from '../../support/campaigns/ledger-lab.ts'
import { MINUTE, NOON } from '../../support/times.ts'

export function promisesOfRecording(lab: () => LedgerLab): void {
  /** A campaign to so many subscribers of one lane, in one chunk. */
  async function oneChunk(count = 5): Promise<ChunkRef> {
    await lab().addSubscribers({ count, domain: 'gmail.com' })
    const campaign = await lab().start()
    await lab().expand(campaign)
    return { campaignId: campaign.id, chunk: 0, lane: 'google' }
  }
  const record = (ref: ChunkRef, ...outcomes: Outcome[]) => lab().ledger.record(ref, outcomes)
  const counts = ({ campaignId }: ChunkRef) => lab().countsOf(campaignId)
  async function delivery({ campaignId }: ChunkRef, n: number): Promise<Delivery | undefined> {
    return (await lab().all(campaignId)).find((one) => one.n === n)
  }

  test('keeps what became of each', async () => {
    const ref = await oneChunk()
    await record(
      ref,
      outcome(0),
      outcome(1, { status: 'deferred', dueAt: NOON + MINUTE, reason: '421 4.7.0 Grüße ✓' }),
      outcome(2, { status: 'failed', reason: '550 5.1.1 no such user' }),
      outcome(3, { status: 'skipped', attempts: 0, reason: 'unsubscribed' }),
    )
    const states = (await lab().all(ref.campaignId)).map((one) => [one.status, one.attempts, one.reason])
    expect(states).toEqual([
      ['sent', 1, null],
      ['deferred', 1, '421 4.7.0 Grüße ✓'],
      ['failed', 1, '550 5.1.1 no such user'],
      ['skipped', 0, 'unsubscribed'],
      ['queued', 0, null],
    ])
    expect(await counts(ref)).toEqual({
      total: 5,
      queued: 1,
      sent: 1,
      deferred: 1,
      failed: 1,
      skipped: 1,
      cancelled: 0,
    })
    expect((await delivery(ref, 1))?.updatedAt).toBe(NOON + 1000)
  })

  test('gives what is still to be sent, and only when it is due', async () => {
    const ref = await oneChunk(3)
    await record(ref, outcome(0), outcome(2, { status: 'deferred', dueAt: NOON + MINUTE }))
    const open = async (now: number) => (await lab().ledger.open(ref, now)).map(({ n }) => n)
    expect(await open(NOON)).toEqual([1])
    expect(await open(NOON + MINUTE)).toEqual([1, 2])
  })

  test('a chunk is due when the first of its deliveries is, and never when nothing is left', async () => {
    const ref = await oneChunk(3)
    const due = async (now: number) => (await lab().due(ref.campaignId, now)).length
    await record(ref, outcome(0), outcome(1, { status: 'deferred', dueAt: NOON + 2 * MINUTE }))
    expect(await due(NOON)).toBe(1)
    await record(ref, outcome(2, { status: 'deferred', dueAt: NOON + MINUTE }))
    expect([await due(NOON), await due(NOON + MINUTE - 1), await due(NOON + MINUTE)]).toEqual([0, 0, 1])
    await record(ref, outcome(2, { attempts: 2 }))
    expect([await due(NOON + MINUTE), await due(NOON + 2 * MINUTE)]).toEqual([0, 1])
    await record(ref, outcome(1, { attempts: 2, status: 'failed' }))
    expect(await due(NOON + 1000 * MINUTE)).toBe(0)
  })

  test('the chunk that is due earliest comes first, of its lane and campaign only', async () => {
    await lab().addSubscribers({ count: 1500, domain: 'gmail.com' })
    await lab().addSubscribers({ count: 10, from: 2000, domain: 'naver.com' })
    const campaign = await lab().start()
    const other = await lab().start()
    await lab().expand(campaign)
    await lab().expand(other)
    const wait = { status: 'deferred', dueAt: NOON + MINUTE } as const
    const all = Array.from({ length: 500 }, (_, n) => outcome(n, wait))
    const [first] = await lab().ledger.dueChunks(campaign.id, 'google', NOON, 10)
    await lab().ledger.record(first as ChunkRef, all)
    const numbers = async (now: number, limit = 10) =>
      (await lab().ledger.dueChunks(campaign.id, 'google', now, limit)).map(({ chunk }) => chunk)
    expect(await numbers(NOON)).toEqual([1, 2])
    expect(await numbers(NOON + MINUTE)).toEqual([1, 2, 0])
    expect(await numbers(NOON + MINUTE, 1)).toEqual([1])
  })

  test('again changes nothing', async () => {
    const ref = await oneChunk()
    const outcomes = [
      outcome(0),
      outcome(1, { status: 'deferred', dueAt: NOON + MINUTE, reason: '421' }),
      outcome(2, { status: 'failed', reason: '550' }),
      outcome(3, { status: 'skipped', attempts: 0, reason: 'unsubscribed' }),
    ]
    await record(ref, ...outcomes)
    const before = await lab().all(ref.campaignId)
    await record(ref, ...outcomes)
    await record(ref, ...outcomes.toReversed())
    expect(await lab().all(ref.campaignId)).toEqual(before)
  })

  test.each(['sent', 'failed', 'skipped', 'cancelled'] as const)('never overwrites %s', async (status) => {
    const ref = await oneChunk(1)
    await record(ref, outcome(0, { status, attempts: 1 }))
    for (const later of ['deferred', 'skipped', 'cancelled'] as const)
      await record(ref, outcome(0, { status: later, attempts: 2, at: NOON + MINUTE }))
    expect((await delivery(ref, 0))?.status).toBe(status)
  })

  test('never goes back to an earlier attempt', async () => {
    const ref = await oneChunk(1)
    await record(
      ref,
      outcome(0, { status: 'deferred', attempts: 2, dueAt: NOON + 2 * MINUTE, reason: 'second' }),
    )
    await record(
      ref,
      outcome(0, {
        status: 'deferred',
        attempts: 1,
        dueAt: NOON + MINUTE,
        reason: 'first',
        at: NOON + MINUTE,
      }),
    )
    await record(ref, outcome(0, { status: 'failed', attempts: 1, at: NOON + MINUTE }))
    expect(await delivery(ref, 0)).toMatchObject({ status: 'deferred', attempts: 2, reason: 'second' })
  })

  test('without an answer of a server, the later one holds', async () => {
    const ref = await oneChunk(1)
    const deferred = (reason: string, at: number) =>
      outcome(0, { status: 'deferred', attempts: 0, dueAt: at + MINUTE, reason, at })
    await record(ref, deferred('connection refused', NOON + 1))
    await record(ref, deferred('timeout', NOON + 3))
    await record(ref, deferred('connection refused', NOON + 2))
    expect(await delivery(ref, 0)).toMatchObject({ reason: 'timeout', dueAt: NOON + 3 + MINUTE, attempts: 0 })
  })

  test('takes the first outcome of a worker whose clock is behind', async () => {
    const ref = await oneChunk(1)
    await record(ref, outcome(0, { status: 'skipped', attempts: 0, at: NOON - 10 * MINUTE }))
    expect((await delivery(ref, 0))?.status).toBe('skipped')
  })

  test('of deliveries that are not there is passed over', async () => {
    const ref = await oneChunk(2)
    await record(ref, outcome(1), outcome(2), outcome(77))
    await lab().ledger.record({ ...ref, chunk: 9 }, [outcome(0)])
    expect(await counts(ref)).toMatchObject({ total: 2, sent: 1, queued: 1 })
  })

  test('cuts a long answer of a server, and keeps it well-formed', async () => {
    const ref = await oneChunk(1)
    await record(ref, outcome(0, { status: 'failed', reason: `${'😀'.repeat(300)}\ud800` }))
    const { reason } = (await delivery(ref, 0)) as { reason: string }
    expect([reason.length <= 500, reason.isWellFormed(), reason.startsWith('😀')]).toEqual([true, true, true])
  })

  test('by two workers at once loses neither', async () => {
    const ref = await oneChunk(100)
    const ledgers = [lab().ledger, await lab().another()]
    const parts = Array.from({ length: 10 }, (_, part) =>
      Array.from({ length: 10 }, (_, n) => outcome(part * 10 + n, { status: part % 2 ? 'sent' : 'failed' })),
    )
    await Promise.all(parts.map((part, index) => ledgers[index % 2]?.record(ref, part)))
    expect(await counts(ref)).toMatchObject({ sent: 50, failed: 50, queued: 0 })
    const statuses = (await lab().all(ref.campaignId)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 'sent')).toHaveLength(50)
  })
}
