// What the loop promises about the addresses that get no more mail, and those that get it again.
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { rowsFor, type Sql } from '../../../src/adapters/sql/driver/dialect.ts'
import { createEventArchive } from '../../../src/adapters/sql/events/archive.ts'
import { createLoop } from '../../../src/adapters/sql/loop/loop.ts'
import { BEGINNING } from '../../../src/core/events/cursor.ts'
import { createSubscribers } from '../../../src/adapters/sql/list/subscribers.ts'
import { MIRROR } from '../../../src/core/list/suppression.ts'
import type { Delivery } from '../../../src/core/campaigns/ports.ts'
import type { Suppression } from '../../../src/core/list/ports.ts'
import {
  about,
  LOOP_OPTIONS,
  SECRET,
  sync,
  ts,
  type LoopLab,
  type Payload,
} from '../../support/loop/loop-lab.ts'
import { DAY, HOUR, NOON } from '../../support/times.ts'

const DAYS = DAY / 1000
const foreign = (event: string, email: string, after = 0, changes: Payload = {}): Payload => ({
  event,
  ts: ts(NOON) + after,
  _id: `of another sender ${after}`,
  msg: { email, metadata: [], ...changes },
})

function permutations<T>(all: readonly T[]): T[][] {
  if (all.length < 2) return [[...all]]
  return all.flatMap((first, n) => permutations(all.toSpliced(n, 1)).map((rest) => [first, ...rest]))
}

export function promisesOfSuppressing(lab: () => LoopLab): void {
  const held = async (email: string, now = NOON) => {
    const found = await lab().suppressions.get(email, now)
    return found && { reason: found.reason, source: found.source, until: found.until }
  }
  const put = (email: string, changes: Partial<Suppression>) =>
    lab().suppressions.put({ email, reason: 'manual', source: 'api', since: NOON, until: null, ...changes })

  test.for([
    ['hard_bounce', 'bounce'],
    ['spam', 'complaint'],
    ['unsub', 'unsubscribe'],
    ['reject', 'reject'],
  ] as const)('%s stops further mail to its address', async ([event, reason]) => {
    const { deliveries } = await lab().campaign(1)
    const one = deliveries[0] as Delivery
    await lab().take(about(one, event, 0, { msg: { reject: { reason: 'hard-bounce' } } }))
    expect(await held(one.email)).toEqual({ reason, source: 'mandrill', until: null })
    const { unmailable } = createSubscribers(lab().sql, { secret: SECRET })
    expect((await unmailable([one.subscriberId], NOON)).size).toBe(1)
  })

  test.for([
    ['manual', 'spam', 'complaint'],
    ['manual', 'hard_bounce', 'manual'],
  ] as const)(
    'where somebody adds %s just before %s is written, it is %s afterwards',
    async ([added, event, left]) => {
      const { sql } = lab()
      let isFirst = true
      const late: Sql = {
        ...sql,
        async atomically(writes) {
          if (isFirst) await put('quick@example.com', { reason: added })
          isFirst = false
          return sql.atomically(writes)
        },
      }
      const effects = createLoop(late, LOOP_OPTIONS)
      const archive = createEventArchive(late, effects)
      const rows = lab().rows([foreign(event, 'quick@example.com'), foreign('open', 'b@example.com')])
      await archive.record(await archive.position(), rows.at(-1)?.event.cursor ?? BEGINNING, rows)
      expect(await held('quick@example.com')).toMatchObject({ reason: left })
      expect(await lab().archive.find({ limit: 10 })).toHaveLength(2)
    },
  )

  test.for([
    ['hard_bounce', 'bounce'],
    ['spam', 'complaint'],
    ['unsub', 'unsubscribe'],
  ] as const)(
    '%s of a mail of the hub that names no address is about whom the mail went to',
    async ([event, reason]) => {
      const { deliveries } = await lab().campaign(1)
      const one = deliveries[0] as Delivery
      await lab().take(about(one, event, 0, { msg: { email: null } }))
      expect(await held(one.email)).toMatchObject({ reason })
    },
  )

  test.for([
    '  Ann@Example.com ',
    '<ann@example.com>',
    'Ann <Ann> <ann@example.com>',
    '"Lee, Ann" < ann@example.com >',
  ])('a complaint counts however its address is written: %s', async (email) => {
    await lab().take(foreign('spam', email))
    expect(await held('ann@example.com')).toMatchObject({ reason: 'complaint' })
  })

  test('holds for addresses that are not on the list, and mails that are not of the hub', async () => {
    await lab().take(foreign('hard_bounce', 'Stranger@Example.com'))
    expect(await held('stranger@example.COM')).toMatchObject({ reason: 'bounce' })
  })

  test('who unsubscribes is off the list, too', async () => {
    const { deliveries } = await lab().campaign(2)
    const [one, two] = deliveries as [Delivery, Delivery]
    await lab().take(about(one, 'unsub'), about(one, 'spam', 1), about(two, 'spam', 1))
    const list = createSubscribers(lab().sql, { secret: SECRET })
    expect(await list.get(one.subscriberId)).toMatchObject({ subscribed: false })
    expect(await list.get(two.subscriberId)).toMatchObject({
      subscribed: true,
      suppressed: { reason: 'complaint' },
    })
    expect(await held(one.email)).toMatchObject({ reason: 'complaint' })
  })

  test.for<[unknown, string | undefined]>([
    [{ reason: 'hard-bounce' }, 'reject'],
    [{ reason: 'custom' }, 'reject'],
    [{ reason: 'invalid' }, 'reject'],
    ['hard-bounce', 'reject'],
    [{ reason: 'spam' }, 'complaint'],
    [{ reason: 'unsub' }, 'unsubscribe'],
    [{ reason: 'Hard_Bounce' }, 'reject'],
    // for a time
    [{ reason: 'soft-bounce' }, undefined],
    ['soft-bounce', undefined],
    // the sender's own
    [{ reason: 'invalid-sender' }, undefined],
    [{ reason: 'unsigned' }, undefined],
    [{ reason: 'rule' }, undefined],
    [{ reason: 'test-mode-limit' }, undefined],
    // not told, or not known
    [null, undefined],
    [undefined, undefined],
    [[], undefined],
    [{ reason: null }, undefined],
    [{ reason: 'constructor' }, undefined],
    [{ reason: 'something-new' }, undefined],
  ])('a refusal %j means %s', async ([reject, reason]) => {
    const email = 'a@example.com'
    await lab().take(foreign('reject', email, 0, { reject, state: 'rejected' }))
    expect((await held(email))?.reason).toBe(reason)
  })

  test.for(['soft-bounce', 'hard-bounce', 'custom', null])(
    'an entry of the list keeps its end, whatever is refused for it: %s',
    async (reason) => {
      const refused = (email: string, after: number) =>
        foreign('reject', email, after, { reject: reason && { reason } })
      const listed = (email: string, after: number) =>
        sync('blacklist', 'add', { email, reason: 'soft-bounce', expires_at: '2026-03-20 12:00:00' }, after)
      const [early, late, page] = ['early@example.com', 'late@example.com', 'page@example.com'] as const
      await lab().take(listed(early, 1))
      await lab().take(refused(early, 2))
      await lab().take(refused(late, 2))
      await lab().take(listed(late, 1))
      await lab().take(refused(page, 1), listed(page, 2), refused(page, 3))
      for (const email of [early, late, page])
        expect(await held(email), email).toEqual({
          reason: 'bounce',
          source: MIRROR,
          until: NOON + 10 * DAY,
        })
    },
  )

  test('a refusal takes no end from what was put there for a time, a hard bounce does', async () => {
    const email = 'a@example.com'
    await put(email, { reason: 'bounce', until: NOON + DAY })
    await lab().take(foreign('reject', email, 1, { reject: { reason: 'custom' } }))
    expect(await held(email)).toMatchObject({ source: 'api', until: NOON + DAY })
    await lab().take(foreign('hard_bounce', email, 2))
    expect(await held(email)).toEqual({ reason: 'bounce', source: 'mandrill', until: null })
  })

  test('so many soft bounces within 30 days do', async () => {
    const email = 'full@example.com'
    await lab().take(foreign('soft_bounce', email, -40 * DAYS), foreign('soft_bounce', email, -20 * DAYS))
    await lab().take(foreign('soft_bounce', email, -1 * DAYS))
    expect(await held(email)).toBeUndefined()
    await lab().take(foreign('soft_bounce', email, 0))
    expect(await held(email)).toMatchObject({ reason: 'bounce' })
  })

  test.for(['delivered', 'open', 'click'])('%s makes soft bounces before it history', async (event) => {
    const email = 'full@example.com'
    await lab().take(foreign(event, email, 10)) // heard first, happened last
    await lab().take(...[1, 2, 3].map((n) => foreign('soft_bounce', email, n)))
    await lab().take(...[11, 12].map((n) => foreign('soft_bounce', email, n)))
    expect(await held(email)).toBeUndefined()
    await lab().take(foreign('soft_bounce', email, 13))
    expect(await held(email)).toMatchObject({ reason: 'bounce' })
  })

  test("mirrors Mandrill's list, and when an entry of it ends", async () => {
    const entry = { email: 'a@example.com', reason: 'hard-bounce', expires_at: '2026-03-20 12:00:00' }
    await lab().take(sync('blacklist', 'add', entry))
    const until = NOON + 10 * DAY
    expect(await held(entry.email)).toEqual({ reason: 'bounce', source: 'mandrill denylist', until })
    expect(await held(entry.email, until)).toBeUndefined()
    await lab().take(sync('blacklist', 'change', { ...entry, expires_at: '2026-03-12 12:00:00' }, 1))
    expect(await held(entry.email)).toMatchObject({ until: NOON + 2 * DAY })
    await lab().take(sync('blacklist', 'change', { ...entry, expires_at: null }, 2))
    expect(await held(entry.email)).toMatchObject({ until: null })
    await lab().take(sync('blacklist', 'remove', entry, 3))
    expect(await held(entry.email)).toBeUndefined()
  })

  describe('in whatever order it is told', () => {
    const email = 'a@example.com'
    const listed = (action: string, after: number, entry: Payload = {}) =>
      sync('blacklist', action, { email, reason: 'hard-bounce', ...entry }, after)
    const allowed = (after: number) => sync('whitelist', 'add', { email }, after)
    const ends = '2026-03-20 12:00:00'
    const bounce = { reason: 'bounce', until: null }

    test.for<[string, Payload[], object | undefined]>([
      [
        'a complaint is not lifted',
        [listed('add', 1, { reason: 'spam' }), allowed(2)],
        { reason: 'complaint' },
      ],
      [
        "nor is the subscriber's wish",
        [listed('add', 1, { reason: 'unsub' }), allowed(2)],
        { reason: 'unsubscribe' },
      ],
      [
        'nor is a refusal for a complaint',
        [foreign('reject', email, 1, { reject: { reason: 'spam' } }), allowed(2)],
        { reason: 'complaint' },
      ],
      ['a bounce from before is lifted', [foreign('hard_bounce', email, 1), allowed(2)], undefined],
      ['a bounce from after it is not', [allowed(1), foreign('hard_bounce', email, 2)], bounce],
      ['an entry from after it is not', [listed('remove', 1), listed('add', 2)], bounce],
      [
        'the last change of an entry holds',
        [listed('add', 1, { expires_at: ends }), listed('change', 2)],
        bounce,
      ],
      ['also one that ends it', [listed('add', 1), listed('change', 2, { expired: true })], undefined],
      ['and one that comes back', [listed('add', 1), listed('remove', 2), listed('add', 3)], bounce],
      [
        'and what an entry for a time had hidden',
        [foreign('hard_bounce', email, 1), allowed(2), listed('add', 3, { expires_at: ends })],
        { reason: 'bounce', until: NOON + 10 * DAY },
      ],
    ])('%s', async ([, events, expected]) => {
      for (const [n, order] of permutations(events).entries())
        for (const atOnce of [false, true]) {
          const of = `order-${n}-${atOnce}@example.com`
          const payloads = order.map(
            (each) => JSON.parse(JSON.stringify(each).replaceAll(email, of)) as Payload,
          )
          if (atOnce) await lab().take(...payloads)
          else for (const payload of payloads) await lab().take(payload)
          const found = await held(of)
          if (expected) expect(found, of).toMatchObject(expected)
          else expect(found, of).toBeUndefined()
        }
    })
  })

  test('what was lifted by hand stays lifted, whatever is told of before', async () => {
    const email = 'full@example.com'
    const soft = (after: number) => foreign('soft_bounce', email, after)
    await lab().take(foreign('hard_bounce', email, 1), soft(2), soft(3), soft(4))
    lab().clock.now = NOON + 100_900
    expect(await lab().suppressions.remove(email)).toBe(true)
    await lab().take(foreign('hard_bounce', email, 5), soft(6))
    expect(await held(email)).toBeUndefined()
    await lab().take(soft(101), soft(102))
    expect(await held(email)).toBeUndefined()
    await lab().take(foreign('hard_bounce', email, 100))
    expect(await held(email)).toMatchObject({ reason: 'bounce' })
  })

  test("the mirror does not weaken what is the hub's own", async () => {
    const entry = { email: 'a@example.com', reason: 'soft-bounce', expires_at: '2026-03-11 12:00:00' }
    await lab().take(foreign('hard_bounce', entry.email), sync('blacklist', 'add', entry))
    expect(await held(entry.email)).toMatchObject({ source: 'mandrill', until: null })
    await lab().take(sync('blacklist', 'change', { ...entry, expired: true }, 1))
    expect(await held(entry.email)).toMatchObject({ source: 'mandrill', until: null })
  })

  test("the allow list lifts bounces, never complaints, the subscriber's own wish or the operator's", async () => {
    await lab().take(
      ...['hard_bounce', 'reject', 'spam', 'unsub'].map((event) =>
        foreign(event, `${event}@example.com`, 0, { reject: { reason: 'custom' } }),
      ),
    )
    await put('manual@example.com', {})
    const all = ['hard_bounce', 'reject', 'spam', 'unsub', 'manual'].map((word) => `${word}@example.com`)
    await lab().take(...all.map((email) => sync('whitelist', 'add', { email }, 5)))
    expect(await Promise.all(all.map(async (email) => (await held(email))?.reason))).toEqual([
      undefined,
      undefined,
      'complaint',
      'unsubscribe',
      'manual',
    ])
  })

  test('a bounce from before an address was allowed again is history; one after it counts', async () => {
    const email = 'back@example.com'
    await lab().take(sync('whitelist', 'add', { email }, 100))
    await lab().take(foreign('hard_bounce', email, 50))
    expect(await held(email)).toBeUndefined()
    await lab().take(foreign('hard_bounce', email, 150))
    expect(await held(email)).toMatchObject({ reason: 'bounce' })
  })

  test('within one page the order counts', async () => {
    const entry = { email: 'a@example.com', reason: 'hard-bounce' }
    await lab().take(
      sync('blacklist', 'add', entry, 1),
      sync('blacklist', 'remove', entry, 2),
      foreign('hard_bounce', entry.email, 3),
    )
    expect(await held(entry.email)).toMatchObject({ source: 'mandrill' })
    await lab().take(foreign('hard_bounce', entry.email, 4), sync('blacklist', 'remove', entry, 5))
    expect(await held(entry.email)).toBeUndefined()
  })

  test('a weaker one does not take the place of a stronger one', async () => {
    await put('a@example.com', { reason: 'complaint' })
    await put('b@example.com', { until: NOON - 1 })
    await lab().take(foreign('hard_bounce', 'a@example.com'), foreign('hard_bounce', 'b@example.com'))
    expect(await held('a@example.com')).toMatchObject({ reason: 'complaint', source: 'api' })
    expect(await held('b@example.com')).toMatchObject({ reason: 'bounce' })
  })

  test("an erased person's address is not stored again", async () => {
    const { deliveries } = await lab().campaign(1)
    const one = deliveries[0] as Delivery
    await lab().take(about(one, 'hard_bounce'))
    await createSubscribers(lab().sql, { secret: SECRET }).erase(one.email, NOON)
    await lab().take(foreign('spam', one.email, 5))
    expect(await held(one.email)).toMatchObject({ reason: 'complaint' })
    expect((await lab().suppressions.list(10)).map(({ email }) => email)).toEqual([null])
  })

  test('who has come back after an erasure is stopped by a complaint like everybody', async () => {
    const email = 'back@example.com'
    const list = createSubscribers(lab().sql, { secret: SECRET, now: () => NOON })
    await list.subscribe(email, '', NOON - 5 * HOUR)
    await put(email, { reason: 'bounce', source: MIRROR, since: NOON - 4 * HOUR, until: NOON - 2 * HOUR })
    await list.erase(email, NOON - 3 * HOUR)
    const back = (await list.subscribe(email, '', NOON - HOUR)).subscriber?.id ?? ''
    await lab().take(foreign('spam', email))
    expect((await list.unmailable([back], NOON)).get(back)).toBe('suppressed: complaint')
    expect((await list.get(back))?.suppressed).toMatchObject({ reason: 'complaint' })
  })

  test('who waits for confirmation after an erasure is known by a complaint like everybody', async () => {
    const email = 'waits@example.com'
    const list = createSubscribers(lab().sql, { secret: SECRET, now: () => NOON })
    await list.subscribe(email, '', NOON - HOUR)
    await put(email, { reason: 'unsubscribe' })
    await list.erase(email, NOON)
    const waits = (await list.subscribe(email, '', NOON, false)).subscriber?.id ?? ''
    await lab().take(foreign('spam', email))
    expect((await list.get(waits))?.suppressed).toMatchObject({ reason: 'complaint' })
    expect(await list.confirm(waits, NOON, NOON)).toBe('unknown')
  })

  test('an address with very many soft bounces takes nothing from the others', async () => {
    const loud = Array.from({ length: 50_000 }, (_, n) => ({ email: 'alerts@full.example', n }))
    const quiet = ['a@example.com', 'zoe@example.com'].flatMap((email) => [1, 2].map((n) => ({ email, n })))
    const rows = [...loud, ...quiet].map(({ email, n }, seq) => ({
      epoch: 1,
      seq,
      id: createHash('sha256').update(`${email} ${n}`).digest().subarray(0, 16),
      kind: 'soft_bounced' as const,
      receivedAt: NOON - DAY + n,
      email,
      run: 1,
    }))
    const { events, eventSpans } = lab().sql.tables
    const places = { firstEpoch: 1, firstSeq: 0, lastEpoch: 1, lastSeq: rows.length }
    const span = { step: DAY, start: NOON - 1.5 * DAY, ...places }
    await lab().sql.atomically([rowsFor(events, rows), rowsFor(eventSpans, [span])])
    const emails = ['a@example.com', 'alerts@full.example', 'zoe@example.com']
    await lab().take(...emails.map((email) => foreign('soft_bounce', email)))
    for (const email of emails) expect(await held(email)).toMatchObject({ reason: 'bounce' })
  })

  test('soft bounces that happened first, and are heard last, count as what they are', async () => {
    const email = 'late@example.com'
    await lab().take(...[50, 10, 40].map((n) => foreign('soft_bounce', email, n)), foreign('open', email, 20))
    expect(await held(email)).toMatchObject({ reason: 'bounce' }) // before the mail that got through was heard of
    await lab().sql.run(lab().sql.db.delete(lab().sql.tables.suppressions))
    await lab().take(...[5, 6, 7, 8, 9].map((n) => foreign('soft_bounce', email, n)))
    expect(await held(email)).toBeUndefined()
    await lab().take(foreign('soft_bounce', email, 30))
    expect(await held(email)).toMatchObject({ reason: 'bounce' })
  })

  test('what names another address than the mail of the hub went to is about that one', async () => {
    const one = (await lab().campaign(1)).deliveries[0] as Delivery
    await lab().take(about(one, 'send'))
    const email = 'forwarded@example.com'
    await lab().take(about(one, 'hard_bounce', 1, { msg: { email, metadata: [] } }))
    expect([await held(one.email), (await held(email))?.reason]).toEqual([undefined, 'bounce'])
  })

  test('since when an address is allowed again is remembered, however long ago that was told', async () => {
    const email = 'allowed@example.com'
    const { db, run, tables } = lab().sql
    await lab().take(sync('whitelist', 'add', { email }, -60 * DAYS))
    await run(db.update(tables.events).set({ receivedAt: NOON - 60 * DAY }))
    await lab().take(foreign('hard_bounce', email, -61 * DAYS))
    expect(await held(email)).toBeUndefined()
    await lab().take(foreign('hard_bounce', email, -59 * DAYS))
    expect(await held(email)).toMatchObject({ reason: 'bounce' })
  })

  test("a reason of Mandrill's that is no text is none", async () => {
    const reasons = [{ toString: 1 }, ['spam'], 7, null]
    await lab().take(
      ...reasons.map((reason, n) => sync('blacklist', 'add', { email: `${n}@example.com`, reason })),
    )
    for (const n of reasons.keys()) expect(await held(`${n}@example.com`)).toMatchObject({ reason: 'reject' })
  })

  test('what is no address suppresses nobody', async () => {
    const bad = ['no address', `${'x'.repeat(300)}@example.com`, 'a@b']
    await lab().take(...bad.map((email) => foreign('hard_bounce', email)), { event: 'spam', msg: null })
    expect(await lab().suppressions.count()).toBe(0)
  })
}
