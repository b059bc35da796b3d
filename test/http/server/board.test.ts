// What sockets are shown while it cannot be looked up. What a board of campaigns or the set-up shows is tested with them.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openBoard } from '../../../src/http/server/board.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

test('each outage is told in the log once, and what was shown is shown on', async () => {
  const state = { broken: true, frames: new Map([['a', Buffer.from('first')]]) }
  const look = async () => {
    if (state.broken) throw new Error('away')
    return { frames: state.frames, waitMs: 1_000 }
  }
  const warn = vi.fn()
  const given: string[] = []
  const board = openBoard({ what: 'a thing', look, log: { info() {}, warn, error() {} } })
  board.join({ hasRoom: () => true, write: (frames) => void given.push(frames.toString()) })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(warn).toHaveBeenCalledOnce()
  state.broken = false
  await vi.advanceTimersByTimeAsync(5_000)
  expect(given).toEqual(['first'])
  state.broken = true
  await vi.advanceTimersByTimeAsync(10_000)
  expect(warn).toHaveBeenCalledTimes(2)
  state.broken = false
  state.frames = new Map([['a', Buffer.from('second')]])
  await vi.advanceTimersByTimeAsync(5_000)
  expect(given).toEqual(['first', 'second'])
  board.close()
})
