// The order of cursors, which is that of events whatever life of the feed they are of.
import { expect, test } from 'vitest'
import { compareCursors, distance, later, previous } from '../../../public/page/events/feed/cursor.js'

test('a later life comes after an earlier one, whatever its numbers', () => {
  const cursors = ['2-3', '1-20', '1-3', '2-21']
  expect(cursors.toSorted(compareCursors)).toEqual(['1-3', '1-20', '2-3', '2-21'])
  expect(compareCursors('1-3', '1-3')).toBe(0)
  expect([later('1-20', '2-3'), later('2-3', '1-20'), later(undefined, '1-3')]).toEqual(['2-3', '2-3', '1-3'])
})

test('nothing lies between a place and one before it', () => {
  expect([distance('1-3', '2-10'), distance('1-10', '2-3')]).toEqual([7, 0])
  expect([previous('1-3'), previous('1-0')]).toEqual(['1-2', '1-0'])
})
