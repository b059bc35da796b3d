// Ids: UUIDv7 as RFC 9562 has it, in order of creation.
import { beforeEach, expect, test, vi } from 'vitest'
import { isUuid } from '../../src/core/ids.ts'

/** Remembers the latest time that it was given: each test has one of its own. */
let uuidv7: (typeof import('../../src/core/ids.ts'))['uuidv7']
beforeEach(async () => {
  vi.resetModules()
  uuidv7 = (await import('../../src/core/ids.ts')).uuidv7
})

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
  'x01a20144-af1d-722a-9d98-6a215e4325f9',
])('%j is no id', (text) => {
  expect(isUuid(text)).toBe(false)
})
