// What pages, filters and counts of the list promise.
import { beforeEach, describe, expect, test } from 'vitest'
import type { SubscriberQuery } from '../../../src/core/list/ports.ts'
import { makeReaders, makeSuppression, type ListLab } from '../../support/list/list-lab.ts'
import { HOUR, NOON } from '../../support/times.ts'

export function promisesOfFinding(lab: () => ListLab): void {
  const emails = async (query: Partial<SubscriberQuery>) =>
    (await lab().list.find({ limit: 1000, ...query })).map(({ email }) => email)

  test('nobody is found on an empty list, by any filter', async () => {
    for (const filter of [{}, { email: 'a@example.com' }, { q: 'a' }, { subscribed: true }]) {
      expect(await lab().list.find({ limit: 10, ...filter })).toEqual([])
      expect(await lab().list.count(filter)).toBe(0)
    }
    expect(await lab().list.get('01a20144-af1d-722a-9d98-6a215e4325f9')).toBeUndefined()
  })

  describe('of 25 subscribers', () => {
    beforeEach(async () => {
      await lab().list.import(makeReaders(1, 25), NOON, false)
      await lab().list.unsubscribe('reader-7@example.com', NOON)
    })

    async function pages(query: Partial<SubscriberQuery>): Promise<string[]> {
      const seen: string[] = []
      for (let after: string | undefined; ;) {
        const page = await lab().list.find({ limit: 10, after, ...query })
        seen.push(...page.map(({ email }) => email))
        after = page.at(-1)?.id
        if (page.length < 10) return seen
      }
    }

    test('pages give all of them, in order of creation', async () => {
      expect(await pages({})).toEqual(makeReaders(1, 25).map(({ email }) => email))
      expect(await lab().list.count({})).toBe(25)
    })

    test('pages give all of them from the last one back, too, by whatever filter', async () => {
      await lab().suppressions.put(makeSuppression('reader-3@example.com'))
      const filters = [{}, { subscribed: true }, { mailable: true }, { suppressed: false }, { q: 'reader-1' }, { q: '12' }, { mailable: false }] // prettier-ignore
      for (const filter of filters)
        expect(await pages({ ...filter, order: 'desc' })).toEqual((await pages(filter)).toReversed())
    })

    test('a page may begin after one who has been removed', async () => {
      const [first, second] = await lab().list.find({ limit: 2 })
      await lab().list.remove(first?.id ?? '')
      expect(await lab().list.find({ limit: 1, after: first?.id })).toEqual([second])
    })

    test('an address finds its subscriber whatever its case', async () => {
      expect(await emails({ email: 'READER-7@EXAMPLE.COM' })).toEqual(['Reader-7@Example.com'])
      expect(await lab().list.count({ email: 'reader-77@example.com' })).toBe(0)
    })

    test('those who are subscribed, and those who are not', async () => {
      expect(await emails({ subscribed: false })).toEqual(['Reader-7@Example.com'])
      expect(await emails({ subscribed: true })).toHaveLength(24)
      expect(await lab().list.count({ subscribed: true })).toBe(24)
    })

    test('a part of the address or of the name, from where a word begins, whatever its case', async () => {
      const numbered = (numbers: readonly number[]) => numbers.map((n) => `Reader-${n}@Example.com`)
      expect(await emails({ q: 'READER-2' })).toEqual(numbered([2, 20, 21, 22, 23, 24, 25]))
      expect(await lab().list.count({ q: 'READER-2' })).toBe(7)
      expect(await emails({ q: 'reader 12 안' })).toEqual(numbered([12]))
      expect(await emails({ q: '12' })).toEqual(numbered([12]))
      expect(await lab().list.count({ q: '녕' })).toBe(25)
      expect(await emails({ q: 'ER-2' })).toEqual([])
      for (const q of ['@example', 'example.c']) expect(await lab().list.count({ q })).toBe(25)
      for (const q of ['@reader', ' ', '@@']) expect(await lab().list.count({ q })).toBe(0)
    })

    test('one who has changed the name is found by the new one only, and nobody by what is erased', async () => {
      const found = async (...all: readonly string[]) =>
        Promise.all(all.map(async (q) => (await emails({ q })).length + (await lab().list.count({ q })) / 2))
      await lab().list.import([{ email: 'reader-1@example.com', name: 'Imported Anew' }], NOON, false)
      await lab().list.subscribe('reader-7@example.com', 'Back Again', NOON)
      expect(await found('anew', 'back', 'reader 1 안', 'reader 7')).toEqual([1.5, 1.5, 0, 0])
      await lab().list.erase('reader-1@example.com', NOON)
      const [{ id } = { id: '' }] = await lab().list.find({ limit: 1, q: 'back' })
      await lab().list.remove(id)
      expect(await found('anew', 'reader-1@', 'back', 'again')).toEqual([0, 0, 0, 0])
      await lab().list.removeAll()
      const { db, tables, read } = lab().sql
      expect(await read(db.select().from(tables.subscriberStarts))).toEqual([])
    })

    test('a part with pages and with another filter', async () => {
      const [first] = await lab().list.find({ limit: 1, q: 'reader-7@' })
      expect(await lab().list.find({ limit: 1, q: 'reader-7@', after: first?.id })).toEqual([])
      expect(await emails({ q: 'reader-7@', subscribed: true })).toEqual([])
      expect(await lab().list.count({ q: 'reader-7@', subscribed: false })).toBe(1)
    })

    test('signs of patterns stand for themselves', async () => {
      await lab().list.subscribe('a_b%c@example.com', "50 % \\ 'x'", NOON)
      for (const q of ['a_b%c', '50 %', '% \\', '\\', "'x'"])
        expect(await emails({ q })).toEqual(['a_b%c@example.com'])
      expect(await emails({ q: 'r%1@' })).toEqual([])
    })
  })

  test('a search and its count reach the end of a list of many slices', async () => {
    for (let from = 1; from <= 20_001; from += 1000)
      await lab().list.import(makeReaders(from, Math.min(from + 999, 20_001)), NOON, false)
    expect(await emails({ q: 'reader-20001@' })).toEqual(['Reader-20001@Example.com'])
    expect(await lab().list.count({ q: '@example.com' })).toBe(20_001)
    const page = await lab().list.find({ limit: 2, q: '2000' })
    expect(page.map(({ email }) => email)).toEqual(['Reader-2000@Example.com', 'Reader-20000@Example.com'])
    const last = await lab().list.find({ limit: 2, q: 'read', after: page[1]?.id, mailable: true })
    expect(last.map(({ email }) => email)).toEqual(['Reader-20001@Example.com'])
    expect(await lab().list.count({ q: 'read', mailable: true })).toBe(20_001)
    expect((await emails({ limit: 2, q: 'read', mailable: true, order: 'desc' }))[1]).toBe('Reader-20000@Example.com') // prettier-ignore
  })

  test('who many are found by, with each other filter: its count, and the pages around the middle of it', async () => {
    const all = makeReaders(1, 12_000).map((row, n) => ({ ...row, left: n % 10 === 0, held: n % 2 === 1 }))
    for (let from = 0; from < all.length; from += 1000)
      await lab().list.import(all.slice(from, from + 1000).map(({ left, held, ...row }) => ({ ...row, ...(left && { wish: 'left' as const }), ...(held && { suppressed: 'bounce' as const }) })), NOON, false) // prettier-ignore
    await lab().list.import([{ email: 'Nobody@example.org', name: '', wish: 'left', suppressed: 'bounce' }], NOON, false) // prettier-ignore
    const middle = (await lab().list.find({ limit: 1, email: 'reader-6000@example.com' }))[0]?.id
    for (const subscribed of [undefined, true, false])
      for (const suppressed of [undefined, true, false])
        for (const mailable of [undefined, true, false]) {
          const fits = all.filter(({ left, held }) =>
            (subscribed ?? !left) === !left && (suppressed ?? held) === held && (mailable ?? (!left && !held)) === (!left && !held)) // prettier-ignore
          const filter = { q: 'read', subscribed, suppressed, mailable }
          expect(await lab().list.count(filter), JSON.stringify(filter)).toBe(fits.length)
          const later = fits.filter((row) => all.indexOf(row) >= 6_000)
          const page = await lab().list.find({ ...filter, limit: 3, after: middle })
          expect(page.map(({ email }) => email)).toEqual(later.slice(0, 3).map(({ email }) => email))
          const earlier = fits.filter((row) => all.indexOf(row) < 5_999).slice(-3)
          const back = await lab().list.find({ ...filter, limit: 3, after: middle, order: 'desc' })
          expect(back.map(({ email }) => email)).toEqual(earlier.toReversed().map(({ email }) => email))
        }
  })

  test('those who are suppressed now, and those who get mail', async () => {
    await lab().list.import(makeReaders(1, 4), NOON, false)
    await lab().list.unsubscribe('reader-1@example.com', NOON)
    await lab().suppressions.put(makeSuppression('reader-2@example.com'))
    await lab().suppressions.put(makeSuppression('reader-3@example.com', { until: NOON }))
    const told = { email: 'Reader-5@Example.com', name: '', wish: 'left', suppressed: 'bounce' } as const
    await lab().list.import([told], NOON, false)
    const expected = [
      [{ suppressed: true }, [2, 5]],
      [{ suppressed: true, subscribed: true }, [2]],
      [{ suppressed: true, mailable: false, subscribed: false }, [5]],
      [{ suppressed: true, mailable: true }, []],
      [{ suppressed: false, mailable: false }, [1]],
      [{ mailable: true, subscribed: false }, []],
      [{ suppressed: false }, [1, 3, 4]],
      [{ mailable: true }, [3, 4]],
      [{ mailable: false }, [1, 2, 5]],
      [{ mailable: false, subscribed: true, q: 'reader' }, [2]],
      [{ mailable: true, email: 'reader-2@example.com' }, []],
    ] as const
    for (const [filter, numbers] of expected) {
      expect(await emails(filter)).toEqual(numbers.map((n) => `Reader-${n}@Example.com`))
      expect(await lab().list.count(filter)).toBe(numbers.length)
    }
    expect(await emails({ mailable: true, limit: 1 })).toHaveLength(1)
  })

  test('a subscriber is shown with the suppression that holds now', async () => {
    await lab().list.subscribe('ann@example.com', '', NOON)
    await lab().suppressions.put(makeSuppression('ANN@example.com', { until: NOON + HOUR }))
    const [held] = await lab().list.find({ limit: 1 })
    expect(held).toMatchObject({
      subscribed: true,
      suppressed: { reason: 'bounce', source: 'smtp', since: NOON, until: NOON + HOUR },
    })
    lab().clock.now = NOON + HOUR
    expect((await lab().list.find({ limit: 1 }))[0]?.suppressed).toBeNull()
  })

  test('who may not be mailed: left, suppressed or gone', async () => {
    await lab().list.import(makeReaders(1, 6), NOON, false)
    const [one, two, three, four, five, six] = (await lab().list.find({ limit: 6 })).map(({ id }) => id) as [
      string, string, string, string, string, string,
    ] // prettier-ignore
    await lab().list.unsubscribe('reader-2@example.com', NOON)
    await lab().suppressions.put(makeSuppression('reader-3@example.com', { reason: 'complaint' }))
    await lab().suppressions.put(makeSuppression('reader-4@example.com', { until: NOON + HOUR }))
    await lab().list.remove(five)
    await lab().list.unsubscribeById(six, NOON)
    const verdicts = [
      [two, 'unsubscribed'],
      [three, 'suppressed: complaint'],
      [five, 'gone'],
      [six, 'unsubscribed'],
    ]
    const ids = [one, two, three, four, five, six]
    expect([...(await lab().list.unmailable(ids, NOON + HOUR))]).toEqual(verdicts)
    expect((await lab().list.unmailable([four], NOON + HOUR - 1)).get(four)).toBe('suppressed: bounce')
    expect((await lab().list.unmailable([], NOON)).size).toBe(0)
  })
}
