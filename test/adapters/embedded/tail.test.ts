// The newest events in memory: a page of them is what it was when it was asked for, whenever somebody looks into it.
import { expect, test } from 'vitest'
import { packEvents, unpackEvents } from '../../../src/adapters/embedded/feed/blocks.ts'
import { createTail, type Held } from '../../../src/adapters/embedded/feed/tail.ts'
import { makeEvents, range, seqs } from '../../support/feed-lab.ts'

const epoch = 1_700_000_000_000

/** So many events from a place on, as they are held once they are stored. */
function held(first: number, count: number): Held[] {
  let from = first
  return packEvents(makeEvents(count, `from ${first}`), epoch).map((bytes) => {
    const { length } = unpackEvents(bytes)
    const stored = { first: from, count: length, data: bytes }
    return { bytes, seqs: range(from, (from += length) - 1), stored }
  })
}

test.each([
  ['trimmed', (tail: ReturnType<typeof createTail>) => tail.trim(10)],
  ['pushed out by newer ones', (tail: ReturnType<typeof createTail>) => tail.push(held(11, 6_000))],
])('a page keeps its events when they are %s before it is looked into', (_, letGo) => {
  const tail = createTail({ epoch, seq: 0 })
  tail.push(held(1, 10))
  const page = tail.after({ epoch, seq: 2 }, 100)
  letGo(tail)
  expect(tail.after({ epoch, seq: 2 }, 100)).toBeUndefined()
  expect(page?.next.seq).toBe(10)
  expect(seqs(page?.events ?? [])).toEqual(range(3, 10))
})
