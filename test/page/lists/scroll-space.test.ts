// A list taller than a browser can make an element: every row can be reached, and small steps are small steps.
import { expect, test } from 'vitest'
import { createScrollSpace, TALLEST } from '../../../public/page/lists/scroll-space.js'

const VIEW = 600
const TOTAL = 5_000_000 * 36

test('a list that fits is scrolled as it is', () => {
  const space = createScrollSpace()
  expect([space.height(36_000), space.read(720, 36_000, VIEW), space.base]).toEqual([36_000, { top: 720 }, 0])
})

test('both ends are reached, and a jump goes to the same share', () => {
  const space = createScrollSpace()
  expect(space.height(TOTAL)).toBe(TALLEST)
  expect(space.read(TALLEST - VIEW, TOTAL, VIEW).top).toBe(TOTAL - VIEW)
  expect(space.read(0, TOTAL, VIEW).top).toBe(0)
  expect(space.read((TALLEST - VIEW) / 2, TOTAL, VIEW).top).toBe((TOTAL - VIEW) / 2)
})

test('a small step moves the list by as much, wherever one is', () => {
  const space = createScrollSpace()
  const { top } = space.read(4_000_000, TOTAL, VIEW)
  expect(space.read(4_000_100, TOTAL, VIEW).top).toBe(top + 100)
})

test('one who scrolls by small steps comes past the edge of the window', () => {
  const space = createScrollSpace()
  let at = space.place(TALLEST, TOTAL, VIEW)
  let top = at + space.base
  for (let step = 0; step < 30_000 && top < 2 * TALLEST; step += 1) {
    const read = space.read(at + 500, TOTAL, VIEW)
    expect(read.top - top).toBe(500)
    top = read.top
    at = read.moveTo ?? at + 500
  }
  expect(top).toBeGreaterThanOrEqual(2 * TALLEST)
})

test('a place is found again', () => {
  const space = createScrollSpace()
  const at = space.place(90_000_000, TOTAL, VIEW)
  expect(space.read(at, TOTAL, VIEW).top).toBe(90_000_000)
})
