// A database that knows less than the feed was told of has lost commits; one that is read a little late has not.
import { expect, test, vi } from 'vitest'
import { catchUp, isBehindFeed } from '../../../../src/core/events/tracking/behind.ts'
import { BEGINNING, type Cursor } from '../../../../src/core/events/cursor.ts'
import { NOON } from '../../../support/times.ts'

const at = (seq: number): Cursor => ({ epoch: NOON, seq })

/** What each look at the database finds; the last of them from then on. */
async function look(told: Cursor, ...positions: [Cursor, ...Cursor[]]) {
  const position = vi.fn<() => Promise<Cursor>>()
  for (const each of positions) position.mockResolvedValueOnce(each)
  position.mockResolvedValue(positions.at(-1) ?? BEGINNING)
  const wait = vi.fn(async () => {})
  const behind = await isBehindFeed({ feed: { taken: async () => told }, archive: { position }, wait })
  return { behind, waits: wait.mock.calls.length }
}

test.each([
  ['as far as was told', at(5), at(5)],
  ['further', at(5), at(9)],
  ['in a later life of the feed', at(5), { epoch: NOON + 1, seq: 5 }],
  ['somewhere, and the feed was never told', BEGINNING, at(5)],
])('a database that is %s is not behind, and nobody waits', async (_, told, position) => {
  expect(await look(told, position)).toEqual({ behind: false, waits: 0 })
})

test.each([
  ['at an earlier event', at(5), at(4)],
  ['in an earlier life of the feed', at(5), { epoch: NOON - 1, seq: 9 }],
  ['new', at(5), BEGINNING],
])('a database that stays %s is behind', async (_, told, position) => {
  expect(await look(told, position)).toEqual({ behind: true, waits: 3 })
})

test('a database that catches up within a moment is not behind', async () => {
  expect(await look(at(5), at(3), at(4), at(5))).toEqual({ behind: false, waits: 2 })
})

test('tracking that is behind is waited for, up to the head of that moment and no further', async () => {
  const position = vi.fn<() => Promise<Cursor>>().mockResolvedValue(at(5))
  for (const seq of [3, 4]) position.mockResolvedValueOnce(at(seq))
  const last = vi.fn<() => Promise<Cursor>>().mockResolvedValue(at(9)).mockResolvedValueOnce(at(5))
  await catchUp({ feed: { last }, archive: { position } }, new AbortController().signal)
  expect([position.mock.calls.length, last.mock.calls.length]).toEqual([3, 1])
})

test('tracking that stands still is waited for until the signal', async () => {
  const stop = new AbortController()
  const position = vi.fn(async () => (stop.abort(), at(4)))
  await catchUp({ feed: { last: async () => at(5) }, archive: { position } }, stop.signal)
  expect(position).toHaveBeenCalledTimes(1)
})
