// What others get in the way of is done again for as long as they do, within bounds, and nothing else is.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { again } from '../../../../src/adapters/sql/driver/again.ts'

const MET = new Error('somebody was faster')
const isMet = (error: unknown) => error === MET

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

function meeting(times: number) {
  const done = { tries: 0 }
  const work = async () => {
    done.tries++
    if (done.tries <= times) throw MET
    return 'done'
  }
  return { done, work }
}

test('whoever meets others forty times is done at last', async () => {
  const { done, work } = meeting(40)
  const result = again(work, isMet)
  await vi.advanceTimersByTimeAsync(25_000)
  expect(await result).toBe('done')
  expect(done.tries).toBe(41)
})

test('whoever meets others all the time gives up, with the reason', async () => {
  const { done, work } = meeting(Infinity)
  const result = expect(again(work, isMet)).rejects.toMatchObject({ code: 'archive.unavailable', cause: MET })
  await vi.advanceTimersByTimeAsync(31_000)
  await result
  expect(done.tries).toBeGreaterThan(40)
})

test('any other error is not tried again', async () => {
  const { done, work } = meeting(1)
  await expect(again(work, () => false)).rejects.toBe(MET)
  expect(done.tries).toBe(1)
})
