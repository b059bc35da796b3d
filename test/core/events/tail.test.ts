// The newest events in memory: what is told of them, and how much is kept. A page is what it was when it was asked for, whenever
// somebody looks into it.
import { expect, test } from 'vitest'
import { packEvents } from '../../../src/core/events/packed/pieces.ts'
import { createTail, type StoredPiece, type Tail } from '../../../src/core/events/packed/tail.ts'
import { makeEvents, range, seqs } from '../../support/events/feed-lab.ts'

const epoch = 1_700_000_000_000

/** A stored piece of `count` events, the first of which has the seq `first`. */
function stored(first: number, count: number, life = epoch): StoredPiece[] {
  let from = first
  return packEvents(makeEvents(count, `from ${first}`), epoch).map(({ count, bytes }) => {
    const stored = { first: from, count, data: bytes }
    return { bytes, epoch: life, seqs: range(from, (from += count) - 1), stored }
  })
}

test.each([
  ['trimmed', (tail: Tail) => tail.trim(10)],
  ['pushed out by newer ones', (tail: Tail) => tail.push(stored(11, 6_000))],
])('a page keeps its events when they are %s before it is looked into', (_, letGo) => {
  const tail = createTail({ epoch, seq: 0 })
  tail.push(stored(1, 10))
  const page = tail.after({ epoch, seq: 2 }, 100)
  letGo(tail)
  expect(tail.after({ epoch, seq: 2 }, 100)).toBeUndefined()
  expect(page?.next.seq).toBe(10)
  expect(seqs(page?.events ?? [])).toEqual(range(3, 10))
})

/** One piece; a seq of 0 marks a duplicate. */
function storedAs(numbers: readonly number[], data?: Buffer): StoredPiece {
  const events = makeEvents(numbers.length).map((event) => ({ ...event, data: data ?? event.data }))
  const bytes = packEvents(events, epoch)[0]?.bytes ?? Buffer.alloc(0)
  const fresh = numbers.filter((seq) => seq > 0)
  return { bytes, epoch, seqs: numbers, stored: { first: fresh[0] ?? 0, count: fresh.length, data: bytes } }
}

const after = (tail: Tail, seq: number, limit = 100) => {
  const page = tail.after({ epoch, seq }, limit)
  return page && seqs(page.events)
}

test('what comes after a cursor, without the duplicates, as much as is asked for', () => {
  const tail = createTail({ epoch, seq: 4 })
  tail.push([storedAs([5, 0, 6]), storedAs([0, 7, 8])])
  expect([after(tail, 4), after(tail, 5), after(tail, 8)]).toEqual([[5, 6, 7, 8], [6, 7, 8], []])
  const page = tail.after({ epoch, seq: 5 }, 2)
  expect([seqs(page?.events ?? []), page?.next.seq, page?.head.seq]).toEqual([[6, 7], 7, 8])
})

test('nothing is told where it is not all here', () => {
  const tail = createTail({ epoch, seq: 4 })
  tail.push([storedAs([5, 6])])
  expect([after(tail, 3), after(tail, 7)]).toEqual([undefined, undefined])
  expect(tail.after({ epoch: epoch - 1, seq: 5 }, 100)).toBeUndefined()
})

test('only so many are kept, and so many bytes; what was dropped counts no more', () => {
  const tail = createTail({ epoch, seq: 0 })
  for (let first = 1; first < 4_100; first += 50) tail.push([storedAs(range(first, first + 49))])
  expect([after(tail, 99), after(tail, 100, 1)]).toEqual([undefined, [101]])
  const data = Buffer.alloc(1024 * 1024)
  for (let seq = 4_101; seq < 4_110; seq++) tail.push([storedAs([seq], data)])
  expect([after(tail, 4_100), after(tail, 4_108)]).toEqual([undefined, [4_109]])
  tail.push([storedAs([4_110])])
  expect(after(tail, 4_107)).toEqual([4_108, 4_109, 4_110])
})

test('what the feed has let go of within a piece is here no longer', () => {
  const tail = createTail({ epoch, seq: 0 })
  tail.push([storedAs([1, 2, 3]), storedAs([4, 5, 6])])
  tail.trim(4)
  expect([after(tail, 3), after(tail, 4)]).toEqual([undefined, [5, 6]])
})

test('a hole begins another stretch: somebody else has stored what is missing', () => {
  const tail = createTail()
  tail.push(stored(5, 3))
  tail.push([])
  tail.push(stored(8, 2))
  expect([after(tail, 4), after(tail, 6), after(tail, 3)]).toEqual([range(5, 9), range(7, 9), undefined])
  tail.push(stored(11, 2))
  expect([after(tail, 8), after(tail, 9), after(tail, 10)]).toEqual([undefined, undefined, [11, 12]])
})

test('and so does another life of the feed, whatever the numbers', () => {
  const tail = createTail()
  tail.push(stored(5, 3))
  tail.push(stored(8, 2, epoch + 1))
  expect(after(tail, 7)).toBeUndefined()
  expect(tail.after({ epoch: epoch + 1, seq: 7 }, 100)?.events).toHaveLength(2)
  expect(tail.after({ epoch: epoch + 1, seq: 5 }, 100)).toBeUndefined()
})

test('what follows on what was let go of is here again', () => {
  const tail = createTail()
  tail.push(stored(1, 6))
  tail.trim(Infinity)
  expect([after(tail, 5), after(tail, 6)]).toEqual([undefined, []])
  tail.push(stored(7, 2))
  expect(after(tail, 6)).toEqual([7, 8])
})
