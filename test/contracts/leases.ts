// Every promise of the Leases port, as tests that each database must pass.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLeases } from '../../src/adapters/sql/driver/leases.ts'
import type { Leases } from '../../src/core/ports.ts'
import { emptied, type SqlLab } from '../support/sql-lab.ts'
import { NOON } from '../support/times.ts'

export function leasesContract(openLab: () => Promise<SqlLab>): void {
  const openEmptied = emptied(openLab)
  let lab: SqlLab
  let leases: Leases
  beforeEach(async () => {
    lab = await openEmptied()
    leases = createLeases(await lab.open())
  })
  afterEach(() => lab.close())

  test('gives a free lease', async () => {
    expect(await leases.take('tracking', 'a', NOON, NOON + 10)).toBe(true)
  })

  test('refuses one that another has', async () => {
    await leases.take('tracking', 'a', NOON, NOON + 10)
    expect(await leases.take('tracking', 'b', NOON + 9, NOON + 20)).toBe(false)
    expect(await leases.take('tracking', 'a', NOON + 9, NOON + 20)).toBe(true)
  })

  test('gives one that another has let expire', async () => {
    await leases.take('tracking', 'a', NOON, NOON + 10)
    expect(await leases.take('tracking', 'b', NOON + 10, NOON + 20)).toBe(true)
    expect(await leases.take('tracking', 'a', NOON + 11, NOON + 20)).toBe(false)
  })

  test('prolongs it for its owner, also by the same instant', async () => {
    for (const until of [NOON + 10, NOON + 20, NOON + 20])
      expect(await leases.take('tracking', 'a', NOON, until)).toBe(true)
    expect(await leases.take('tracking', 'b', NOON + 15, NOON + 30)).toBe(false)
  })

  test('gives it on when its owner releases it', async () => {
    await leases.take('tracking', 'a', NOON, NOON + 10)
    await leases.release('tracking', 'a')
    expect(await leases.take('tracking', 'b', NOON, NOON + 10)).toBe(true)
  })

  test('releases nothing for one who has it not', async () => {
    await leases.take('tracking', 'a', NOON, NOON + 10)
    await leases.release('tracking', 'b')
    expect(await leases.take('tracking', 'b', NOON, NOON + 10)).toBe(false)
  })

  test('keeps leases of different names apart', async () => {
    await leases.take('tracking', 'a', NOON, NOON + 10)
    expect(await leases.take('sending', 'b', NOON, NOON + 10)).toBe(true)
  })

  test('gives it to one of many that ask at once', async () => {
    const others = await Promise.all([1, 2, 3].map(async () => createLeases(await lab.open())))
    for (const round of [1, 2, 3, 4, 5]) {
      const asked = [leases, ...others].map((each, n) =>
        each.take(`job ${round}`, `owner ${n}`, NOON, NOON + 10),
      )
      expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1)
    }
  })
}
