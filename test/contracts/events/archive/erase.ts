// What EventArchive promises about forgetting a person, and about its total.
import { zstdDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Sql } from '../../../../src/adapters/sql/driver/dialect.ts'
import { createEventArchive } from '../../../../src/adapters/sql/events/archive.ts'
import { BEGINNING } from '../../../../src/core/events/cursor.ts'
import { EPOCH, makeRow, makeRows, type SqlLab } from '../../../support/database/sql-lab.ts'
import { MINUTE } from '../../../support/times.ts'

const at = (seq: number) => ({ epoch: EPOCH, seq })

/** All that the database holds of texts in blocks. */
async function storedTexts(sql: Sql | undefined): Promise<readonly string[]> {
  const blocks = (await sql?.read(sql.db.select().from(sql.tables.eventBlocks))) ?? []
  return blocks.map(({ data }) =>
    (data.includes('@example.com') ? data : zstdDecompressSync(data)).toString(),
  )
}

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
    expect(await archive.cursorsOf('ada@example.com', 2)).toEqual([at(1), at(3)])
    expect(await archive.cursorsOf('nobody@example.com', 2)).toEqual([])
  })

  test('takes out what it is told, with all that belongs to it; the counts stay', async () => {
    const archive = await filled()
    await archive.erase([at(1), at(3)])
    await archive.erase([])
    expect((await archive.find({ limit: 10, tag: 'news' })).map(({ cursor }) => cursor.seq)).toEqual([
      5, 4, 2,
    ])
    expect((await archive.total()).count).toBe(5)
  })

  test('nothing is left of what several processes take out at once, of neighbours; the others stay', async () => {
    const sqls = [await lab().open(), await lab().open()]
    const archives = sqls.map((sql) => createEventArchive(sql))
    const rows = Array.from({ length: 100 }, (_, n) =>
      makeRow(n + 1, { email: `reader-${n + 1}@example.com` }),
    )
    await archives[0]?.record(BEGINNING, at(100), rows)
    const gone = [2, 3, 5, 8, 13, 66]
    await Promise.all(gone.map((seq, n) => archives[n % 2]?.erase([at(seq)])))
    const left = rows.map(({ event }) => event.cursor.seq).filter((seq) => !gone.includes(seq))
    const found = (await archives[1]?.find({ limit: 200, after: BEGINNING })) ?? []
    expect(found.map(({ cursor }) => cursor.seq)).toEqual(left)
    expect(found.every(({ data, cursor }) => data.includes(`reader-${cursor.seq}@`))).toBe(true)
    expect(
      (await storedTexts(sqls[0])).filter((text) => gone.some((seq) => text.includes(`reader-${seq}@`))),
    ).toEqual([])
    await archives[0]?.erase(left.map(at))
    expect(await storedTexts(sqls[0])).toEqual([])
  })

  test('has a total of nothing before anything is recorded', async () => {
    const archive = createEventArchive(await lab().open())
    expect((await archive.total()).count).toBe(0)
    await archive.record(BEGINNING, at(700), makeRows(1, 700))
    expect((await archive.total()).count).toBe(700)
  })

  test('a database that is older than this counts since its first minute', async () => {
    const sql = await lab().open()
    await createEventArchive(sql).record(BEGINNING, at(2), makeRows(1, 2))
    const forgetting = ['DROP TABLE tallies', 'DROP TABLE liftings']
    const without = [...forgetting, "DELETE FROM migrations WHERE name = '0003_liftings'"]
    for (const text of without) await sql.run({ toSQL: () => ({ sql: text, params: [] }) })
    await sql.close()
    const archive = createEventArchive(await lab().open())
    expect(await archive.total()).toEqual({ count: 2, since: EPOCH })
  })

  test('tells what its provider brought, and how many somebody else did', async () => {
    const archive = createEventArchive(await lab().open())
    expect(await archive.brought()).toEqual({ first: null, last: null, byHand: 0 })
    await archive.record(BEGINNING, at(2), [makeRow(1, { by: 'hand' }), makeRow(2, { by: 'replay' })])
    expect(await archive.brought()).toEqual({ first: null, last: null, byHand: 1 })
    await archive.record(at(2), at(5), [makeRow(3), makeRow(4), makeRow(5, { by: 'hand' })])
    expect(await archive.brought()).toEqual({ first: EPOCH + 3, last: EPOCH + 4, byHand: 2 })
    await archive.record(at(5), at(7), [makeRow(5, { by: 'hand' }), makeRow(6)])
    expect(await archive.brought()).toEqual({ first: EPOCH + 3, last: EPOCH + 6, byHand: 2 })
  })

  test('of a database that is older than this only samples were brought by hand', async () => {
    const sql = await lab().open()
    const sample = { email: 'sample@reader.invalid' }
    const rows = [
      makeRow(1, sample),
      makeRow(2),
      makeRow(3, { email: 'ada@example.com' }),
      makeRow(4, sample),
    ]
    await createEventArchive(sql).record(BEGINNING, at(4), rows)
    const without = ['first_brought', 'last_brought', 'by_hand'].map(
      (column) => `ALTER TABLE positions DROP COLUMN ${column}`,
    )
    for (const text of [...without, "DELETE FROM migrations WHERE name = '0010_brought'"])
      await sql.run({ toSQL: () => ({ sql: text, params: [] }) })
    await sql.close()
    const archive = createEventArchive(await lab().open())
    expect(await archive.brought()).toEqual({ first: EPOCH + 2, last: EPOCH + 3, byHand: 2 })
  })

  test('a total does not shrink when events are pruned, by however many processes', async () => {
    const [first, second] = [await lab().open(), await lab().open()].map((sql) => createEventArchive(sql))
    const rows = [1, 2, 3, 4, 5].map((n) => makeRow(n, { receivedAt: EPOCH + n * MINUTE }))
    await first?.record(BEGINNING, at(5), rows)
    const before = await first?.total()
    expect(before?.count).toBe(5)
    await Promise.all([first, second].map((archive) => archive?.prune(EPOCH + 3 * MINUTE, 100)))
    expect((await first?.counts({ since: 0, step: MINUTE }))?.map(({ at: minute }) => minute)).toEqual(
      [3, 4, 5].map((n) => EPOCH + n * MINUTE),
    )
    expect(await first?.total()).toEqual(before)
    await second?.prune(EPOCH + 60 * MINUTE, 100)
    expect(await first?.counts({ since: 0, step: MINUTE })).toEqual([])
    expect(await second?.total()).toEqual(before)
  })
}
