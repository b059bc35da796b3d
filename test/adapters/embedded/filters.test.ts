// The filters of many runs, of several sizes: an id is always found where it is, and hardly ever where it is not.
import { expect, test } from 'vitest'
import { createFilter, createFilters } from '../../../src/adapters/embedded/feed/filters.ts'
import { idOf } from '../../support/events/feed-lab.ts'

const ids = (count: number, label: string) =>
  Array.from({ length: count }, (_, n) => idOf(Buffer.from(`${label} ${n}`)))

const runs = Array.from({ length: 100 }, (_, n) => ({
  run: n + 1,
  ids: ids(n % 3 === 0 ? 400 : 90, `run ${n}`),
}))

test('an id leads to its own run, however many there are, and to hardly any other', () => {
  const filters = createFilters()
  for (const { run, ids } of runs) filters.add(run, createFilter(ids))
  const found = runs.flatMap(({ run, ids }) => ids.map((id) => ({ run, found: filters.runsOf(id) })))
  expect(found.filter(({ run, found }) => !found.includes(run))).toEqual([])
  const looked = ids(5_000, 'unknown').map((id) => filters.runsOf(id).length)
  expect(looked.reduce((sum, n) => sum + n, 0)).toBeLessThan((5_000 * 100) / 300)
})

test('a run that is gone is not named any more, and those beside it still are', () => {
  const filters = createFilters()
  for (const { run, ids } of runs) filters.add(run, createFilter(ids))
  for (const { run } of runs.slice(0, 70)) filters.remove(run)
  for (const { run, ids } of runs.slice(0, 10)) filters.add(run + 1_000, createFilter(ids))
  const leads = ({ ids }: (typeof runs)[number]) => new Set(ids.flatMap((id) => filters.runsOf(id)))
  for (const each of runs.slice(10, 70)) expect(leads(each)).not.toContain(each.run)
  for (const each of runs.slice(70)) expect(leads(each)).toContain(each.run)
  for (const each of runs.slice(0, 10)) expect(leads(each)).toContain(each.run + 1_000)
})
