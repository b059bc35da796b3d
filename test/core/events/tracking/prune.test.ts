// What is old goes a little at a time, all of it, and nobody asks again at once.
import { expect, test, vi } from 'vitest'
import { createPruning } from '../../../../src/core/events/tracking/prune.ts'
import type { EventArchive, Quarantine } from '../../../../src/core/events/ports.ts'
import { DAY, MINUTE, NOON } from '../../../support/times.ts'

/** Stores that hold so many old things. */
function lab(events: number, entries: number) {
  const holding = (held: number) => {
    let left = held
    return vi.fn(async (_before: number, most: number) => {
      const gone = Math.min(left, most)
      left -= gone
      return gone
    })
  }
  const clock = { now: NOON }
  const nap = vi.fn(async () => {})
  const [archived, quarantined] = [holding(events), holding(entries)]
  const prune = createPruning({
    archive: { prune: archived } as Partial<EventArchive> as EventArchive,
    quarantine: { prune: quarantined } as Partial<Quarantine> as Quarantine,
    archiveDays: 30,
    now: () => clock.now,
    nap,
  })
  const gone = async ({ mock }: typeof archived) =>
    (await Promise.all(mock.results.map(({ value }) => value as Promise<number>))).reduce((a, b) => a + b, 0)
  return {
    clock,
    prune,
    archived,
    quarantined,
    nap,
    gone: async () => [await gone(archived), await gone(quarantined)],
  }
}

test.each([
  [1_000, 0],
  [0, 300],
  [700, 120],
])('%d old events and %d of quarantine go in one go', async (events, entries) => {
  const { prune, gone, archived, quarantined, nap } = lab(events, entries)
  await prune()
  expect(await gone()).toEqual([events, entries])
  for (const asked of [archived, quarantined])
    expect(asked).toHaveBeenCalledWith(NOON - 30 * DAY, expect.any(Number))
  expect(nap).toHaveBeenCalledTimes(archived.mock.calls.length - 1) // others have their turn in between
})

test('when nothing old is left, nobody asks for a while', async () => {
  const { clock, prune, archived } = lab(10, 0)
  await prune()
  clock.now += MINUTE
  await prune()
  expect(archived).toHaveBeenCalledTimes(1)
  clock.now += 10 * MINUTE
  await prune()
  expect(archived).toHaveBeenCalledTimes(2)
})

test('of very many no more than a few thousand go at a time, and the rest the next time', async () => {
  const { prune, gone } = lab(12_000, 0)
  const after = async () => (await prune(), (await gone())[0])
  expect([await after(), await after(), await after()]).toEqual([5_000, 10_000, 12_000])
})
