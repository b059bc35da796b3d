// What EventArchive promises about recording.
import { expect, test } from 'vitest'
import { createEventArchive } from '../../../../src/adapters/sql/events/archive.ts'
import { BEGINNING, type Cursor } from '../../../../src/core/events/cursor.ts'
import { isHubError } from '../../../../src/core/errors.ts'
import type { ArchiveRow, EventArchive } from '../../../../src/core/events/ports.ts'
import { EPOCH, makeRow, makeRows, type SqlLab } from '../../../support/database/sql-lab.ts'
import { DAY, HOUR, MINUTE } from '../../../support/times.ts'

const at = (seq: number) => ({ epoch: EPOCH, seq })
const seqsOf = async (archive: EventArchive) =>
  (await archive.find({ limit: 10_000, after: BEGINNING })).map(({ cursor }) => cursor.seq)

export function promisesOfRecording(lab: () => SqlLab): void {
  const open = async () => createEventArchive(await lab().open())

  test('stands at the beginning before anything is recorded', async () => {
    expect(await (await open()).position()).toEqual(BEGINNING)
  })

  test('gives back every event exactly as it came', async () => {
    const archive = await open()
    const rows = [
      makeRow(1, { list: 'a list' }),
      makeRow(2, { kind: 'clicked', subject: '"\\\' \u0000 \u001a \u2028 % _ \ud800' }),
    ]
    await archive.record(BEGINNING, at(2), rows)
    expect(await archive.find({ limit: 10, after: BEGINNING })).toEqual(
      rows.map(({ event: { id: _id, data, ...event } }) => ({ ...event, data: data.toString() })),
    )
  })

  test('moves the position with the events, and without any', async () => {
    const archive = await open()
    await archive.record(BEGINNING, at(3), makeRows(1, 3))
    expect(await archive.position()).toEqual(at(3))
    await archive.record(at(3), at(7), [])
    expect(await archive.position()).toEqual(at(7))
    await archive.record(at(7), { epoch: EPOCH + 1, seq: 7 }, [])
    expect(await archive.position()).toEqual({ epoch: EPOCH + 1, seq: 7 })
  })

  test.for([
    ['behind', at(2)],
    ['ahead', at(4)],
    ['of another epoch', { epoch: EPOCH + 1, seq: 3 }],
    ['at the beginning', BEGINNING],
  ] as const)('refuses to record from a place that is %s, and changes nothing', async ([, from]) => {
    const archive = await open()
    await archive.record(BEGINNING, at(3), makeRows(1, 3))
    const error: unknown = await archive.record(from, at(6), makeRows(4, 6)).catch((e: unknown) => e)
    expect(isHubError(error, 'archive.conflict')).toBe(true)
    expect(await archive.position()).toEqual(at(3))
    expect(await seqsOf(archive)).toEqual([1, 2, 3])
    expect(await archive.find({ limit: 10, kinds: ['opened'] })).toHaveLength(3)
  })

  test('passes over events that are archived already, wherever they come again', async () => {
    const archive = await open()
    const [one, two, three] = makeRows(1, 3, { tags: ['news'] }) as [ArchiveRow, ArchiveRow, ArchiveRow]
    await archive.record(BEGINNING, at(2), [one, two])
    const again = { ...one, event: { ...one.event, cursor: at(4) } }
    await archive.record(at(2), at(6), [three, again, { ...again, event: { ...three.event, cursor: at(5) } }])
    expect(await seqsOf(archive)).toEqual([1, 2, 3])
    expect((await archive.find({ limit: 10, tag: 'news' })).map(({ cursor }) => cursor.seq)).toEqual([
      3, 2, 1,
    ])
    expect((await archive.counts({ since: 0, step: MINUTE })).map(({ count }) => count)).toEqual([3])
    expect(await archive.position()).toEqual(at(6))
  })

  const LATER = EPOCH + 30 * DAY
  test.for([
    ['that is older than the feed remembers', EPOCH, { receivedAt: LATER, happened: LATER - 50 * HOUR }],
    [
      'that the feed has just forgotten, by the clock of the hub',
      EPOCH,
      { receivedAt: LATER, happened: LATER - 47.5 * HOUR },
    ],
    [
      'in a life of the feed that began since',
      LATER - HOUR,
      { receivedAt: LATER, happened: LATER - 2 * HOUR },
    ],
    [
      'that tells no time, in a life of the feed that began since',
      LATER - HOUR,
      { receivedAt: LATER, happened: null },
    ],
    ['that tells no time', EPOCH, { receivedAt: LATER, happened: null }],
    ['of the future', EPOCH, { receivedAt: LATER, happened: LATER + 2 * HOUR }],
  ] as const)(
    'passes over an event %s, however much came in between',
    async ([, epoch, { receivedAt, happened }]) => {
      const archive = await open()
      const cameAt = (row: ArchiveRow, cursor: Cursor, receivedAt: number): ArchiveRow => ({
        event: { ...row.event, cursor, receivedAt },
        facts: { ...row.facts, at: happened },
      })
      const [one, two, three] = makeRows(1, 3) as [ArchiveRow, ArchiveRow, ArchiveRow]
      // By the hub's clock, which is 50 minutes slow.
      const first = cameAt(one, at(1), Math.min((happened ?? EPOCH) - 50 * MINUTE, receivedAt))
      await archive.record(BEGINNING, at(1), [first])
      await archive.record(at(1), at(200_000), [cameAt(two, at(200_000), receivedAt - 1)])
      const end = { epoch, seq: 200_002 }
      const again = cameAt(one, { epoch, seq: 200_001 }, receivedAt)
      await archive.record(at(200_000), end, [again, cameAt(three, end, receivedAt)])
      expect(await seqsOf(archive)).toEqual([1, 200_000, 200_002])
    },
  )

  test('events are in runs of 65,536, and those of before there were runs in one for itself', async () => {
    const sql = await lab().open()
    const { seq, run } = sql.tables.events
    const archive = createEventArchive(sql)
    const runs = async () =>
      (await sql.read(sql.db.select({ seq, run }).from(sql.tables.events)))
        .sort((a, b) => a.seq - b.seq)
        .map((row) => row.run)
    const theirs = { email: 'ann@example.com' }
    await archive.record(BEGINNING, at(2), makeRows(1, 2, theirs))
    await sql.run(sql.db.update(sql.tables.events).set({ run: 0 }))
    await archive.record(
      at(2),
      at(65_536),
      [3, 65_535, 65_536].map((seq) => makeRow(seq, theirs)),
    )
    await archive.record(at(65_536), at(65_537), [makeRow(65_537, theirs)])
    await archive.record(at(65_537), at(131_072), [makeRow(131_072, theirs)])
    expect(await runs()).toEqual([0, 0, 1, 1, 2, 2, 3])
    const found = await archive.find({ ...theirs, limit: 10, after: BEGINNING })
    expect(found.map(({ cursor }) => cursor.seq)).toEqual([1, 2, 3, 65_535, 65_536, 65_537, 131_072])
    expect(await archive.cursorsOf(theirs.email, 3)).toEqual([at(1), at(2), at(3)])
  })

  test('takes a batch of 10,000', async () => {
    const archive = await open()
    await archive.record(BEGINNING, at(10_000), makeRows(1, 10_000))
    expect(await seqsOf(archive)).toHaveLength(10_000)
  })

  test('keeps an event larger than MySQL takes at once', async () => {
    const archive = await open()
    const row = makeRow(1, { subject: `x${'안😀"\\'.repeat(2_000_000)}` })
    await archive.record(BEGINNING, at(1), [row])
    const [found] = await archive.find({ limit: 1 })
    expect(found?.data === row.event.data.toString()).toBe(true)
  })

  test('takes every event once when several processes record at once', async () => {
    const all = makeRows(1, 400)
    const record = async (archive: EventArchive): Promise<void> => {
      for (;;) {
        const from = await archive.position()
        if (from.seq === all.length) return
        const batch = all.slice(from.seq, from.seq + 10)
        await archive.record(from, at(from.seq + batch.length), batch).catch((error: unknown) => {
          if (!isHubError(error, 'archive.conflict')) throw error
        })
      }
    }
    const archives = await Promise.all([open(), open(), open()])
    await Promise.all(archives.map(record))
    expect(await seqsOf(await open())).toEqual(all.map(({ event }) => event.cursor.seq))
    expect((await archives[0]?.counts({ since: 0, step: MINUTE }))?.map(({ count }) => count)).toEqual([400])
  })
}
