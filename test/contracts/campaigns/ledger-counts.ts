// Promises of the counts: whatever comes, in whatever order and how often, they are those of a simple model.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { emptyTally, type Tally } from '../../../src/core/campaigns/outcome.ts'
import { DELIVERY_STATUSES } from '../../../src/core/campaigns/ports.ts'
import type { ChunkRef, DeliveryStatus, Outcome } from '../../../src/core/campaigns/ports.ts'
import { queuedByLane } from '../../../src/core/sending/lanes/lanes.ts'
import { until } from '../../support/eventually.ts'
import { outcome, type LedgerLab } from '../../support/campaigns/ledger-lab.ts'
import { startRecording } from '../../support/campaigns/record-in-a-process.ts'
import { MINUTE, NOON } from '../../support/times.ts'

const READERS = 6
const CASES = 60

type Step =
  | { readonly kind: 'record'; readonly outcomes: readonly Outcome[] }
  | { readonly kind: 'retry' }
  | { readonly kind: 'cancel' }
type Modelled = { status: DeliveryStatus; attempts: number; dueAt: number }

/** A server's answers only: each has an attempt of its own, so attempts alone tell what is later. */
const someOutcome = fc.record({
  n: fc.nat(READERS - 1),
  status: fc.constantFrom('sent', 'deferred', 'failed', 'skipped', 'cancelled'),
  attempts: fc.integer({ min: 1, max: 5 }),
  minutes: fc.integer({ min: 1, max: 9 }),
})
const someStep = fc.oneof(
  { weight: 6, arbitrary: fc.array(someOutcome, { minLength: 1, maxLength: 8 }) },
  { weight: 1, arbitrary: fc.constant('retry' as const) },
  { weight: 1, arbitrary: fc.constant('cancel' as const) },
)

function toStep(
  step: 'retry' | 'cancel' | readonly { n: number; status: string; attempts: number; minutes: number }[],
): Step {
  if (typeof step === 'string') return { kind: step }
  return {
    kind: 'record',
    outcomes: step.map(({ n, status, attempts, minutes }) =>
      // The clock says nothing here: all outcomes are of one instant, before any retry.
      outcome(n, {
        status: status as Outcome['status'],
        attempts,
        dueAt: NOON + minutes * MINUTE,
        at: NOON - 1,
      }),
    ),
  }
}

function apply(model: Map<number, Modelled>, step: Step): void {
  const open = ({ status }: Modelled) => status === 'queued' || status === 'deferred'
  if (step.kind === 'retry') {
    for (const one of model.values())
      if (one.status === 'failed') Object.assign(one, { status: 'queued', dueAt: NOON + MINUTE })
    return
  }
  if (step.kind === 'cancel') {
    for (const one of model.values()) if (open(one)) one.status = 'cancelled'
    return
  }
  for (const { n, status, attempts, dueAt } of step.outcomes) {
    const one = model.get(n) as Modelled
    const fact = one.status === 'cancelled' && (status === 'sent' || status === 'failed')
    if (attempts > one.attempts && (open(one) || fact)) Object.assign(one, { status, attempts, dueAt })
  }
}

export function promisesOfCounts(lab: () => LedgerLab): void {
  test('of no deliveries are zero', async () => {
    const campaign = await lab().start({ status: 'draft' })
    expect(await lab().countsOf(campaign.id)).toEqual({ total: null, ...emptyTally() })
    expect(await lab().countsOf('nobody')).toEqual({ total: null, ...emptyTally() })
    expect(await lab().ledger.tallies([campaign.id])).toEqual(new Map([[campaign.id, new Map()]]))
  })

  test('of a lane are what is queued or deferred there', async () => {
    await lab().addSubscribers({ count: 700, domain: 'gmail.com' })
    await lab().addSubscribers({ count: 3, from: 1000, domain: 'naver.com' })
    const campaign = await lab().start()
    await lab().expand(campaign)
    const outcomes = [outcome(0), outcome(1, { status: 'deferred', dueAt: NOON + 1 })]
    await lab().ledger.record({ campaignId: campaign.id, chunk: 0, lane: 'google' }, outcomes)
    const tallies = (await lab().ledger.tallies([campaign.id])).get(campaign.id) ?? new Map<string, Tally>()
    expect(queuedByLane(['google', 'naver'], [tallies])).toEqual(
      new Map([
        ['google', 699],
        ['naver', 3],
      ]),
    )
  })

  test('of several campaigns come at once', async () => {
    await lab().addSubscribers({ count: 2, domain: 'gmail.com' })
    const [one, two] = [await lab().start(), await lab().start()]
    await lab().expand(one)
    const found = await lab().ledger.tallies([one.id, two.id])
    expect(found.get(one.id)).toEqual(new Map([['google', { ...emptyTally(), queued: 2 }]]))
    expect(found.get(two.id)).toEqual(new Map())
    expect(await lab().ledger.tallies([])).toEqual(new Map())
  })

  test('are exact when recording, trying again and cancelling come at once', async () => {
    await lab().addSubscribers({ count: 1500, domain: 'gmail.com' })
    const campaign = await lab().start()
    await lab().expand(campaign)
    const ledgers = [lab().ledger, await lab().another(), await lab().another()]
    const work = ledgers.flatMap((ledger, who) =>
      [0, 1, 2].map(async (chunk) => {
        const ref = { campaignId: campaign.id, chunk, lane: 'google' }
        for (let round = 1; round <= 5; round++) {
          const statuses = ['sent', 'failed', 'deferred'] as const
          const status = statuses[(round + who) % 3] ?? 'sent'
          const outcomes = Array.from({ length: 60 }, (_, n) =>
            outcome(n * 8 + who + round, { status, attempts: round, dueAt: NOON + round }),
          )
          await until(() => ledger.record(ref, outcomes)) // whoever is in the way too often is told to come again
          if (round % 2) await ledger.retryFailed(campaign.id, NOON + round)
        }
      }),
    )
    await Promise.all(work)
    const { total, ...counted } = await lab().countsOf(campaign.id)
    expect([total, counted]).toEqual([1500, await recount(lab(), campaign.id)])
    await lab().store.change(campaign.id, ['running'], { status: 'cancelled' })
    const late = Array.from({ length: 200 }, (_, n) => outcome(n, { attempts: 9 }))
    const ref = { campaignId: campaign.id, chunk: 1, lane: 'google' }
    await Promise.all([
      lab().ledger.cancel(campaign.id, 5000, NOON),
      ...ledgers.map((ledger) => until(() => ledger.record(ref, late))),
    ])
    const { total: all, ...after } = await lab().countsOf(campaign.id)
    expect([all, after]).toEqual([1500, await recount(lab(), campaign.id)])
    expect(after).toMatchObject({ queued: 0, deferred: 0 })
  })

  test('are exact after a process was killed in the middle of it', async () => {
    await lab().addSubscribers({ count: 4000 })
    const campaign = await lab().start()
    for (let kill = 0; kill < 2; kill++) {
      const worker = startRecording(lab().recipe, campaign.id)
      await worker.underWay(20)
      await worker.kill()
      const { total: _total, ...counted } = await lab().countsOf(campaign.id)
      expect(counted).toEqual(await recount(lab(), campaign.id))
    }
    await lab().expand(campaign)
    const subscribers = (await lab().all(campaign.id)).map(({ subscriberId }) => subscriberId)
    expect([subscribers.length, new Set(subscribers).size]).toEqual([4000, 4000])
    expect(await lab().countsOf(campaign.id)).toMatchObject({ total: 4000 })
  })

  test('are those of a simple model, whatever is repeated, late or out of order', async () => {
    await lab().addSubscribers({ count: READERS, domain: 'gmail.com' })
    await fc.assert(
      fc.asyncProperty(fc.array(someStep, { maxLength: 12 }), async (drawn) => {
        const campaign = await lab().start()
        await lab().expand(campaign)
        const ref: ChunkRef = { campaignId: campaign.id, chunk: 0, lane: 'google' }
        const fresh = () => ({ status: 'queued', attempts: 0, dueAt: NOON }) as Modelled
        const model = new Map(Array.from({ length: READERS }, (_, n) => [n, fresh()]))
        let cancelled = false
        for (const step of drawn.map(toStep)) {
          // A cancelled campaign is the end: nothing is tried again.
          if (cancelled && step.kind === 'retry') continue
          cancelled ||= step.kind === 'cancel'
          apply(model, step)
          await perform(lab(), ref, step)
        }
        await expectSame(lab(), ref, model)
      }),
      { numRuns: CASES },
    )
  })
}

/** The counts of the deliveries themselves, row by row. */
async function recount(lab: LedgerLab, campaignId: string): Promise<Record<DeliveryStatus, number>> {
  const tally = emptyTally()
  for (const { status } of await lab.all(campaignId)) tally[status] += 1
  return tally
}

async function perform({ ledger, store }: LedgerLab, ref: ChunkRef, step: Step): Promise<void> {
  if (step.kind === 'record') return ledger.record(ref, step.outcomes)
  if (step.kind === 'retry') return void (await ledger.retryFailed(ref.campaignId, NOON + MINUTE))
  await store.change(ref.campaignId, ['running'], { status: 'cancelled' })
  await ledger.cancel(ref.campaignId, 500, NOON)
}

async function expectSame(lab: LedgerLab, ref: ChunkRef, model: Map<number, Modelled>): Promise<void> {
  const rows = await lab.all(ref.campaignId)
  expect(rows.map(({ n, status, attempts }) => [n, status, attempts])).toEqual(
    [...model].map(([n, { status, attempts }]) => [n, status, attempts]),
  )
  const count = (wanted: DeliveryStatus) =>
    [...model.values()].filter(({ status }) => status === wanted).length
  const tally = Object.fromEntries(DELIVERY_STATUSES.map((status) => [status, count(status)]))
  expect(await lab.countsOf(ref.campaignId)).toEqual({ total: READERS, ...tally })
  const open = [...model.values()].filter(({ status }) => status === 'queued' || status === 'deferred')
  const dueAt = open.length ? Math.min(...open.map(({ dueAt }) => dueAt)) : undefined
  const isDue = async (now: number) => (await lab.due(ref.campaignId, now)).length > 0
  if (dueAt === undefined) expect(await isDue(Number.MAX_SAFE_INTEGER)).toBe(false)
  else expect([await isDue(dueAt - 1), await isDue(dueAt)]).toEqual([false, true])
}
