// How a lane fares, told answer by answer.
import { expect, test } from 'vitest'
import { createEmbeddedLaneControl } from '../../../../src/adapters/embedded/sending/lane-control.ts'
import { createHealth } from '../../../../src/core/sending/lanes/health.ts'
import type { Refusal, Successes, Verdict } from '../../../../src/core/sending/lanes/suspicion.ts'
import type { LaneControl, SendResult } from '../../../../src/core/sending/ports.ts'
import { silentLog } from '../../../support/events/feed-lab.ts'
import { NOON } from '../../../support/times.ts'

const LOST: SendResult = { kind: 'unreachable', response: 'ECONNRESET' }
const SENT: SendResult = { kind: 'sent', response: '250 OK' }

function openLane() {
  const lane = { name: 'default', domains: [], connections: 4, perSecond: 100 }
  const lanes = createEmbeddedLaneControl([lane])
  const pauses: string[] = []
  const watched = {
    ...lanes,
    async pause(...about: Parameters<typeof lanes.pause>) {
      pauses.push(about[1])
      return lanes.pause(...about)
    },
  }
  const health = createHealth({
    lane: 'default',
    isMixed: true,
    lanes: watched,
    now: () => NOON,
    log: silentLog,
  })
  const note = async (...results: readonly SendResult[]) => {
    for (const result of results)
      await health.note(result, { subscriberId: 'ann', email: 'ann@example.com' }, NOON)
  }
  return { note, pauses, lanes }
}

test('the third connection lost in a row pauses the lane', async () => {
  const { note, pauses } = openLane()
  await note(LOST, LOST)
  expect(pauses).toEqual([])
  await note(LOST)
  expect(pauses).toEqual(['ECONNRESET'])
})

test('an answer in between begins the count anew', async () => {
  const { note, pauses } = openLane()
  await note(LOST, LOST, SENT, LOST, LOST)
  expect(pauses).toEqual([])
})

test('a full mailbox is no reason to slow its lane down; any other deferral is', async () => {
  const { note, lanes } = openLane()
  await note({ kind: 'deferred', response: '452 4.2.2 mailbox full' })
  expect(await lanes.states()).toMatchObject([{ state: 'open', reason: null }])
  await note({ kind: 'deferred', response: '451 4.3.0 later' })
  expect(await lanes.states()).toMatchObject([{ state: 'slowed', reason: '451 4.3.0 later' }])
})

const REFUSED: SendResult = { kind: 'failed', response: '554 5.7.1 not from you', unknownRecipient: false }

/** A lane whose memory says of each refusal what the test says, by a clock of its own. */
function judged(...verdicts: readonly (Verdict | 'away')[]) {
  const clock = { now: NOON }
  const lane = { name: 'default', domains: [], connections: 4, perSecond: 100 }
  const pauses: string[] = []
  const weighed: [Successes, Refusal | undefined][] = []
  const reports: string[] = []
  const left = [...verdicts]
  const lanes: LaneControl = {
    ...createEmbeddedLaneControl([lane], () => clock.now),
    pause: async (_lane, reason) => void pauses.push(reason),
    speedUp: async () => void reports.push('sent'),
    slowDown: async () => void reports.push('deferred'),
    async weigh(_lane, successes, refusal) {
      weighed.push([successes, refusal])
      const verdict = refusal ? left.shift() : 'open'
      if (verdict === undefined || verdict === 'away') throw new Error('away')
      return { verdict, at: 77 }
    },
  }
  const health = createHealth({ lane: 'default', isMixed: true, lanes, now: () => clock.now, log: silentLog })
  const note = (result: SendResult, email = 'ann@example.com', begunAt = clock.now) =>
    health.note(result, { subscriberId: 'ann', email }, begunAt)
  return { clock, note, pauses, weighed, reports }
}

test('a refusal that proves to be about us later pauses nothing: whoever found that out has', async () => {
  const { note, pauses } = judged('open', 'sender')
  const { judgement, ask } = await note(REFUSED)
  expect([judgement, await ask?.(), pauses]).toEqual(['open', 'ours', []])
})

test('a refusal that is asked about again is not counted again', async () => {
  const { note, weighed } = judged('open', 'subscriber')
  const { ask } = await note(REFUSED)
  expect(await ask?.()).toBe('theirs')
  expect(weighed.map(([, refusal]) => refusal?.at)).toEqual([undefined, 77])
})

test('whom a refusal is about stays open while the store is away', async () => {
  const { note, pauses } = judged('away', 'sender')
  const { judgement, ask } = await note(REFUSED)
  expect(judgement).toBe('open')
  expect([await ask?.(), pauses.length]).toEqual(['ours', 1])
})

test('a fault of the sender leaves the mail queued', async () => {
  const { note, pauses } = judged()
  expect((await note({ kind: 'sender_fault', response: '535 no' })).judgement).toBe('ours')
  expect(pauses).toEqual(['535 no'])
})

test('answers of one second are one lesson, of deferrals those of a quarter; each mail is reported once', async () => {
  const { clock, note, weighed, reports } = judged('subscriber', 'subscriber')
  const later: SendResult = { kind: 'deferred', response: '451 4.3.0 later' }
  await note(SENT, 'ann@a.example')
  clock.now += 999
  await note(SENT, 'bob@b.example', NOON + 900)
  await note(SENT, 'cyd@b.example', NOON + 500)
  expect([reports, weighed.length]).toEqual([['sent'], 1])
  clock.now += 1
  await note(REFUSED)
  await note(REFUSED)
  const told = weighed.slice(1).map(([successes]) => successes)
  expect(told).toEqual([
    { count: 2, domains: ['b.example'], agoMs: 1, begunAgoMs: 100 },
    { count: 0, domains: [], agoMs: 1, begunAgoMs: 100 },
  ])
  await note(later)
  clock.now += 249
  await note(later)
  expect(reports).toEqual(['sent', 'deferred'])
  clock.now += 1
  await note(later)
  expect(reports).toEqual(['sent', 'deferred', 'deferred'])
})

test('of the domains that accepted mails a few are told', async () => {
  const { clock, note, weighed } = judged()
  await note(SENT)
  for (const name of ['a', 'b', 'c', 'd', 'e']) await note(SENT, `ann@${name}.example`)
  clock.now += 1_000
  await note(SENT, 'ann@a.example')
  const domains = ['a.example', 'b.example', 'c.example', 'd.example']
  expect(weighed.map(([successes]) => successes)).toMatchObject([{ count: 1 }, { count: 6, domains }])
})
