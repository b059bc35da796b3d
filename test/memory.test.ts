// When memory is given back: after a burst, once, and while nobody would notice.
import { expect, test } from 'vitest'
import { createQuietWatch } from '../src/memory.ts'

const MB = 1024 * 1024
const SECOND = 1_000

/** How often it is given back over these seconds, of which each says what is resident, and how busy the thread is. */
function timesOver(seconds: readonly (readonly [megabytes: number, utilization: number])[]): number[] {
  const isTime = createQuietWatch()
  return seconds.flatMap(([megabytes, utilization], second) =>
    isTime({ at: second * SECOND, resident: megabytes * MB, utilization }) ? [second] : [],
  )
}
const during = (seconds: number, megabytes: number, utilization: number) =>
  Array.from({ length: seconds }, () => [megabytes, utilization] as const)

test('what starting took is given back at the first quiet second, and then nothing more while nothing grows', () => {
  expect(timesOver([...during(3, 200, 0.9), ...during(600, 150, 0.01)])).toEqual([3])
})

test('what a burst has left is given back once, when it is over', () => {
  const burst = [...during(40, 150, 0.01), ...during(60, 300, 0.8), ...during(600, 200, 0.01)]
  expect(timesOver(burst)).toEqual([0, 100])
})

test('what comes back right after a start is no reason to wait', () => {
  expect(
    timesOver([...during(1, 200, 0), ...during(1, 150, 0), ...during(2, 190, 0.5), ...during(60, 180, 0)]),
  ).toEqual([0, 4])
})

test('never while there is traffic', () => {
  expect(timesOver(during(600, 300, 0.2))).toEqual([])
})

test('at most once in half a minute, however often it is quiet between bursts', () => {
  const bursts = Array.from({ length: 60 }, () => [
    ...during(1, 300, 0.8),
    ...during(1, 250, 0),
    ...during(1, 150, 0),
  ])
  const times = timesOver(bursts.flat())
  expect(times.length).toBeGreaterThan(3)
  expect(times.slice(2).every((time, n) => time - (times[n + 1] ?? 0) >= 30)).toBe(true)
})

test('what has grown while it was given back, and stays, is not given back again', () => {
  expect(timesOver([...during(1, 150, 0), ...during(600, 400, 0)])).toEqual([0])
})
