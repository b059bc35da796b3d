// Every promise of the SuppressionStore port, as tests that each database must pass.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { rowsFor, type Sql } from '../../../src/adapters/sql/driver/dialect.ts'
import { createSuppressions } from '../../../src/adapters/sql/list/suppressions.ts'
import type { Suppression, SuppressionReason } from '../../../src/core/list/ports.ts'
import { MANDRILL, MIRROR, replaces, STRENGTH } from '../../../src/core/list/suppression.ts'
import { makeSuppression, openListLab, type ListLab } from '../../support/list/list-lab.ts'
import type { SqlLab } from '../../support/database/sql-lab.ts'
import { HOUR, NOON } from '../../support/times.ts'

const ANN = 'Ann@Example.com'

export function suppressionsContract(openLab: () => Promise<SqlLab>): void {
  let lab: ListLab
  beforeAll(async () => void (lab = await openListLab(openLab)))
  beforeEach(() => lab.wipe())
  afterAll(() => lab?.close())
  const put = (change: Partial<Suppression> = {}) => lab.suppressions.put(makeSuppression(ANN, change))
  const held = (now = NOON) => lab.suppressions.get('ann@EXAMPLE.com', now)

  test('gives back what was put, whatever the case of the address', async () => {
    await put({ until: NOON + HOUR })
    expect(await held()).toEqual({
      ...makeSuppression(ANN, { until: NOON + HOUR }),
      key: 'ann@example.com',
    })
    expect(await lab.suppressions.get('bob@example.com', NOON)).toBeUndefined()
  })

  test('one that is over does not hold', async () => {
    await put({ until: NOON + HOUR })
    expect(await held(NOON + HOUR - 1)).toBeDefined()
    expect(await held(NOON + HOUR)).toBeUndefined()
  })

  test('is removed once, whatever the case of the address', async () => {
    await put()
    expect(await lab.suppressions.remove('ANN@example.com')).toBe(true)
    expect(await lab.suppressions.remove('ANN@example.com')).toBe(false)
    expect(await held()).toBeUndefined()
  })

  test('several may remove one at the same time, also one that a subscriber takes back meanwhile', async () => {
    await put({ reason: 'unsubscribe' })
    const back = Promise.withResolvers<unknown>()
    let reading = 6
    const overtaken: Sql = {
      ...lab.sql,
      async atomically(writes) {
        if ((reading -= 1) === 0) back.resolve(lab.list.subscribe(ANN, '', NOON))
        await back.promise
        return lab.sql.atomically(writes)
      },
    }
    const all = Array.from({ length: reading }, () =>
      createSuppressions(overtaken, { secret: 'of the tests' }),
    )
    await Promise.all(all.map((each) => each.remove(ANN)))
    expect(await held()).toBeUndefined()
  })

  test('pages give all of them, also those that are over', async () => {
    const emails = Array.from({ length: 7 }, (_, n) => `reader-${n}@example.com`)
    for (const email of emails) await lab.suppressions.put(makeSuppression(email, { until: NOON - HOUR }))
    for (const order of ['asc', 'desc'] as const) {
      const seen: (string | null)[] = []
      for (let after: string | undefined; ;) {
        const page = await lab.suppressions.list(3, after, {}, order)
        seen.push(...page.map(({ email }) => email))
        after = page.at(-1)?.key
        if (page.length < 3) break
      }
      expect(seen).toEqual(order === 'asc' ? emails : emails.toReversed())
    }
    expect(await lab.suppressions.count()).toBe(7)
  })

  test('many are put in one step, which tells how many are news', async () => {
    await put({ reason: 'bounce' })
    const all = [ANN, 'b@example.com', 'c@example.com'].map((email) =>
      makeSuppression(email, { reason: 'complaint' }),
    )
    expect(await lab.suppressions.putAll(all, true)).toBe(2)
    expect(await lab.suppressions.count()).toBe(1)
    expect(await lab.suppressions.putAll(all)).toBe(2)
    expect(await lab.suppressions.putAll(all)).toBe(0)
    expect(await lab.suppressions.putAll([])).toBe(0)
    expect(await lab.suppressions.count({ reason: 'complaint' })).toBe(3)
    expect(await lab.suppressions.list(9, '', { q: 'ANN@', reason: 'complaint' })).toHaveLength(1)
  })

  test("the subscriber's wish takes them off the list, in whatever way it is told", async () => {
    await lab.list.subscribe(ANN, '', NOON)
    await put({ reason: 'complaint' })
    expect((await lab.list.find({ limit: 1 }))[0]?.subscribed).toBe(true)
    await put({ reason: 'unsubscribe' })
    expect((await lab.list.find({ limit: 1 }))[0]).toMatchObject({
      subscribed: false,
      suppressed: { reason: 'complaint' },
    })
  })

  describe('of two for one address', () => {
    test.each([
      ['complaint', 'bounce', 'complaint'],
      ['bounce', 'complaint', 'complaint'],
      ['complaint', 'unsubscribe', 'complaint'],
      ['unsubscribe', 'complaint', 'complaint'],
      ['unsubscribe', 'bounce', 'unsubscribe'],
      ['bounce', 'unsubscribe', 'unsubscribe'],
      ['manual', 'bounce', 'manual'],
      ['manual', 'unsubscribe', 'manual'],
      ['unsubscribe', 'manual', 'manual'],
      ['reject', 'bounce', 'reject'],
    ] as const)('%s and then %s: %s holds', async (first, second, holds) => {
      await put({ reason: first })
      await put({ reason: second })
      expect((await held())?.reason).toBe(holds)
      expect(await lab.suppressions.count()).toBe(1)
    })

    test('the longer holds', async () => {
      await put({ until: NOON + HOUR })
      await put({ until: NOON + 2 * HOUR })
      await put({ until: NOON + HOUR })
      expect((await held())?.until).toBe(NOON + 2 * HOUR)
      await put({ until: null })
      await put({ until: NOON + 3 * HOUR })
      expect((await held())?.until).toBeNull()
    })

    test('the first keeps its beginning when it is only told again', async () => {
      await put()
      await put({ since: NOON + HOUR })
      expect((await held())?.since).toBe(NOON)
    })

    test('a weaker one takes the place of one that is over', async () => {
      await put({ reason: 'complaint', until: NOON + HOUR })
      await put({ reason: 'bounce', since: NOON + HOUR })
      expect((await held(NOON + HOUR))?.reason).toBe('bounce')
    })
  })

  test('many at once leave the strongest', async () => {
    const reasons = ['bounce', 'complaint', 'reject', 'manual', 'bounce', 'reject'] as const
    await Promise.all(reasons.map((reason) => put({ reason })))
    expect((await held())?.reason).toBe('complaint')
  })

  const REASONS = Object.keys(STRENGTH) as SuppressionReason[]
  const SOURCES = [MIRROR, MANDRILL, 'api', 'smtp']
  const since = NOON + HOUR

  test.each(REASONS)(
    "what is there is replaced by a %s as core's rule says, whatever it is",
    async (reason) => {
      const there = REASONS.flatMap((reason) =>
        SOURCES.flatMap((source) =>
          [null, since, since + 1, since + HOUR - 1, since + HOUR, since + HOUR + 1].map((until) => ({
            reason,
            source,
            until,
            since: NOON,
          })),
        ),
      ).map((held, n) => ({ ...held, emailKey: `n${n}@example.com`, email: `N${n}@example.com` }))
      for (const source of SOURCES)
        for (const until of [null, since, since + HOUR]) {
          await lab.wipe()
          await lab.sql.run(rowsFor(lab.sql.tables.suppressions, there))
          const told = { reason, source, since, until }
          await lab.suppressions.putAll(there.map(({ email }) => ({ ...told, email })))
          const now = new Map((await lab.suppressions.list(1_000)).map((row) => [row.key, row]))
          for (const { emailKey, email, ...held } of there)
            expect(now.get(emailKey), JSON.stringify([told, held])).toEqual({
              ...(replaces(told, held) ? told : held),
              key: emailKey,
              email,
            })
        }
    },
  )
}
