// Ids: UUIDv7 as RFC 9562 has it, in order of creation.
import { expect, test } from 'vitest'
import { isUuid, uuidv7 } from '../../src/core/ids.ts'

test('an id is a UUID of version 7 that begins with its time', () => {
  const now = Date.now() + 1000
  const id = uuidv7(now)
  expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  expect(isUuid(id)).toBe(true)
  expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(now)
})

test('ids are in order of creation, also of one millisecond and when the clock is set back', () => {
  const now = Date.now() + 2000
  const ids = Array.from({ length: 10_000 }, (_, n) => uuidv7(n < 5000 ? now : now - 1000))
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(10_000)
})

test('a counter that is full goes on in the next millisecond', () => {
  const now = Date.now() + 3000
  const full = () => Buffer.from('0000000000000000ffff', 'hex').fill(0xff, 4)
  const ids = [uuidv7(now, full), uuidv7(now, full)]
  expect(ids[0]).toMatch(/-ffffffffffff$/)
  expect(ids.toSorted()).toEqual(ids)
})

test.each([
  '',
  'x',
  '01A20144-AF1D-722A-9D98-6A215E4325F9',
  '01a20144af1d722a9d986a215e4325f9',
  `x${uuidv7()}`,
])('%j is no id', (text) => {
  expect(isUuid(text)).toBe(false)
})
