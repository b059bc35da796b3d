// What is kept in memory of what this process has stored.
import { expect, test } from 'vitest'
import { createOwn } from '../../../src/adapters/redis/feed/own.ts'
import type { FeedEvent } from '../../../src/core/events/event.ts'
import { makeEvents, range, seqs } from '../../support/feed-lab.ts'

const epoch = 1_700_000_000_000
const stored = (first: number, last: number, life = epoch): FeedEvent[] =>
  makeEvents(last - first + 1).map((event, n) => ({
    ...event,
    receivedAt: life,
    cursor: { epoch: life, seq: first + n },
  }))
const after = (own: ReturnType<typeof createOwn>, seq: number) =>
  seqs(own.after({ epoch, seq }, 100)?.events ?? [])

test('what follows one another is one stretch; a hole begins another', () => {
  const own = createOwn(() => true)
  own.push(stored(5, 7))
  own.push([])
  own.push(stored(8, 9))
  expect(after(own, 4)).toEqual(range(5, 9))
  expect(after(own, 6)).toEqual(range(7, 9))
  expect([after(own, 3), after(own, 9), after(own, 10)]).toEqual([[], [], []])
  own.push(stored(11, 12))
  expect([after(own, 8), after(own, 10)]).toEqual([[], [11, 12]])
})

test('another life of the feed begins another stretch, whatever the numbers', () => {
  const own = createOwn(() => true)
  own.push(stored(5, 7))
  own.push(stored(8, 9, epoch + 1))
  expect(after(own, 7)).toEqual([])
  expect(own.after({ epoch: epoch + 1, seq: 7 }, 100)?.events).toHaveLength(2)
  expect(own.after({ epoch: epoch + 1, seq: 5 }, 100)).toBeUndefined() // others have stored 6 and 7 of it
})

test('what all followers have is let go of, and what is forgotten', () => {
  const own = createOwn(() => true)
  own.push(stored(1, 6))
  own.trim(4)
  expect([after(own, 3), after(own, 4)]).toEqual([[], [5, 6]])
  own.forget()
  expect([after(own, 4), after(own, 5)]).toEqual([[], []])
  own.push(stored(7, 8))
  expect(after(own, 6)).toEqual([7, 8])
})

test('a page is as long as was asked for, and tells where the newest is', () => {
  const own = createOwn(() => true)
  own.push(stored(1, 9))
  const page = own.after({ epoch, seq: 2 }, 3)
  expect([seqs(page?.events ?? []), page?.next.seq, page?.head.seq]).toEqual([range(3, 5), 5, 9])
})

test('only so many are kept, and so many bytes', () => {
  const own = createOwn(() => true)
  own.push(stored(1, 4_002))
  expect([after(own, 1), after(own, 2)[0]]).toEqual([[], 3])
  const large = stored(1, 9).map((event) => ({ ...event, data: Buffer.alloc(1024 * 1024) }))
  own.push(large)
  expect(after(own, 0)).toEqual([])
  expect(after(own, 8)).toEqual([9])
  for (const each of large) own.push([{ ...each, cursor: { epoch, seq: 9 + each.cursor.seq } }])
  expect([after(own, 12), after(own, 17)]).toEqual([[], [18]])
})

test('nothing is kept where nobody follows', () => {
  let isWanted = false
  const own = createOwn(() => isWanted)
  own.push(stored(1, 6))
  expect(after(own, 0)).toEqual([])
  isWanted = true
  own.push(stored(7, 8))
  expect([after(own, 5), after(own, 6)]).toEqual([[], [7, 8]])
})
