// Any order, repetition, splitting and loss of events: counts, facts and suppressions are those of a simple model.
//
// A few cases in the normal run; LOOP_CASES=10000 for the long one.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Delivery } from '../../../src/core/campaigns/ports.ts'
import { about, APPLE, FIREFOX, sync, ts, type LoopLab, type Payload } from '../../support/loop/loop-lab.ts'
import { countAll, heldOf, knownOf, type Told } from '../../support/loop/loop-model.ts'
import { NOON } from '../../support/times.ts'

const READERS = 3
const SOFT_BOUNCES = 3
const LINKS = ['https://a.example', 'https://b.example']
const KINDS = [
  'send',
  'deferral',
  'delivered',
  'open',
  'open',
  'click',
  'click',
  'hard_bounce',
  'soft_bounce',
  'soft_bounce',
  'spam',
  'unsub',
  'reject',
  'blacklist',
  'whitelist',
] as const

const happening = fc.record({
  subscriber: fc.nat(READERS - 1),
  event: fc.constantFrom(...KINDS),
  /** Mostly within seconds of each other, where the rules are fine; now and then weeks apart. */
  at: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1, max: 15 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 50 }).map((days) => days * 86_400) },
  ),
  link: fc.constantFrom(...LINKS),
  robot: fc.boolean(),
  named: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  expires: fc.option(fc.constantFrom(86_400, 864_000)),
})
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

const story = fc.record({
  happenings: fc.array(happening, { minLength: 1, maxLength: 30 }),
  /** Which events come, in which order, some again, some never; and where pages end. */
  arrivals: fc.array(fc.record({ which: fc.nat(29), endsPage: fc.boolean() }), {
    minLength: 1,
    maxLength: 45,
  }),
})

export function propertyOfTheLoop(lab: () => LoopLab): void {
  const runs = Number(process.env.LOOP_CASES ?? 40)

  test(`${runs} stories`, { timeout: 60_000 + runs * 200 }, async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ happenings, arrivals }) => tellStory(lab(), happenings, arrivals)),
      { numRuns: runs },
    )
  })
}

async function tellStory(
  lab: LoopLab,
  happenings: readonly Happening[],
  arrivals: readonly { which: number; endsPage: boolean }[],
): Promise<void> {
  const { sql } = lab
  await sql.run(sql.db.delete(sql.tables.subscribers)) // the subscribers of the stories before
  const { campaign, deliveries } = await lab.campaign(READERS)
  const told = happenings.map((each) => tell(each, happenings, deliveries))
  const coming = arrivals.flatMap(({ which, endsPage }) => {
    const one = told[which]
    return one ? [{ one, endsPage }] : []
  })
  let page: Payload[] = []
  for (const [n, { one, endsPage }] of coming.entries()) {
    page.push(one.payload)
    if (!endsPage && n < coming.length - 1) continue
    await lab.take(...page)
    page = []
  }
  await compare(lab, campaign.id, deliveries, firsts(coming.map(({ one }) => one)))
}

/** The same text again is the same event, and changes nothing. */
function firsts(all: readonly Told[]): readonly Told[] {
  const seen = new Set<string>()
  return all.filter(({ payload }) => {
    const text = JSON.stringify(payload)
    return !seen.has(text) && seen.add(text)
  })
}

async function compare(
  lab: LoopLab,
  campaignId: string,
  deliveries: readonly Delivery[],
  all: readonly Told[],
): Promise<void> {
  const counts = (await lab.reactions.counts([campaignId])).get(campaignId)
  const expected = countAll(deliveries, all)
  expect({ ...counts }).toMatchObject(counts ? expected : {})
  if (!counts) expect(Object.values(expected).filter((count) => count > 0)).toEqual([])
  const facts = await lab.reactions.of(
    campaignId,
    deliveries.map(({ id }) => id),
  )
  for (const [subscriber, { id, email, subscriberId }] of deliveries.entries()) {
    const known = knownOf(subscriber, all)
    const found = facts.get(id)
    const isTrue = (fact: string) => found?.[fact as keyof typeof found] !== null
    expect(found && Object.fromEntries(Object.keys(known ?? {}).map((fact) => [fact, isTrue(fact)]))).toEqual(
      known,
    )
    const held = await lab.suppressions.get(email, NOON)
    const must = heldOf(subscriber, all, NOON, SOFT_BOUNCES)
    // Which of several bounces and refusals is named does not matter.
    const reason = held?.reason === 'reject' ? 'bounce' : held?.reason
    expect(held && { reason, until: held.until }).toEqual(must)
    const left = all.some((told) => told.subscriber === subscriber && told.event === 'unsub')
    expect(await isSubscribed(lab, subscriberId)).toBe(!left)
  }
}

async function isSubscribed({ sql }: LoopLab, id: string): Promise<boolean> {
  const { subscribers } = sql.tables
  const rows = await sql.read(sql.db.select().from(subscribers))
  return rows.find((row) => row.id === id)?.subscribed === 1
}

/** A happening as Mandrill tells it: with all visits of its mail up to then, and the answer of the subscriber's server. */
function tell(one: Happening, all: readonly Happening[], deliveries: readonly Delivery[]): Told {
  const delivery = deliveries[one.subscriber] as Delivery
  const link = one.event === 'click' ? one.link : ''
  const before = all.filter(({ subscriber, at }) => subscriber === one.subscriber && at <= one.at)
  const visits = before.filter(({ event }) => event === 'open' || event === 'click')
  const listed = visits.map((visit) => ({ ...visit, link: visit.event === 'click' ? visit.link : '' }))
  const answers = before.filter(({ event }) => event === 'delivered').map(({ at }) => at)
  const answered = answers.length > 0 ? Math.min(...answers) : null
  const isSync = one.event === 'blacklist' || one.event === 'whitelist'
  const payload = isSync ? syncEvent(one, delivery) : mailEvent(one, delivery, { visits, answers })
  return { ...one, link, payload, listed: isSync ? [] : listed, answered: isSync ? null : answered }
}

function syncEvent({ event, at, expires }: Happening, { email }: Delivery): Payload {
  const ends =
    expires === null ? null : new Date(NOON + expires * 1000).toISOString().slice(0, 19).replace('T', ' ')
  return sync(event, 'add', { email, reason: 'hard-bounce', expires_at: ends }, at)
}

type Before = { readonly visits: readonly Happening[]; readonly answers: readonly number[] }

function mailEvent(
  { event, at, link, robot, named }: Happening,
  delivery: Delivery,
  before: Before,
): Payload {
  const second = (at: number) => ts(NOON) + at
  const list = (kind: string) =>
    before.visits
      .filter(({ event }) => event === kind)
      .map(({ at, link }) => ({
        ts: second(at),
        ua: 'Linux/Ubuntu/Firefox',
        ...(kind === 'click' && { url: link }),
      }))
  return about(delivery, event, at, {
    ...(event === 'open' || event === 'click' ? (robot ? APPLE : FIREFOX) : {}),
    ...(event === 'click' && { url: link }),
    msg: {
      opens: list('open'),
      clicks: list('click'),
      ...(event === 'reject' && { reject: { reason: 'hard-bounce' } }),
      smtp_events: before.answers.map((at) => ({ ts: second(at), type: 'sent', diag: '250 ok' })),
      ...(!named && { metadata: [] }),
    },
  })
}
