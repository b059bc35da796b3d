// Who is suppressed is counted and paged through by what suppressions note: it must be what a look at each would say, whoever has
// changed the list, or the suppressions, and however.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLedger } from '../../../src/adapters/sql/campaigns/ledger.ts'
import { startFilling } from '../../../src/adapters/sql/list/filling.ts'
import { renote } from '../../../src/adapters/sql/list/suppressed.ts'
import { sql as words } from '../../../src/adapters/sql/driver/drizzle.ts'
import type { Subscriber, SubscriberQuery } from '../../../src/core/list/ports.ts'
import { silentLog } from '../../support/events/feed-lab.ts'
import { makeReaders, makeSuppression, type ListLab } from '../../support/list/list-lab.ts'
import { HOUR, NOON } from '../../support/times.ts'

const READERS = 6
const going = new AbortController().signal
const emailOf = (n: number) => `reader-${n}@example.com`
const REASONS = ['bounce', 'complaint', 'unsubscribe', 'manual'] as const

const step = fc.record({
  what: fc.constantFrom(
    'subscribe',
    'ask',
    'leave',
    'leaveByLink',
    'suppress',
    'suppressMany',
    'lift',
    'import',
    'importTold',
    'remove',
    'erase',
    'removeAll',
    'wait',
  ),
  who: fc.integer({ min: 1, max: READERS }),
  reason: fc.constantFrom(...REASONS),
  forAnHour: fc.boolean(),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

type Standing = Pick<SubscriberQuery, 'suppressed' | 'mailable' | 'subscribed' | 'q'>
const EITHER = [undefined, true, false]
const STANDINGS: readonly Standing[] = EITHER.flatMap((suppressed) =>
  EITHER.flatMap((mailable) => EITHER.map((subscribed) => ({ suppressed, mailable, subscribed }))),
)

export function promisesOfTheSuppressed(lab: () => ListLab): void {
  const idOf = async (n: number) => (await lab().list.find({ limit: 1, email: emailOf(n) }))[0]?.id ?? ''

  async function take({ what, who, reason, forAnHour }: Step): Promise<void> {
    const { list, suppressions, clock } = lab()
    const { now } = clock
    const told = { reason, since: now, until: forAnHour ? now + HOUR : null }
    if (what === 'subscribe') await list.subscribe(emailOf(who), 'A', now)
    if (what === 'ask') await list.subscribe(emailOf(who), 'A', now, false)
    if (what === 'leave') await list.unsubscribe(emailOf(who), now)
    if (what === 'leaveByLink') await list.unsubscribeById(await idOf(who), now)
    if (what === 'suppress') await suppressions.put(makeSuppression(emailOf(who), told))
    if (what === 'suppressMany')
      await suppressions.putAll([who, who + 1].map((n) => makeSuppression(emailOf(n), told)))
    if (what === 'lift') await suppressions.remove(emailOf(who))
    if (what === 'import') await list.import(makeReaders(who, who + 2), now, false)
    if (what === 'importTold')
      await list.import([{ email: emailOf(who), name: 'A', wish: 'left', suppressed: reason }], now, false)
    if (what === 'remove') await list.remove(await idOf(who))
    if (what === 'erase') await list.erase(emailOf(who), now)
    if (what === 'removeAll') await list.removeAll()
    if (what === 'wait') clock.now += HOUR
  }

  const fits = ({ suppressed, mailable, subscribed }: Standing, one: Subscriber) =>
    (suppressed === undefined || suppressed === (one.suppressed !== null)) &&
    (mailable === undefined || mailable === (one.subscribed && one.suppressed === null)) &&
    (subscribed === undefined || subscribed === one.subscribed)

  /** Everything that is told by notes, beside what the rows themselves say. */
  async function expectRight(): Promise<void> {
    const { list, sql, clock } = lab()
    const all = await list.find({ limit: 1_000 })
    for (const standing of STANDINGS)
      for (const q of [undefined, 'reader']) {
        const expected = all.filter((one) => fits(standing, one))
        expect(await list.count({ ...standing, q }), JSON.stringify(standing)).toBe(expected.length)
        expect(await list.find({ ...standing, q, limit: 1_000 })).toEqual(expected)
      }
    const mailable = all.filter((one) => fits({ mailable: true }, one))
    const { recipients, skipped } = await createLedger(sql).audience({ id: '', expanded: false }, clock.now)
    expect(recipients).toBe(mailable.length)
    expect(Object.values(skipped).reduce((sum, count) => sum + count, 0)).toBe(
      all.filter((one) => fits({ subscribed: true, suppressed: true }, one)).length,
    )
  }

  test('any order of coming, leaving and suppressing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        await lab().wipe()
        for (const each of steps) await take(each)
        await expectRight()
        expect(await renote(lab().sql, going)).toBe(0)
      }),
      { numRuns: 25 },
    )
  })

  test('pages of any length, both ways, and of many', async () => {
    const { list, suppressions } = lab()
    for (const from of [1, 1_001, 2_001]) await list.import(makeReaders(from, from + 999), NOON, false)
    await suppressions.putAll(makeReaders(500, 2_499).map(({ email }) => makeSuppression(email)))
    for (let n = 100; n <= 3_000; n += 100) await list.unsubscribe(emailOf(n), NOON)
    const all = await list.find({ limit: 3_000 })
    for (const standing of [{ suppressed: true }, { mailable: false }, { mailable: false, q: 'reader' }])
      for (const order of ['asc', 'desc'] as const)
        for (const limit of [7, 1_000]) {
          const expected = all.filter((one) => fits(standing, one))
          if (order === 'desc') expected.reverse()
          const seen: Subscriber[] = []
          for (const page of [1, 2, 3]) {
            const after = seen.at(-1)?.id
            seen.push(...(await list.find({ ...standing, limit, order, after })))
            expect(seen, `page ${page}`).toEqual(expected.slice(0, seen.length))
          }
          expect(seen).toHaveLength(Math.min(3 * limit, expected.length))
        }
  })

  test('several processes that change the same people and suppressions at the same time', async () => {
    const { list, suppressions, sql } = lab()
    const all = [list, await lab().another(), await lab().another()]
    const work = all.flatMap((each, who) =>
      Array.from({ length: 24 }, (_, n) => async () => {
        const email = emailOf(1 + (n % READERS))
        if ((n + who) % 5 === 0) return each.subscribe(email, '', NOON)
        if ((n + who) % 5 === 1) return suppressions.put(makeSuppression(email))
        if ((n + who) % 5 === 2) return each.unsubscribe(email, NOON)
        if ((n + who) % 5 === 3) return suppressions.remove(email)
        return (n + who) % 2 === 0 ? each.erase(email, NOON) : each.import(makeReaders(1, READERS), NOON, false) // prettier-ignore
      }),
    )
    await Promise.all(work.map((one) => one()))
    await expectRight()
    expect(await renote(sql, going)).toBe(0)
  })

  test('what a process of before has written beside this one is mended', async () => {
    const { list, suppressions, sql } = lab()
    await list.import(makeReaders(1, 8), NOON, false)
    for (const n of [1, 2, 3, 9]) await suppressions.put(makeSuppression(emailOf(n)))
    const { db, tables, run } = sql
    const older = (set: { subscriber?: null; subscribed?: number | null }, n: number) =>
      run(
        db
          .update(tables.suppressions)
          .set(set)
          .where(words`${tables.suppressions.emailKey} = ${emailOf(n)}`),
      )
    await older({ subscriber: null, subscribed: null }, 1)
    await older({ subscribed: 0 }, 2)
    await older({ subscriber: null }, 3)
    expect(await renote(sql, going)).toBe(3)
    expect(await renote(sql, going)).toBe(0)
    await expectRight()
    await older({ subscribed: 0 }, 2)
    await startFilling(sql, silentLog).close() // as each start does
    expect(await renote(sql, going)).toBe(0)
  })

  test('a process that stops mends no more of them than it has begun with', async () => {
    const { list, suppressions, sql } = lab()
    const { db, tables, run } = sql
    const all = makeReaders(1, 2_000)
    for (const half of [all.slice(0, 1_000), all.slice(1_000)]) await list.import(half, NOON, false)
    await suppressions.putAll(all.map(({ email }) => makeSuppression(email)))
    await run(db.update(tables.suppressions).set({ subscribed: 0 }))
    expect(await renote(sql, AbortSignal.abort())).toBe(1_000)
    expect(await renote(sql, going)).toBe(1_000)
  })

  test('suppressions of before note it when their tables are brought up to date', async () => {
    const { list, suppressions, sql } = lab()
    await list.import(makeReaders(1, 4), NOON, false)
    await list.unsubscribe(emailOf(2), NOON)
    for (const n of [1, 2, 9]) await suppressions.put(makeSuppression(emailOf(n)))
    const raw = (text: string) => sql.run({ toSQL: () => ({ sql: text, params: [] }) })
    const dropped = 'DROP INDEX suppressions_subscriber'
    await Promise.any([raw(dropped), raw(`${dropped} ON suppressions`)]) // as the one database says it, or the other
    for (const column of ['subscriber', 'subscribed'])
      await raw(`ALTER TABLE suppressions DROP COLUMN ${column}`)
    await raw("DELETE FROM migrations WHERE name = '0017_held'")
    await lab().another()
    await expectRight()
    expect(await renote(sql, going)).toBe(0)
  })
}
