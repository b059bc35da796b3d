// What a search among subscribers promises: whoever is found by reading the whole list is found by its index, and nobody else.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fillIndex } from '../../../src/adapters/sql/list/filling.ts'
import { isFound, soughtBy } from '../../../src/core/list/search.ts'
import type { SubscriberStore } from '../../../src/core/list/ports.ts'
import { makeReaders, type ListLab } from '../../support/list/list-lab.ts'
import { NOON } from '../../support/times.ts'

const PIECES = ['a', 'A', 'b', 'ab', 'é', 'é', 'ﬁ', 'İ', 'ü', '김', '철', '山', '田', 'カー', 'ก', '1', '-', '_', "'", '%', '\\', '@', '.', ' ', '\u3000', '😀'] // prettier-ignore
const text = (maxLength: number) =>
  fc.array(fc.constantFrom(...PIECES), { maxLength }).map((pieces) => pieces.join(''))
const name = fc.oneof(text(6), text(80).map((long) => long.slice(0, 100).toWellFormed())).map((some) => some.trim()) // prettier-ignore
const email = fc
  .tuple(
    fc.constantFrom('a', 'ab', 'a.b', 'ü', '김', '1'),
    fc.nat(9),
    fc.constantFrom('a.de', 'ab.co.kr', 'ü.de', 'AB.de', '1a.de'),
  ) // prettier-ignore
  .map(([local, n, domain]) => `${local}${n}@${domain}`)
const people = fc.uniqueArray(fc.record({ email, name }), {
  selector: (one) => one.email,
  minLength: 1,
  maxLength: 12,
})

export function promisesOfSearching(lab: () => ListLab): void {
  const startless = () => lab().sql.tables.startless
  /** As a list that is older than its index. */
  async function makeOlder(): Promise<void> {
    const { db, run, tables } = lab().sql
    await run(db.delete(tables.subscriberStarts))
    await run(db.insert(startless()).values({ after: '', until: 'g' }))
  }

  test('whoever reads the whole list finds the same, whatever is sought', async () => {
    await fc.assert(
      fc.asyncProperty(people, fc.array(text(4), { minLength: 4, maxLength: 8 }), async (all, asked) => {
        await lab().wipe()
        await lab().list.import(all, NOON, false)
        const listed = await lab().list.find({ limit: 100 })
        const parts = listed.flatMap((one) => [one.name, one.email, one.email.slice(one.email.indexOf('@'))])
        for (const q of [...asked, ...parts]) {
          const expected = listed.filter((one) => isFound(one, soughtBy(q)))
          expect(await lab().list.find({ limit: 100, q }), q).toEqual(expected)
          expect(await lab().list.count({ q }), q).toBe(expected.length)
          expect(await lab().list.find({ limit: 1, q, subscribed: true }), q).toEqual(expected.slice(0, 1))
        }
      }),
      { numRuns: 25 },
    )
  })

  describe('of a list that is older than its index', () => {
    async function found(list: SubscriberStore, q: string) {
      const all = await list.find({ limit: 3_000, q })
      const some = await list.find({ limit: 2, q, subscribed: true, after: all[0]?.id })
      return [all.length, some.length, await list.count({ q }), await list.count({ q, subscribed: true })]
    }
    const fill = (signal = new AbortController().signal) => fillIndex(lab().sql, signal)

    test('all are found before it is filled, and after', async () => {
      for (const from of [1, 1001, 2001]) await lab().list.import(makeReaders(from, from + 999), NOON, false)
      await makeOlder()
      const another = await lab().another()
      expect(await found(another, 'reader 17')).toEqual([111, 2, 111, 111])
      await fill(AbortSignal.abort()) // a process that is stopped
      expect(await found(another, 'reader 17')).toEqual([111, 2, 111, 111])
      await fill()
      expect(await lab().sql.read(lab().sql.db.select().from(startless()))).toEqual([])
      expect(await found(another, 'reader 17')).toEqual([111, 2, 111, 111])
      expect(await another.count({ q: '@example' })).toBe(3_000)
    })
  })
}
