// What comes one by one is shown together, and no more of it waits than fits.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBatch, EVERY_MS, MOST_GATHERED } from '../../../public/page/events/feed/batch.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function lab() {
  const handed: number[][] = []
  const onFull = vi.fn()
  const batch = createBatch<number>({
    handOn: (items) => handed.push(items),
    onFull,
    schedule: (task) => task(),
  })
  return { handed, onFull, batch }
}

test('the first is handed on at once, the others together, no more often than one can look', () => {
  const { handed, batch } = lab()
  for (let item = 0; item < 5; item += 1) batch.add(item)
  expect(handed).toEqual([[0]])
  vi.advanceTimersByTime(EVERY_MS)
  expect(handed).toEqual([[0], [1, 2, 3, 4]])
  vi.advanceTimersByTime(EVERY_MS * 5)
  batch.add(5)
  expect(handed.at(-1)).toEqual([5])
  for (let item = 6; item < 50; item += 1) batch.add(item)
  expect(vi.getTimerCount()).toBe(1)
})

test('when too much has gathered, its owner is asked what to do: a hidden page gets no frames', () => {
  const { onFull, batch } = lab()
  for (let item = 0; item <= MOST_GATHERED; item += 1) batch.add(item)
  expect(onFull).toHaveBeenCalledOnce()
})

test('what cannot be taken yet goes first the next time', () => {
  const { handed, batch } = lab()
  batch.putBack([1, 2])
  batch.add(3)
  expect(handed).toEqual([[1, 2, 3]])
  batch.add(6)
  batch.putBack([4, 5])
  vi.advanceTimersByTime(EVERY_MS)
  expect(handed.at(-1)).toEqual([4, 5, 6])
})
