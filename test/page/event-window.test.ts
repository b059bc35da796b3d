// The list's memory: bounded, in order, nothing twice, and lines keep their places.
import { expect, test } from 'vitest'
import { createEventWindow } from '../../public/model/event-window.js'

const row = (seq: number) =>
  ({
    type: 'event',
    cursor: `7-${seq}`,
    kind: 'sent',
    receivedAt: seq,
    occurredAt: null,
    email: null,
    subject: null,
    messageId: null,
    data: {},
  }) as const
/** Oldest first when from < to, else newest first. */
const rows = (from: number, to: number) =>
  Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => row(from < to ? from + index : from - index))
const held = (list: ReturnType<typeof createEventWindow>) =>
  Array.from({ length: list.size - list.above }, (_, index) => list.at(list.above + index)?.cursor)
const cursors = (from: number, to: number) => rows(from, to).map(({ cursor }) => cursor)

test('what comes stands above what was there', () => {
  const list = createEventWindow()
  list.reset(rows(3, 1), false)
  list.add(rows(4, 6), false)
  expect(held(list)).toEqual(cursors(6, 1))
})

test('what is there already is passed over, and only the new is told', () => {
  const list = createEventWindow()
  list.reset(rows(5, 1), false)
  expect(list.add(rows(3, 7), false).map(({ cursor }) => cursor)).toEqual(cursors(6, 7))
  expect(list.add(rows(6, 7), false)).toEqual([])
  expect(held(list)).toEqual(cursors(7, 1))
})

test('a later life of the feed comes after an earlier one, whatever the numbers', () => {
  const list = createEventWindow()
  list.reset([row(900)], false)
  expect(list.add([{ ...row(1), cursor: '8-901' }], false)).toHaveLength(1)
  expect(list.newest).toBe('8-901')
})

test('never more than so many are held; the oldest go, and are known to be had', () => {
  const list = createEventWindow(10)
  list.reset(rows(5, 1), false)
  list.add(rows(6, 20), false)
  expect(held(list)).toEqual(cursors(20, 11))
  expect(list.moreOlder).toBe(true)
})

test('a list that is held still counts what comes, and shows it later', () => {
  const list = createEventWindow()
  list.reset(rows(3, 1), false)
  list.add(rows(4, 5), true)
  list.add(rows(5, 9), true)
  expect([list.waiting, list.size, list.newest]).toEqual([6, 3, '7-9'])
  expect(list.showWaiting()).toBe(true)
  expect([list.waiting, held(list)]).toEqual([0, cursors(9, 1)])
})

test('when too much waits it is counted only, and has to be read anew', () => {
  const list = createEventWindow(10)
  list.reset(rows(3, 1), false)
  list.add(rows(4, 12), true)
  list.add(rows(13, 40), true)
  expect(list.waiting).toBe(37)
  expect(list.showWaiting()).toBe(false)
  list.reset(rows(40, 31), true)
  expect([list.waiting, list.size]).toEqual([0, 10])
})

test('scrolling down lets go of the top, and the lines keep their places', () => {
  const list = createEventWindow(10)
  list.reset(rows(30, 23), true)
  list.addOlder(rows(22, 15), true)
  expect([list.above, list.size, list.at(5), list.at(6)?.cursor]).toEqual([6, 16, undefined, '7-24'])
  expect(list.placeOf('7-20')).toBe(10)
  // And back: what was let go of comes from the server again, what is far below goes.
  list.addNewer(rows(25, 30))
  expect([list.above, list.moreOlder, held(list)]).toEqual([0, true, cursors(30, 21)])
})

test('what comes while the top is away waits, and needs a new reading', () => {
  const list = createEventWindow(10)
  list.reset(rows(30, 23), true)
  list.addOlder(rows(22, 15), true)
  list.add(rows(31, 33), false)
  expect([list.waiting, list.showWaiting()]).toEqual([3, false])
  // Once the top is back, memory is enough again.
  list.addNewer(rows(25, 30))
  expect(list.showWaiting()).toBe(true)
  expect(held(list)).toEqual(cursors(33, 24))
})

test('the last older page says that there is no more', () => {
  const list = createEventWindow()
  list.reset(rows(9, 5), true)
  list.addOlder(rows(4, 1), false)
  expect([list.moreOlder, list.oldest, list.size]).toEqual([false, '7-1', 9])
})
