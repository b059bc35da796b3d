// What a bulk step of an import promises.
import { describe, expect, test } from 'vitest'
import type { ImportRow } from '../../../src/core/list/ports.ts'
import { makeReaders, makeSuppression, type ListLab } from '../../support/list/list-lab.ts'
import { NOON } from '../../support/times.ts'

export function promisesOfImporting(lab: () => ListLab): void {
  const load = (rows: readonly { email: string; name: string }[], dryRun = false, now = NOON) =>
    lab().list.import(rows, now, dryRun)
  const named = async (email: string) => (await lab().list.find({ limit: 1, email }))[0]?.name

  test('adds who is new, in the order of the rows', async () => {
    expect(await load(makeReaders(1, 1000))).toEqual({ added: 1000, updated: 0, skipped: 0, left: 0 })
    const found = await lab().list.find({ limit: 1000 })
    expect(found.map(({ email, name }) => ({ email, name }))).toEqual(makeReaders(1, 1000))
    expect(found[999]).toMatchObject({ subscribed: true, createdAt: NOON, updatedAt: NOON })
  })

  test('takes a name that grows when it is folded, and is found by its beginning', async () => {
    const name = '\ufb2c'.repeat(200)
    const email = `${'a'.repeat(60)}@${'b'.repeat(60)}.example`
    expect(await load([{ email, name }, ...makeReaders(1, 1)])).toMatchObject({ added: 2 })
    expect(await lab().list.find({ limit: 9, q: '\ufb2c' })).toMatchObject([{ email, name }])
  })

  test('of no rows does nothing', async () => {
    expect(await load([])).toEqual({ added: 0, updated: 0, skipped: 0, left: 0 })
  })

  test('again skips all of them', async () => {
    await load(makeReaders(1, 10))
    expect(await load(makeReaders(1, 12))).toEqual({ added: 2, updated: 0, skipped: 10, left: 0 })
  })

  test('changes names that are others, whatever the case of the address', async () => {
    await load(makeReaders(1, 1000))
    const rows = makeReaders(1, 1000).map(({ email }, n) => ({
      email: email.toUpperCase(),
      name: `Neu's ${n}`,
    }))
    expect(await load(rows, false, NOON + 1)).toEqual({ added: 0, updated: 1000, skipped: 0, left: 0 })
    const [first, second] = await lab().list.find({ limit: 2, q: "neu's" })
    expect(first).toMatchObject({ email: 'Reader-1@Example.com', name: "Neu's 0", updatedAt: NOON + 1 })
    expect(second?.name).toBe("Neu's 1")
  })

  test('leaves a name where none is given', async () => {
    await load(makeReaders(1, 1))
    expect(await load([{ email: 'reader-1@example.com', name: '' }])).toMatchObject({
      updated: 0,
      skipped: 1,
    })
    expect(await named('reader-1@example.com')).toBe('Reader 1 안녕')
  })

  test('of several rows with one address takes the first', async () => {
    const rows = [1, 2, 3].map((n) => ({
      email: n === 2 ? 'ANN@example.com' : 'ann@example.com',
      name: `Ann ${n}`,
    }))
    expect(await load(rows)).toEqual({ added: 1, updated: 0, skipped: 2, left: 0 })
    expect(await named('ann@example.com')).toBe('Ann 1')
  })

  test('never brings back who has left, and leaves their name', async () => {
    await load(makeReaders(1, 3))
    await lab().list.unsubscribe('reader-2@example.com', NOON)
    expect(await load(makeReaders(1, 3).map((row) => ({ ...row, name: 'New' })))).toMatchObject({
      updated: 2,
      skipped: 1,
    })
    expect(await lab().list.count({ subscribed: true })).toBe(2)
    expect(await named('reader-2@example.com')).toBe('Reader 2 안녕')
  })

  test('never adds a suppressed address, not even of a subscriber who only did not want mail', async () => {
    await lab().suppressions.put(makeSuppression('reader-1@example.com', { reason: 'complaint' }))
    await lab().suppressions.put(makeSuppression('reader-2@example.com', { reason: 'unsubscribe' }))
    await lab().suppressions.put(makeSuppression('reader-3@example.com', { until: NOON }))
    expect(await load(makeReaders(1, 4))).toEqual({ added: 2, updated: 0, skipped: 2, left: 0 })
    expect((await lab().list.find({ limit: 9 })).map(({ email }) => email)).toEqual([
      'Reader-3@Example.com',
      'Reader-4@Example.com',
    ])
  })

  test('as a trial run tells the same, and changes nothing', async () => {
    await load(makeReaders(1, 2))
    await lab().suppressions.put(makeSuppression('reader-3@example.com'))
    const rows = makeReaders(1, 5).map((row, n) => (n === 0 ? { ...row, name: 'New' } : row))
    const before = await lab().list.find({ limit: 9 })
    const counts = await load(rows, true)
    expect(counts).toEqual({ added: 2, updated: 1, skipped: 2, left: 0 })
    expect(await lab().list.find({ limit: 9 })).toEqual(before)
    expect(await load(rows)).toEqual(counts)
  })

  test('by two at once adds each subscriber once', async () => {
    const other = await lab().another()
    const counts = await Promise.all([
      ...[1, 301, 601].map((from) => load(makeReaders(from, from + 399))),
      ...[1, 301, 601].map((from) => other.import(makeReaders(from, from + 399), NOON, false)),
    ])
    expect(counts.reduce((sum, { added }) => sum + added, 0)).toBe(1000)
    expect(await lab().list.count({})).toBe(1000)
  })

  describe('by the word of the file', () => {
    const row = (change: Partial<ImportRow>, email = 'Ann@Example.com') => ({ email, name: 'Ann', ...change })
    const stands = async () => (await lab().list.find({ limit: 1, email: 'ann@example.com' }))[0]
    const counts = { added: 0, updated: 0, skipped: 0, left: 1 }

    test.each([
      [{ wish: 'left' }, false, null],
      [{ wish: 'unconfirmed' }, false, null],
      [{ suppressed: 'bounce' }, true, 'bounce'],
      [{ suppressed: 'complaint' }, true, 'complaint'],
      [{ wish: 'left', suppressed: 'unsubscribe' }, false, 'unsubscribe'],
    ] as const)('%j comes in as that, and again', async (change, subscribed, reason) => {
      for (let times = 0; times < 2; times++) {
        expect(await load([row(change)])).toEqual(counts)
        const found = await stands()
        expect(found).toMatchObject({ name: 'Ann', subscribed })
        expect(found?.suppressed?.reason ?? null).toBe(reason)
      }
      expect(await load([row({})])).toMatchObject({ added: 0, updated: 0, skipped: 1 })
      expect((await stands())?.subscribed).toBe(subscribed)
    })

    test('who left is off the list, whatever they were here; who never confirmed there stays', async () => {
      await lab().list.subscribe('ann@example.com', 'Ann', NOON)
      expect(await load([row({ wish: 'unconfirmed', name: 'New' })])).toEqual(counts)
      expect(await stands()).toMatchObject({ name: 'Ann', subscribed: true })
      expect(await load([row({ suppressed: 'bounce' })])).toEqual(counts)
      expect((await stands())?.suppressed).toMatchObject({ reason: 'bounce', source: 'import' })
      expect(await load([row({ wish: 'left' })])).toEqual(counts)
      expect(await stands()).toMatchObject({ subscribed: false, suppressed: { reason: 'bounce' } })
    })

    test('a trial run tells the same, and changes nothing', async () => {
      await lab().list.subscribe('ann@example.com', 'Ann', NOON)
      expect(await load([row({ wish: 'left', suppressed: 'complaint' })], true)).toEqual(counts)
      expect(await stands()).toMatchObject({ subscribed: true, suppressed: null })
    })

    test('the most careful of several words counts, in whatever order', async () => {
      const words: Partial<ImportRow>[] = [
        {},
        { suppressed: 'bounce' },
        { wish: 'left' },
        { suppressed: 'complaint' },
      ]
      for (const rows of [words, words.toReversed()]) {
        await lab().wipe()
        expect(await load(rows.map((each) => row(each)))).toEqual({ ...counts, skipped: 1, left: 3 })
        expect(await stands()).toMatchObject({ subscribed: false, suppressed: { reason: 'complaint' } })
      }
    })

    test('what holds already is not weakened, nor made longer', async () => {
      await lab().suppressions.put(
        makeSuppression('ann@example.com', { reason: 'complaint', until: NOON + 1 }),
      )
      await load([row({ suppressed: 'bounce' })])
      expect((await stands())?.suppressed).toMatchObject({ reason: 'complaint', until: NOON + 1 })
    })

    test('of an erased person nothing is written down again', async () => {
      await lab().suppressions.put(makeSuppression('ann@example.com', { reason: 'complaint' }))
      await lab().list.erase('ann@example.com', NOON)
      expect(await load([row({ wish: 'left', suppressed: 'bounce' })])).toEqual(counts)
      expect(await lab().list.count({})).toBe(0)
      expect((await lab().suppressions.list(9)).map(({ email, reason }) => [email, reason])).toEqual([
        [null, 'complaint'],
      ])
    })
  })
}
