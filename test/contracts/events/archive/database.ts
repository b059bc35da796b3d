// What a database promises when processes start at once, or die while they write.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { createEventArchive } from '../../../../src/adapters/sql/events/archive.ts'
import { rowsFor } from '../../../../src/adapters/sql/driver/dialect.ts'
import { BEGINNING, type Cursor } from '../../../../src/core/events/cursor.ts'
import type { EventArchive } from '../../../../src/core/events/ports.ts'
import { EPOCH, makeRow, type SqlLab } from '../../../support/database/sql-lab.ts'
import { DAY, MINUTE } from '../../../support/times.ts'

const CHILD = join(import.meta.dirname, '../../../support/events/record-until-killed.ts')

function startChild(lab: SqlLab, batch: number): ChildProcess {
  return spawn(process.execPath, [CHILD, ...lab.recipe, String(batch)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Waits until the child has written so many lines: one when it is ready, one for each batch. */
async function hasWritten(child: ChildProcess, lines: number): Promise<void> {
  let count = 0
  while (count < lines) {
    const [chunk] = (await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data')) as [Buffer]
    count += chunk.toString().split('\n').length - 1
  }
}

/** A server may still be busy with the last thing that it was told. */
async function settled(archive: EventArchive): Promise<Cursor> {
  for (let before = await archive.position(); ;) {
    await pause(100)
    const after = await archive.position()
    if (after.seq === before.seq) return after
    before = after
  }
}

export function promisesOfDatabases(lab: () => SqlLab): void {
  test('is brought up to date once, when several processes start at once', async () => {
    const told: string[] = []
    const log = { info: (_: object, text: string) => void told.push(text), warn() {}, error() {} }
    const databases = await Promise.all([1, 2, 3, 4].map(() => lab().open(log)))
    expect(told).toEqual(['the tables of the database were brought up to date'])
    for (const sql of databases) expect(await createEventArchive(sql).position()).toEqual(BEGINNING)
  })

  test('counts since its database was made, whenever the first event came, and whoever opens it', async () => {
    const before = Date.now()
    const archive = createEventArchive(await lab().open())
    const { since } = await archive.total()
    expect(since).toBeGreaterThan(before - 1_000) // made by the database, which tells seconds
    expect(since).toBeLessThanOrEqual(Date.now())
    await archive.record(
      BEGINNING,
      { epoch: EPOCH, seq: 2 },
      [1, 2].map((n) => makeRow(n, { receivedAt: since + n * DAY })),
    )
    expect(await archive.total()).toEqual({ count: 2, since })
    expect(await createEventArchive(await lab().open()).total()).toEqual({ count: 2, since })
  })

  test('has every table and column that the stores use', async () => {
    const { db, tables, read } = await lab().open()
    for (const table of Object.values(tables)) await read(db.select().from(table).limit(1))
  })

  test('finds those among many texts, whatever is in them, and nobody among none', async () => {
    const { db, tables, read, run, among } = await lab().open()
    const { name } = tables.leases
    const names = ['a', 'A', "a'", 'a"', 'a\\', 'a\\"', '[a]', 'á', '안', '😀', '?', '%', '']
    await run(rowsFor(tables.leases, [...names, 'b', 'a b'].map((each) => ({ name: each, owner: '', untilMs: 1 })))) // prettier-ignore
    const found = async (texts: readonly string[]) =>
      (await read(db.select({ name }).from(tables.leases).where(among(name, texts)))).map((row) => row.name)
    const many = Array.from({ length: 5_000 }, (_, n) => `nobody ${n}`)
    expect((await found([...many, ...names])).sort()).toEqual(names.toSorted())
    expect(await found([])).toEqual([])
  })

  test('an error tells of a column, not of what was to be stored in it', async () => {
    const sql = await lab().open()
    const { leases, suppressions } = sql.tables
    const owner = "anna' for key 'x@example.com"
    const lease = rowsFor(leases, [{ name: owner, owner, untilMs: 1 }])
    const long = {
      emailKey: `anna@${'x'.repeat(400)}`,
      email: null,
      reason: 'bounce' as const,
      source: 'anna',
    }
    await sql.run(lease)
    const told: string[] = []
    for (const write of [
      lease,
      rowsFor(suppressions, [{ ...long, since: 1, until: null }]), // SQLite takes it
      { toSQL: () => ({ sql: "SELEC 'anna' FROM leases", params: [] }) },
    ])
      await sql.run(write).catch((error: unknown) => told.push(inspect(error)))
    expect(told.join()).not.toContain('anna')
    expect(told[0]).toMatch(/leases\.name|PRIMARY/)
    expect(told.length).toBeGreaterThanOrEqual(2)
  })

  test('is found as it was left', async () => {
    const first = await lab().open()
    await createEventArchive(first).record(BEGINNING, { epoch: 5, seq: 5 }, [])
    await first.close()
    expect(await createEventArchive(await lab().open()).position()).toEqual({ epoch: 5, seq: 5 })
  })

  test('begins anew where its position was lost', async () => {
    const sql = await lab().open()
    const archive = createEventArchive(sql)
    await sql.run(sql.db.delete(sql.tables.positions))
    expect(await archive.position()).toEqual(BEGINNING)
    await archive.record(BEGINNING, { epoch: 5, seq: 5 }, [])
    expect(await archive.position()).toEqual({ epoch: 5, seq: 5 })
  })

  test('cannot be used after it was closed', async () => {
    const sql = await lab().open()
    await sql.close()
    await expect(createEventArchive(sql).position()).rejects.toMatchObject({ code: 'archive.unavailable' })
    await expect(sql.ping()).rejects.toMatchObject({ code: 'archive.unavailable' })
  })

  test.for([1, 3, 10])('holds all or nothing of a batch after kill -9, at try %i', async (batches) => {
    const archive = createEventArchive(await lab().open())
    const child = startChild(lab(), 400)
    await hasWritten(child, batches)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const { seq } = await settled(archive)
    const found = await archive.find({ limit: 100_000, tag: 'news' })
    expect(seq).toBeGreaterThanOrEqual((batches - 1) * 400)
    expect(found.map(({ cursor }) => cursor.seq)).toEqual([...Array(seq).keys()].map((n) => seq - n))
    expect(found.every(({ data }) => data.endsWith('}'))).toBe(true)
    expect(
      (await archive.counts({ since: 0, step: MINUTE })).reduce((sum, { count }) => sum + count, 0),
    ).toBe(seq)
  })
}
