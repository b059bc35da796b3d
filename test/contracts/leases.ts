// Every promise of the Leases port, as tests that each database must pass.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLeases } from '../../src/adapters/sql/driver/leases.ts'
import { createLease } from '../../src/core/lease.ts'
import type { Leases } from '../../src/core/ports.ts'
import { emptied, type SqlLab } from '../support/database/sql-lab.ts'
import { HOUR, MINUTE } from '../support/times.ts'

export function leasesContract(openLab: () => Promise<SqlLab>): void {
  const openEmptied = emptied(openLab)
  let lab: SqlLab
  let leases: Leases
  beforeEach(async () => {
    lab = await openEmptied()
    leases = createLeases(await lab.open())
  })
  afterEach(() => lab.close())

  /** Longer than any test takes; what lives for no time is over when it is taken. */
  const [long, over] = [MINUTE, 0]

  test('gives a free lease', async () => {
    expect(await leases.take('tracking', 'a', long)).toBe(true)
  })

  test('refuses one that another has', async () => {
    await leases.take('tracking', 'a', long)
    expect(await leases.take('tracking', 'b', long)).toBe(false)
    expect(await leases.take('tracking', 'a', long)).toBe(true)
  })

  test('gives one that another has let expire', async () => {
    await leases.take('tracking', 'a', over)
    expect(await leases.take('tracking', 'b', long)).toBe(true)
    expect(await leases.take('tracking', 'a', long)).toBe(false)
  })

  test('prolongs it for its owner, also by the same instant', async () => {
    for (const life of [over, long, long]) expect(await leases.take('tracking', 'a', life)).toBe(true)
    expect(await leases.take('tracking', 'b', long)).toBe(false)
  })

  test('gives it on when its owner releases it', async () => {
    await leases.take('tracking', 'a', long)
    await leases.release('tracking', 'a')
    expect(await leases.take('tracking', 'b', long)).toBe(true)
  })

  test('releases nothing for one who has it not', async () => {
    await leases.take('tracking', 'a', long)
    await leases.release('tracking', 'b')
    expect(await leases.take('tracking', 'b', long)).toBe(false)
  })

  test('keeps leases of different names apart', async () => {
    await leases.take('tracking', 'a', long)
    expect(await leases.take('sending', 'b', long)).toBe(true)
  })

  test('goes by its own clock, in milliseconds since 1970 as everybody else', async () => {
    const sql = await lab.open()
    const before = Date.now()
    await leases.take('tracking', 'a', long)
    const [row] = await sql.read(sql.db.select().from(sql.tables.leases))
    expect(row?.untilMs).toBeGreaterThan(before + long - MINUTE)
    expect(row?.untilMs).toBeLessThan(Date.now() + long + MINUTE)
  })

  test('holds among processes whose clocks differ', async () => {
    const process = (owner: string, offset: number) =>
      createLease('tracking', { leases, owner, now: () => Date.now() + offset })
    expect(await process('a', 0).take()).toBe(true)
    for (const offset of [-HOUR, HOUR]) expect(await process('b', offset).take()).toBe(false)
    expect(await process('a', 0).take()).toBe(true)
  })

  test('gives one that is of a later time: the clock has been set back since', async () => {
    await leases.take('tracking', 'a', HOUR)
    expect(await leases.take('tracking', 'b', long)).toBe(true)
  })

  test('gives it to one of many that ask at once', async () => {
    const others = await Promise.all([1, 2, 3].map(async () => createLeases(await lab.open())))
    for (const round of [1, 2, 3, 4, 5]) {
      const asked = [leases, ...others].map((each, n) => each.take(`job ${round}`, `owner ${n}`, long))
      expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1)
    }
  })
}
