// How many are on the list is kept, not counted: it must be what counting would say, whoever has changed the list and however.
import { expect, test } from 'vitest'
import { sql as words } from '../../../src/adapters/sql/driver/drizzle.ts'
import { recount } from '../../../src/adapters/sql/list/totals.ts'
import type { SubscriberStore } from '../../../src/core/list/ports.ts'
import { makeReaders, makeSuppression, type ListLab } from '../../support/list/list-lab.ts'
import { NOON } from '../../support/times.ts'

const emailOf = (n: number) => `reader-${n}@example.com`

export function promisesOfTotals(lab: () => ListLab): void {
  async function counted() {
    const { db, tables, read } = lab().sql
    const count = words`count(*)`.mapWith(Number)
    const subscribed = words`coalesce(sum(${tables.subscribers.subscribed}), 0)`.mapWith(Number)
    const [row] = await read(db.select({ listed: count, subscribed }).from(tables.subscribers))
    return row
  }
  async function told() {
    const [listed, subscribed, left] = await Promise.all(
      [undefined, true, false].map((which) => lab().list.count({ subscribed: which })),
    )
    expect(left).toBe((listed ?? 0) - (subscribed ?? 0))
    return { listed, subscribed }
  }
  const idOf = async (n: number) => (await lab().list.find({ limit: 1, email: emailOf(n) }))[0]?.id ?? ''
  /** One after the other; after each of them the totals are right. */
  async function expectAfter(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
    for (const step of steps) {
      await step()
      expect(await told()).toEqual(await counted())
    }
  }

  test('coming and leaving, in each way, once and again', async () => {
    const { list, suppressions } = lab()
    const again = <T>(step: () => Promise<T>) => [step, step]
    await expectAfter([
      ...again(() => list.subscribe(emailOf(1), 'A', NOON)),
      ...again(() => list.unsubscribe(emailOf(1), NOON)),
      ...again(() => list.subscribe(emailOf(1), '', NOON)),
      ...again(async () => list.unsubscribeById(await idOf(1), NOON)),
      ...again(() => list.subscribe(emailOf(1), 'B', NOON)),
      ...again(() => list.subscribe(emailOf(2), 'waits', NOON, false)),
      ...again(async () => list.confirm(await idOf(2), NOON, NOON)),
      ...again(() => list.subscribe(emailOf(3), 'waits', NOON, false)),
      ...again(() => list.unsubscribe(emailOf(3), NOON)),
      ...again(() => suppressions.put(makeSuppression(emailOf(1), { reason: 'unsubscribe' }))),
      ...again(() => suppressions.put(makeSuppression(emailOf(4), { reason: 'unsubscribe' }))),
      ...again(() => list.subscribe(emailOf(1), '', NOON)),
    ])
    expect(await told()).toEqual({ listed: 3, subscribed: 2 })
  })

  test('imports, removing and erasing', async () => {
    const { list } = lab()
    const rows = makeReaders(1, 60)
    const leavers = rows.slice(0, 20).map((row) => ({ ...row, wish: 'left' as const }))
    await expectAfter([
      () => list.import(rows.slice(10), NOON, false),
      () => list.import(leavers, NOON, false),
      () => list.import(rows, NOON, true),
      () =>
        list.import(
          makeReaders(70, 71).map((row) => ({ ...row, wish: 'unconfirmed' as const })),
          NOON,
          false,
        ),
      async () => list.remove(await idOf(15)),
      async () => list.remove(await idOf(30)),
      () => list.remove('01900000-0000-7000-8000-000000000000'),
      () => list.erase(emailOf(16), NOON),
      () => list.erase(emailOf(31), NOON),
      () => list.erase(emailOf(31), NOON),
    ])
    expect(await told()).toEqual({ listed: 58, subscribed: 38 })
    await list.removeAll()
    expect(await told()).toEqual({ listed: 0, subscribed: 0 })
  })

  test('several processes that change the same people at the same time', async () => {
    const others = await Promise.all([lab().another(), lab().another()])
    const all: readonly SubscriberStore[] = [lab().list, ...others]
    await lab().list.import(makeReaders(1, 8), NOON, false)
    const work = all.flatMap((list, who) =>
      Array.from({ length: 24 }, (_, n) => async () => {
        const email = emailOf(1 + (n % 8))
        if ((n + who) % 4 === 0) return list.subscribe(email, '', NOON)
        if ((n + who) % 4 === 1) return list.unsubscribe(email, NOON)
        if ((n + who) % 4 === 2) return list.erase(email, NOON)
        return list.import(makeReaders(1, 12), NOON, false)
      }),
    )
    await Promise.all(work.map((step) => step()))
    expect(await told()).toEqual(await counted())
  })

  test('a list of before is counted once, when its tables are brought up to date', async () => {
    await lab().list.import(makeReaders(1, 7), NOON, false)
    await lab().list.unsubscribe(emailOf(3), NOON)
    for (const text of ['DROP TABLE list_totals', "DELETE FROM migrations WHERE name = '0011_totals'"])
      await lab().sql.run({ toSQL: () => ({ sql: text, params: [] }) })
    const list = await lab().another()
    expect([await list.count({}), await list.count({ subscribed: true })]).toEqual([7, 6])
    await list.subscribe(emailOf(3), '', NOON)
    expect(await told()).toEqual({ listed: 7, subscribed: 7 })
  })

  test('a list that a process of before has changed beside this one is counted anew, while others change it', async () => {
    await lab().list.import(makeReaders(1, 60), NOON, false)
    expect(await recount(lab().sql)).toBe(false)
    const { subscribers } = lab().sql.tables
    await lab().sql.run(
      lab()
        .sql.db.delete(subscribers)
        .where(words`${subscribers.emailKey} LIKE 'reader-1%'`),
    )
    expect(await told()).not.toEqual(await counted())
    const other = await lab().another()
    const changing = Array.from({ length: 30 }, async (_, n) => {
      await other.subscribe(emailOf(100 + n), '', NOON)
      await other.unsubscribe(emailOf(20 + n), NOON)
    })
    expect(await recount(lab().sql)).toBe(true)
    await Promise.all(changing)
    expect(await told()).toEqual(await counted())
    expect(await recount(lab().sql)).toBe(false)
  })

  test('a process that dies in the middle of removing everybody', async () => {
    for (let from = 1; from <= 7_000; from += 1000)
      await lab().list.import(makeReaders(from, from + 999), NOON, false)
    await expect(lab().dying(1).removeAll()).rejects.toThrow('died')
    expect(await told()).toEqual({ listed: 2_000, subscribed: 2_000 })
  })
}
