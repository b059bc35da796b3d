// Where a reader with a cursor goes on in a feed that has had several lives.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BEGINNING, type Cursor } from '../../../src/core/events/cursor.ts'
import { cursorAt, endOf, locate, type Span } from '../../../src/core/events/span.ts'

const at = (epoch: number, seq: number): Cursor => ({ epoch, seq })

// 100: events 1 to 7 · 200: none · 300: 8 to 10 · 400: 11 to 15, of which 1 to 5 were trimmed.
const span: Span = {
  lives: [
    { epoch: 100, base: 0 },
    { epoch: 200, base: 7 },
    { epoch: 300, base: 7 },
    { epoch: 400, base: 10 },
  ],
  floor: 5,
  head: 15,
}

test.for([
  ['the beginning', BEGINNING, 5],
  ['a cursor of an old life', at(100, 6), 6],
  ['the end of an old life', at(100, 7), 7],
  ['a life without events', at(200, 7), 7],
  ['the begin of a life', at(300, 7), 7],
  ['the head', at(400, 15), 15],
  ['the last that was trimmed', at(100, 5), 5],
] as const)('%s is a place without a gap', ([, cursor, seq]) => {
  expect(locate(cursor, span)).toEqual({ seq, gap: undefined })
})

test.for([
  ['trimmed events', at(100, 2), at(100, 5), 'expired'],
  ['the last trimmed event', at(100, 4), at(100, 5), 'expired'],
  ['an unknown older life', at(50, 6), at(100, 5), 'reset'],
  ['an unknown life between', at(350, 12), at(100, 5), 'reset'],
  ['an unknown newer life', at(500, 3), at(100, 5), 'reset'],
  ['the lost tail of an old life', at(100, 9), at(300, 7), 'reset'],
  ['the lost tail of a life without events', at(200, 8), at(300, 7), 'reset'],
  ['a place beyond the head', at(400, 99), at(400, 15), 'reset'],
] as const)('%s are told as a gap', ([, from, to, reason]) => {
  expect(locate(from, span)).toEqual({ seq: to.seq, gap: { from, to, reason } })
})

test('a lost tail of a life that is wholly trimmed is a reset to what is kept', () => {
  const gap = { from: at(100, 9), to: at(400, 12), reason: 'reset' }
  expect(locate(at(100, 9), { ...span, floor: 12 })).toEqual({ seq: 12, gap })
})

test('a gap leads to another cursor, so that a follower that finds none has nothing to tell', () => {
  const seq = fc.nat({ max: 4 })
  const epoch = fc.constantFrom(1, 2, 3)
  const spans = fc.record({
    epochs: fc.uniqueArray(epoch),
    bases: fc.array(seq, { minLength: 3 }),
    floor: seq,
    more: seq,
  })
  fc.assert(
    fc.property(fc.record({ epoch, seq }), spans, (cursor, { epochs, bases, floor, more }) => {
      const inOrder = bases.toSorted()
      const lives = epochs.toSorted().map((epoch, n) => ({ epoch, base: inOrder[n] ?? 0 }))
      const { gap } = locate(cursor, { lives, floor, head: Math.max(floor, inOrder.at(-1) ?? 0) + more })
      expect(gap?.to).not.toEqual(cursor)
    }),
  )
})

test('one place has the cursor of the latest life that begins there', () => {
  expect(cursorAt(7, span)).toEqual(at(300, 7))
})

test('the current life ends at the head', () => {
  expect(endOf(400, span)).toBe(15)
})

test('nobody knows where an unknown life ended', () => {
  expect(endOf(350, span)).toBeUndefined()
})
