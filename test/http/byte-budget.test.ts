// The bound on bodies in memory: kept, handed back, and not to be used up by those who only hold a place.
import { expect, test, vi } from 'vitest'
import { createByteBudget } from '../../src/http/byte-budget.ts'

function lab(limit: number) {
  const clock = { now: 0 }
  const budget = createByteBudget(limit, () => clock.now)
  const take = (bytes: number, received = () => 0) => {
    const drop = vi.fn()
    return { release: budget.take({ bytes, received, drop }), drop }
  }
  return { clock, take }
}
const busy = expect.objectContaining({ code: 'server.busy' })

test('is spent, and comes back once, however often a share is handed back', () => {
  const { take } = lab(100)
  const { release } = take(60)
  take(40)
  expect(() => take(1)).toThrow(busy)
  release()
  release()
  take(60)
  expect(() => take(1)).toThrow(busy)
})

test('who sends slowly makes way when it is spent, and no sooner', () => {
  const { take, clock } = lab(100)
  const slow = take(50, () => 1_000)
  const fast = take(40, () => 10_000_000)
  clock.now = 60_000
  take(10)
  expect(slow.drop).not.toHaveBeenCalled()
  take(30)
  expect(slow.drop).toHaveBeenCalledOnce()
  slow.release()
  expect(() => take(21)).toThrow(busy)
  expect(fast.drop).not.toHaveBeenCalled()
})

test('nobody makes way in their first moments', () => {
  const { take, clock } = lab(100)
  const young = take(100)
  clock.now = 2_000
  expect(() => take(1)).toThrow(busy)
  expect(young.drop).not.toHaveBeenCalled()
})
