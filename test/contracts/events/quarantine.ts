// Every promise of the Quarantine port, as tests that each database must pass.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createEventArchive } from '../../../src/adapters/sql/events/archive.ts'
import { createQuarantine } from '../../../src/adapters/sql/events/quarantine.ts'
import type { Quarantine, QuarantineEntry } from '../../../src/core/events/ports.ts'
import { emptied, type SqlLab } from '../../support/database/sql-lab.ts'
import { NOON } from '../../support/times.ts'

function makeEntry(n: number, data = `["entry ${n} 안녕 😀"]`): QuarantineEntry {
  return { id: `entry-${String(n).padStart(3, '0')}`, receivedAt: NOON + n, reason: 'It is no object', data }
}

export function quarantineContract(openLab: () => Promise<SqlLab>): void {
  const openEmptied = emptied(openLab)
  let lab: SqlLab
  let quarantine: Quarantine
  beforeEach(async () => {
    lab = await openEmptied()
    quarantine = createQuarantine(await lab.open())
  })
  afterEach(() => lab.close())

  test('gives back what was added', async () => {
    await quarantine.add([makeEntry(1), makeEntry(2)])
    expect(await quarantine.get('entry-001')).toEqual(makeEntry(1))
    expect(await quarantine.get('entry-003')).toBeUndefined()
  })

  test('changes nothing when the same id is added again, and adds the others', async () => {
    await quarantine.add([makeEntry(1)])
    await quarantine.add([makeEntry(1, 'other'), makeEntry(2)])
    expect(await quarantine.list(10)).toEqual([makeEntry(2), makeEntry(1)])
    expect(await quarantine.count()).toBe(2)
  })

  test('lists newest first, page by page, also where many came at one instant', async () => {
    const entries = [1, 2, 3, 4, 5, 6, 7].map((n) => ({ ...makeEntry(n), receivedAt: NOON + (n >> 2) }))
    await quarantine.add(entries)
    const seen: QuarantineEntry[] = []
    for (let before: string | undefined; ;) {
      const page = await quarantine.list(3, before)
      seen.push(...page)
      before = page.at(-1)?.id
      if (page.length < 3) break
    }
    expect(seen).toEqual(entries.toReversed())
  })

  test('a page holds as many large ones as fit, and one at least', async () => {
    const large = 'x'.repeat(5 * 1024 * 1024)
    await quarantine.add([
      makeEntry(1, large + large),
      makeEntry(2, large),
      makeEntry(3, large),
      makeEntry(4),
    ])
    const ids = async (before?: string) => (await quarantine.list(10, before)).map(({ id }) => id)
    expect(await ids()).toEqual(['entry-004', 'entry-003'])
    expect(await ids('entry-003')).toEqual(['entry-002'])
    expect(await ids('entry-002')).toEqual(['entry-001'])
    expect(await ids('entry-001')).toEqual([])
  })

  test('lists from the newest on when the entry it should go on from was removed', async () => {
    await quarantine.add([makeEntry(1), makeEntry(2)])
    await quarantine.remove('entry-002')
    expect(await quarantine.list(10, 'entry-002')).toEqual([makeEntry(1)])
  })

  test('removes an entry once', async () => {
    await quarantine.add([makeEntry(1)])
    expect(await quarantine.remove('entry-001')).toBe(true)
    expect(await quarantine.remove('entry-001')).toBe(false)
    expect(await quarantine.list(10)).toEqual([])
  })

  test('takes an entry again that was removed', async () => {
    await quarantine.add([makeEntry(1)])
    await quarantine.remove('entry-001')
    await quarantine.add([makeEntry(1, 'again')])
    expect(await quarantine.get('entry-001')).toEqual(makeEntry(1, 'again'))
  })

  test('keeps an empty text, and one larger than MySQL takes at once', async () => {
    const large = makeEntry(2, `x${'안😀"\\'.repeat(2_000_000)}`)
    await quarantine.add([makeEntry(1, ''), large])
    expect((await quarantine.get('entry-001'))?.data).toBe('')
    expect((await quarantine.get('entry-002'))?.data === large.data).toBe(true)
  })

  test('drops every entry that holds a text, whatever the case', async () => {
    await quarantine.add([
      makeEntry(1, '"Ada@Example.com"'),
      makeEntry(2, '"bob@example.com"'),
      makeEntry(3, `${'x'.repeat(1_500_000)} ada@example.com`),
    ])
    expect(await quarantine.erase('ada@EXAMPLE.com')).toBe(2)
    expect((await quarantine.list(10)).map(({ data }) => data)).toEqual(['"bob@example.com"'])
    expect(await quarantine.erase('nobody')).toBe(0)
  })

  test('drops an entry that holds a text wherever it lies in a long one', async () => {
    const around = (before: number) => `${'x'.repeat(before)} Ada@example.com ${'y'.repeat(600_000)}`
    const places = Array.from({ length: 20 }, (_, n) => 249_981 + n)
    await quarantine.add(places.map((place, n) => makeEntry(n, around(place))))
    expect(await quarantine.erase('ada@example.com')).toBe(20)
  })

  test('what was erased has come, and is counted in the total from then on', async () => {
    const archive = createEventArchive(await lab.open())
    await quarantine.add([makeEntry(1, '"ada@example.com"'), makeEntry(2, '"bob@example.com"')])
    const came = async () => (await archive.total()).count + (await quarantine.count())
    expect(await came()).toBe(2)
    await Promise.all([1, 2].map(() => quarantine.erase('ada@example.com')))
    expect([await quarantine.count(), await came()]).toEqual([1, 2])
  })

  test('tells those of one reason, page by page, and drops them', async () => {
    const other = (n: number) => ({ ...makeEntry(n), reason: 'It is too large' })
    const entries = Array.from({ length: 250 }, (_, n) => (n % 50 === 7 ? other(n) : makeEntry(n)))
    await quarantine.add(entries)
    const ids = async (...asked: Parameters<Quarantine['list']>) =>
      (await quarantine.list(...asked)).map(({ id }) => id)
    expect(await ids(3, undefined, 'It is too large')).toEqual(['entry-207', 'entry-157', 'entry-107'])
    expect(await ids(3, 'entry-107', 'It is too large')).toEqual(['entry-057', 'entry-007'])
    expect(await ids(3, undefined, 'It is too')).toEqual([])
    expect(await quarantine.discardAll('It is no object')).toBe(245)
    expect(await quarantine.discardAll('It is no object')).toBe(0)
    expect(await quarantine.count()).toBe(5)
  })

  test('drops the oldest first, no more than it may, and only what is older', async () => {
    await quarantine.add([1, 2, 3, 4, 5].map((n) => makeEntry(n)))
    expect(await quarantine.prune(NOON + 4, 2)).toBe(2)
    expect((await quarantine.list(10)).map(({ id }) => id)).toEqual(['entry-005', 'entry-004', 'entry-003'])
    expect(await quarantine.prune(NOON + 4, 2)).toBe(1)
    expect(await quarantine.prune(NOON + 4, 2)).toBe(0)
  })

  test('what was dropped has come, and is counted in the total; not so what has become an event', async () => {
    const archive = createEventArchive(await lab.open())
    await quarantine.add([1, 2, 3, 4, 5].map((n) => makeEntry(n)))
    const came = async () => (await archive.total()).count + (await quarantine.count())
    expect(await quarantine.discard('entry-001')).toBe(true)
    expect(await quarantine.discard('entry-001')).toBe(false)
    await quarantine.prune(NOON + 3, 10)
    expect(await came()).toBe(5)
    await quarantine.remove('entry-005')
    expect(await came()).toBe(4)
    await quarantine.discardAll('It is no object')
    expect([await quarantine.count(), await came()]).toEqual([0, 4])
  })
}
