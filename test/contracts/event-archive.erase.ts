// What EventArchive promises about forgetting a person, and about its total.
import { expect, test } from 'vitest'
import { createEventArchive } from '../../src/adapters/sql/event-archive.ts'
import { BEGINNING } from '../../src/core/events/cursor.ts'
import { EPOCH, makeRow, makeRows, type SqlLab } from '../support/sql-lab.ts'

const at = (seq: number) => ({ epoch: EPOCH, seq })

export function promisesOfErasing(lab: () => SqlLab): void {
  const filled = async () => {
    const archive = createEventArchive(await lab().open())
    const rows = [1, 2, 3, 4, 5].map((seq) =>
      makeRow(seq, { email: seq % 2 ? 'ada@example.com' : 'bob@example.com', tags: ['news'] }),
    )
    await archive.record(BEGINNING, at(5), rows)
    return archive
  }

  test('tells where the events of an address are, the oldest first', async () => {
    const archive = await filled()
    expect(await archive.placesOf('ada@example.com', 2)).toEqual([at(1), at(3)])
    expect(await archive.placesOf('nobody@example.com', 2)).toEqual([])
  })

  test('takes out what it is told, with all that belongs to it; the counts stay', async () => {
    const archive = await filled()
    await archive.erase([at(1), at(3)])
    await archive.erase([])
    expect((await archive.find({ limit: 10, tag: 'news' })).map(({ cursor }) => cursor.seq)).toEqual([
      5, 4, 2,
    ])
    expect(await archive.total()).toEqual({ count: 5, since: EPOCH })
  })

  test('has a total of nothing before anything is recorded', async () => {
    const archive = createEventArchive(await lab().open())
    expect(await archive.total()).toEqual({ count: 0, since: null })
    await archive.record(BEGINNING, at(700), makeRows(1, 700))
    expect((await archive.total()).count).toBe(700)
  })
}
