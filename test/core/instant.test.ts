// Times as RFC 3339 spells them.
import { expect, test } from 'vitest'
import { readInstant } from '../../src/core/instant.ts'

test.each([
  ['2026-05-04T10:20:30Z', '2026-05-04T10:20:30.000Z'],
  ['2026-05-04t19:20:30.25+09:00', '2026-05-04T10:20:30.250Z'],
  ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
  ['2017-01-01T08:59:60.5+09:00', '2017-01-01T00:00:00.000Z'],
])('%s is %s', (text, instant) => {
  expect(new Date(readInstant(text) ?? Number.NaN).toJSON()).toBe(instant)
})

test.each([
  '2026-05-04T24:00:00Z',
  '2026-05-04T10:20:60Z',
  '2026-05-04T10:60:00Z',
  '2026-02-30T10:20:30Z',
  '2026-05-04T10:20:30',
  '2026-05-04',
])('%s is no time', (text) => expect(readInstant(text)).toBeUndefined())
