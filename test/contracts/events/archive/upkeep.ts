// What EventArchive promises about counting, and about letting go of what is old.
import { expect, test } from 'vitest'
import { createEventArchive } from '../../../../src/adapters/sql/events/archive.ts'
import { BEGINNING } from '../../../../src/core/events/cursor.ts'
import type { ArchiveRow } from '../../../../src/core/events/ports.ts'
import { EPOCH, makeRow, makeRows, type SqlLab } from '../../../support/database/sql-lab.ts'
import { MINUTE } from '../../../support/times.ts'

const at = (seq: number) => ({ epoch: EPOCH, seq })

export function promisesOfUpkeep(lab: () => SqlLab): void {
  async function openWith(rows: readonly ArchiveRow[]) {
    const archive = createEventArchive(await lab().open())
    await archive.record(BEGINNING, at(rows.length), rows)
    return archive
  }

  test('counts by minute of receipt and kind, oldest first', async () => {
    const rows = [0, 1, 59_999, 60_000, 60_001, 150_000].map((ms, n) =>
      makeRow(n + 1, { receivedAt: EPOCH + ms, kind: ms === 1 ? 'clicked' : 'opened' }),
    )
    const archive = await openWith(rows)
    expect(await archive.counts({ since: EPOCH, step: MINUTE })).toEqual([
      { at: EPOCH, kind: 'clicked', count: 1 },
      { at: EPOCH, kind: 'opened', count: 2 },
      { at: EPOCH + MINUTE, kind: 'opened', count: 2 },
      { at: EPOCH + 2 * MINUTE, kind: 'opened', count: 1 },
    ])
    expect(await archive.counts({ since: EPOCH + 2 * MINUTE, step: MINUTE })).toHaveLength(1)
  })

  test('adds up what several batches bring to a minute', async () => {
    const archive = await openWith(makeRows(1, 3))
    await archive.record(at(3), at(5), makeRows(4, 5))
    expect(await archive.counts({ since: EPOCH, step: MINUTE })).toEqual([
      { at: EPOCH, kind: 'opened', count: 5 },
    ])
  })

  test('drops the oldest first, no more than it may', async () => {
    const archive = await openWith(makeRows(1, 10))
    expect(await archive.prune(EPOCH + 8, 3)).toBe(3)
    expect((await archive.find({ limit: 20 })).map(({ cursor }) => cursor.seq)).toEqual([
      10, 9, 8, 7, 6, 5, 4,
    ])
  })

  test('drops only what is older, and tells how many', async () => {
    const archive = await openWith(makeRows(1, 10))
    expect(await archive.prune(EPOCH + 8, 100)).toBe(7)
    expect(await archive.prune(EPOCH + 8, 100)).toBe(0)
    expect((await archive.find({ limit: 20 })).map(({ cursor }) => cursor.seq)).toEqual([10, 9, 8])
  })

  test('drops everything that belongs to an event', async () => {
    const archive = await openWith(makeRows(1, 2, { tags: ['news'], email: 'ada@example.com' }))
    await archive.prune(EPOCH + 2, 100)
    expect(await archive.find({ limit: 10, tag: 'news' })).toHaveLength(1)
    expect(await archive.find({ limit: 10, email: 'ada@example.com' })).toHaveLength(1)
    await archive.prune(EPOCH + MINUTE, 100)
    expect(await archive.find({ limit: 10, tag: 'news' })).toEqual([])
    expect(await archive.counts({ since: 0, step: MINUTE })).toEqual([])
  })

  test('leaves the position where it is', async () => {
    const archive = await openWith(makeRows(1, 10))
    await archive.prune(EPOCH + MINUTE, 100)
    expect(await archive.position()).toEqual(at(10))
  })
}
