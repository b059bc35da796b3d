// Keys of texts: short ones are their own, all others keep apart, whatever they are made of.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keyOf } from '../../../../src/adapters/sql/driver/keys.ts'

const LENGTH = 60
const text = fc
  .array(fc.constantFrom('a', ' ', '😀', '안', '\ud800', '\udc00'), { maxLength: 3 * LENGTH })
  .map((units) => units.join(''))

test('what a column holds is its own key; of all else the key is a beginning and a hash', () => {
  fc.assert(
    fc.property(text, (text) => {
      const characters = [...text.toWellFormed()]
      const holds = [...text].length <= LENGTH && text.isWellFormed() && !text.endsWith(' ')
      const hash = createHash('sha256').update(JSON.stringify(text)).digest('base64url')
      expect(keyOf(text, LENGTH)).toBe(
        holds ? text : `${characters.slice(0, LENGTH - hash.length - 1).join('')}~${hash}`,
      )
    }),
    { numRuns: 2_000 },
  )
})

test('texts that only differ far behind have different keys, which fit', () => {
  const keys = ['a', 'b'].map((end) => keyOf(`${'😀'.repeat(1_000_000)}${end}`, LENGTH))
  expect(new Set(keys).size).toBe(2)
  for (const key of keys) expect([...key].length).toBeLessThanOrEqual(LENGTH)
})
