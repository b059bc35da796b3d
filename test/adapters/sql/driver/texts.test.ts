// Long texts are kept in parts and come back whole.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromParts, toParts } from '../../../../src/adapters/sql/driver/texts.ts'

const anyText = fc.string({ unit: fc.constantFrom('a', '안', '😀', '👩‍🚀', '\0') })

test('any text comes back from its parts, in whatever order they are read', () => {
  const property = fc.property(anyText, fc.integer({ min: 2, max: 9 }), (text, length) => {
    const parts = toParts(text, length)
    expect(fromParts(parts.toReversed())).toBe(text)
    expect(parts.every((part) => part.text.isWellFormed() && part.text.length <= length + 1)).toBe(true)
  })
  fc.assert(property)
})

test('a text that fits is one part, also an empty one', () => {
  expect(toParts('')).toEqual([{ part: 0, text: '' }])
  expect(toParts('abc', 3)).toEqual([{ part: 0, text: 'abc' }])
})
