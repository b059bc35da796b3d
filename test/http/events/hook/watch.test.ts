// How much a hub does for whoever sends it wrong signatures, and what it remembers of them.
import { expect, test } from 'vitest'
import { createHookWatch } from '../../../../src/http/events/hook/watch.ts'

test('explaining is bounded: by address, and by bytes', () => {
  let now = 0
  const log = { warn() {}, info() {} }
  const watch = createHookWatch(log, () => now)
  let explained = 0
  const refuse = (address: string, bytes: number) =>
    watch.wronglySigned(address, (most) => {
      explained++
      return { kind: 'wrong signature', hint: 'a hint', bytes: Math.min(bytes, most) }
    })
  for (let n = 0; n < 1_000; n++) refuse('192.0.2.1', 1_000)
  expect(explained).toBe(5)
  expect(watch.status().refused).toMatchObject([{ count: 1_000 }])
  now += 10_000
  refuse('192.0.2.1', 1_000)
  expect(explained).toBe(6)
  let digested = 0
  for (let n = 0; n < 2_000; n++)
    watch.wronglySigned(`2001:db8::${n}`, (most) => {
      digested += most
      return { kind: 'wrong signature', hint: 'a hint', bytes: most }
    })
  expect(digested).toBeLessThanOrEqual(64 * 1024 * 1024)
})

test('what explaining costs is filled up again; one refusal takes half of it, and who has not asked of late is asked anew', () => {
  let now = 0
  const watch = createHookWatch({ warn() {}, info() {} }, () => now)
  const given: number[] = []
  const refuse = (address: string, cost: (most: number) => number) =>
    watch.wronglySigned(address, (most) => {
      given.push(most)
      return { kind: 'wrong signature', hint: 'a hint', bytes: cost(most) }
    })
  refuse('192.0.2.1', (most) => most)
  refuse('192.0.2.2', (most) => most)
  now += 60_000
  refuse('192.0.2.3', () => 0)
  expect(given).toEqual([32, 16, 32].map((megabytes) => megabytes * 1024 * 1024))

  const asked = () => given.length
  for (let n = 0; n < 6; n++) refuse('192.0.2.4', () => 0)
  expect(asked()).toBe(8)
  for (let n = 0; n < 1_000; n++) refuse(`2001:db8::${n}`, () => 0)
  refuse('192.0.2.4', () => 0) // of a thousand addresses more is nothing remembered
  expect(asked()).toBe(1_009)
})

test('a kind is told since its first, the newest first, and does not fill the log', () => {
  let now = 0
  const lines: unknown[] = []
  const watch = createHookWatch({ warn: (line: unknown) => void lines.push(line), info() {} }, () => now)
  const refuse = (kind: 'no signature' | 'wrong signature', at: number) => {
    now = at
    watch.unsigned({ kind, hint: 'a hint', bytes: 0 })
  }
  refuse('no signature', 1)
  refuse('wrong signature', 2)
  refuse('no signature', 3)
  expect(watch.status().refused).toMatchObject([
    { reason: 'no signature', since: 1, at: 3, count: 2 },
    { reason: 'wrong signature', since: 2, at: 2, count: 1 },
  ])
  watch.rightlySigned()
  refuse('no signature', 600_000)
  expect(lines).toHaveLength(2)
  refuse('no signature', 600_001)
  expect(lines).toHaveLength(3)
})
