// A set of hashes that takes little memory.
import { expect, test } from 'vitest'
import { createSeen } from '../../../../src/core/list/import/seen.ts'

test('knows what was added, and nothing else', () => {
  const seen = createSeen()
  const keys = Array.from({ length: 200_000 }, (_, n) => `reader-${n}@example.com`)
  expect(keys.filter((key) => seen.add(key))).toEqual([])
  expect(keys.every((key) => seen.add(key))).toBe(true)
  expect(seen.add('other@example.com')).toBe(false)
})

test('that is full forgets what comes, and knows what it has', () => {
  const seen = createSeen(64)
  const keys = Array.from({ length: 200 }, (_, n) => `reader-${n}@example.com`)
  for (const key of keys) expect(seen.add(key)).toBe(false)
  expect(keys.map((key) => seen.add(key)).indexOf(false)).toBeGreaterThan(30)
})
