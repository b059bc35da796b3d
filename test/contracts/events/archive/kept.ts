// What EventArchive promises about the counts that are kept beside the events: they are what counting anew would tell.
import { expect, test } from 'vitest'
import { createEventArchive } from '../../../../src/adapters/sql/events/archive.ts'
import { byStepAndKind } from '../../../../src/adapters/sql/events/counts.ts'
import { rowsFor, type Sql } from '../../../../src/adapters/sql/driver/dialect.ts'
import { BEGINNING } from '../../../../src/core/events/cursor.ts'
import type { Count, EventArchive, EventSelection } from '../../../../src/core/events/ports.ts'
import { EPOCH, makeRow, makeRows, type SqlLab } from '../../../support/database/sql-lab.ts'
import { listening, updateOfSqlite } from '../../../support/database/plans.ts'
import { DAY, HOUR, MINUTE } from '../../../support/times.ts'

const at = (seq: number) => ({ epoch: EPOCH, seq })
const SPRING = { campaignId: 'spring' }

/** 600 events of an hour: of two campaigns, two subaccounts and neither. */
const rows = Array.from({ length: 600 }, (_, n) =>
  makeRow(n + 1, {
    receivedAt: EPOCH + n * 6_000 + (n % 7),
    kind: n % 3 ? 'opened' : 'clicked',
    ...(n % 4 && { campaignId: n % 4 === 1 ? 'spring' : 'may' }),
    ...(n % 5 === 0 && { subaccount: n % 2 ? 'shop' : 'news' }),
  }),
)

export function promisesOfKeptCounts(lab: () => SqlLab): void {
  async function filled() {
    const sql = await lab().open()
    const archive = createEventArchive(sql)
    for (let seq = 0; seq < rows.length; seq += 200)
      await archive.record(seq ? at(seq) : BEGINNING, at(seq + 200), rows.slice(seq, seq + 200))
    return { sql, archive, amount: (query: EventSelection) => amountIn(archive, query) }
  }

  test.for([SPRING, { subaccount: 'shop' }, { ...SPRING, kinds: ['clicked' as const] }, {}])(
    'whole minutes of %j are told without a look at the events, the rest is counted',
    async (filter) => {
      const { sql, archive } = await filled()
      const times = [
        { since: EPOCH + 61_234, until: EPOCH + 20 * MINUTE + 30_000 },
        { since: EPOCH + 61_234, until: EPOCH + 61_300 },
        { since: EPOCH + 61_234 },
        { until: EPOCH + 30_000 },
      ]
      const seconds = times.map((time) => archive.counts({ ...filter, ...time, step: 1_000 }))
      const counted = (await Promise.all(seconds)).map((steps) => inMinutes(steps))
      const asked = () =>
        Promise.all(times.map((time) => archive.counts({ ...filter, ...time, step: MINUTE })))
      expect(await asked()).toEqual(counted)
      const whole = { ...filter, since: EPOCH, until: EPOCH + DAY, step: 5 * MINUTE }
      const known = await archive.counts(whole)
      await forgetEvents(sql)
      expect(await archive.counts(whole)).toEqual(known)
    },
  )

  test('of a campaign and a subaccount at once, events are counted', async () => {
    const { amount } = await filled()
    const both = rows.filter(({ facts }) => facts.campaignId === 'spring' && facts.subaccount === 'shop')
    expect(both.length).toBeGreaterThan(5)
    expect(await amount({ ...SPRING, subaccount: 'shop' })).toBe(both.length)
  })

  test('of a campaign and a tag of another time nothing is looked through, and nothing is missed of the same time', async () => {
    const heard: string[] = []
    const sql = listening(await lab().open(), updateOfSqlite, ({ text }) => void heard.push(text))
    const archive = createEventArchive(sql)
    const late = EPOCH + 60 * MINUTE
    const told = [
      ...makeRows(1, 20, { campaignId: 'early', tags: ['first'] }),
      ...makeRows(21, 40, { receivedAt: late, tags: ['late'] }),
      ...makeRows(41, 42, { receivedAt: late, tags: ['late'], campaignId: 'may', subaccount: 'shop' }),
      ...makeRows(43, 50, { receivedAt: late + HOUR, campaignId: 'may' }),
    ]
    await archive.record(BEGINNING, at(50), told)
    heard.length = 0
    expect(await archive.find({ campaignId: 'early', tag: 'late', limit: 10 })).toEqual([])
    expect(await archive.find({ campaignId: 'early', subaccount: 'shop', limit: 10 })).toEqual([])
    expect(await archive.find({ campaignId: 'may', tag: 'first', limit: 10 })).toEqual([])
    expect(heard.filter((text) => /exists|coalesce/i.test(text))).toEqual([])
    for (const filter of [{ tag: 'late' }, { subaccount: 'shop' }])
      expect(await archive.find({ campaignId: 'may', ...filter, limit: 10 })).toHaveLength(2)
    expect(await archive.find({ campaignId: 'may', tag: 'late', after: at(42), limit: 10 })).toEqual([])
    heard.length = 0
    for (const filter of [{ campaignId: 'may' }, { tag: 'late', url: 'https://example.com/' }])
      await archive.find({ ...filter, limit: 10 })
    expect(heard.filter((text) => /min\(|event_spans/i.test(text))).toEqual([])
  })

  test('a few of one kind, in a campaign of more than a million events, are counted by seconds', async () => {
    const { sql, archive } = await filled()
    const large = {
      field: 'campaignId',
      value: 'spring',
      minute: EPOCH,
      kind: 'sent',
      count: 2_000_000,
    } as const
    await sql.run(rowsFor(sql.tables.eventCounts, [large], 'count'))
    const opened: EventSelection = { ...SPRING, kinds: ['opened'] }
    const seconds = await archive.counts({ ...opened, step: 1_000 })
    expect(inMinutes(seconds)).toEqual(await archive.counts({ ...opened, step: MINUTE }))
  })

  test('a campaign with a name that is longer than a key is known by a short one', async () => {
    const { sql, archive, amount } = await filled()
    const long = { campaignId: 'spring '.repeat(50) }
    await archive.record(at(600), at(603), makeRows(601, 603, long))
    const { field, value } = sql.tables.eventCounts
    const names = await sql.read(sql.db.select({ field, value }).from(sql.tables.eventCounts))
    expect(names.filter((name) => name.field === 'campaignId' && name.value.length > 128)).toEqual([])
    await forgetEvents(sql)
    expect(await amount({ ...long, since: EPOCH, until: EPOCH + DAY })).toBe(3)
  })

  test('they do not tell of what came twice, stay when a person is erased, and go with what is old', async () => {
    const { archive, amount } = await filled()
    await archive.record(at(600), at(700), rows.slice(0, 100))
    expect(await amount(SPRING)).toBe(150)
    await archive.erase([at(2), at(6)])
    expect(await amount(SPRING)).toBe(150)
    expect((await archive.total()).count).toBe(600)
    await archive.prune(EPOCH + 30 * MINUTE, 1_000)
    expect(await amount(SPRING)).toBe(75)
    expect((await archive.total()).count).toBe(600)
  })

  test('what a process of an older version has archived is counted once, before anything else is', async () => {
    const { sql, archive, amount } = await filled()
    const older = [
      `DELETE FROM event_counts WHERE field <> '' AND minute >= ${EPOCH + 30 * MINUTE}`,
      'UPDATE positions SET counted_seq = 300',
    ]
    for (const text of older) await sql.run({ toSQL: () => ({ sql: text, params: [] }) })
    expect(await amount(SPRING)).toBe(75)
    await expect(archive.record(at(600), at(601), makeRows(601, 601, SPRING))).rejects.toMatchObject({
      code: 'archive.conflict',
    })
    const another = createEventArchive(await lab().open())
    const both = [archive, another].map((each) => each.position())
    expect(await Promise.all(both)).toEqual([at(600), at(600)])
    expect(await amount(SPRING)).toBe(150)
    await archive.record(at(600), at(601), makeRows(601, 601, SPRING))
    expect(await amount(SPRING)).toBe(151)
    expect(await amount({ subaccount: 'shop' })).toBe(60)
    expect(await amount({ campaignId: 'may' })).toBe(300) // the last one that was archived is one of them
  })

  test('of a campaign, a kind that never came is not looked for', async () => {
    const { sql, archive } = await filled()
    const found = async () =>
      (await archive.find({ ...SPRING, kinds: ['bounced', 'rejected'], limit: 10 })).length
    await archive.record(at(600), at(601), [makeRow(601, { ...SPRING, kind: 'bounced' })])
    expect(await found()).toBe(1)
    // Nobody kept counts of it: only who looks through the campaign's events finds it.
    await sql.run({
      toSQL: () => ({ sql: "DELETE FROM event_counts WHERE kind = 'bounced'", params: [] }),
    })
    expect(await found()).toBe(0)
  })

  test('a database that is older than these has them of all its events', async () => {
    const { sql, amount } = await filled()
    const before = await Promise.all([amount(SPRING), amount({ subaccount: 'news' }), amount({})])
    const older = [
      "DELETE FROM event_counts WHERE field <> ''",
      'CREATE TABLE older AS SELECT minute, kind, count FROM event_counts',
      'DROP TABLE event_counts',
      'ALTER TABLE older RENAME TO event_counts',
      'ALTER TABLE event_counts ADD PRIMARY KEY (minute, kind)',
      "DELETE FROM migrations WHERE name = '0013_kept_counts'",
    ]
    for (const text of older.filter((each) => lab().recipe[0] === 'mysql' || !each.includes('PRIMARY')))
      await sql.run({ toSQL: () => ({ sql: text, params: [] }) })
    await sql.close()
    const again = createEventArchive(await lab().open())
    const filters = [SPRING, { subaccount: 'news' }, {}]
    expect(await Promise.all(filters.map((filter) => amountIn(again, filter)))).toEqual(before)
    await again.record(at(600), at(603), makeRows(601, 603, SPRING))
    expect(await amountIn(again, SPRING)).toBe(153)
  })
}

async function amountIn(archive: EventArchive, query: EventSelection): Promise<number> {
  const counts = await archive.counts({ ...query, step: MINUTE })
  return counts.reduce((sum, { count }) => sum + count, 0)
}

const inMinutes = (steps: readonly Count[]) =>
  byStepAndKind(steps.map((step) => ({ ...step, at: step.at - (step.at % MINUTE) })))

const forgetEvents = (sql: Sql) => sql.run(sql.db.delete(sql.tables.events))
