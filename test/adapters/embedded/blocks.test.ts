// Events on their way to the feed's file, packed as they come: which of them become one block.
import { expect, test } from 'vitest'
import { joined } from '../../../src/adapters/embedded/feed/blocks.ts'
import { packEvents, toEvent, unpackEvents } from '../../../src/core/events/packed/pieces.ts'
import { makeEvents, range } from '../../support/events/feed-lab.ts'

const piecesOf = (...counts: readonly number[]) =>
  counts.flatMap((count, n) => packEvents(makeEvents(count, `batch ${n}`), n))

const placesIn = ({ bytes }: { readonly bytes: Buffer }) => unpackEvents(bytes).map(({ head: [n] }) => n)

test.each([
  { came: [1, 1, 1], blocks: [3] },
  { came: [100, 1, 2, 100], blocks: [64, 39, 64, 36] },
  { came: [60, 4, 1], blocks: [64, 1] },
  { came: [], blocks: [] },
])('batches of $came become blocks of $blocks, each numbered from 0, in their order', ({ came, blocks }) => {
  const pieces = joined(piecesOf(...came))
  expect(pieces.map(({ count }) => count)).toEqual(blocks)
  expect(pieces.map(placesIn)).toEqual(blocks.map((count) => range(0, count - 1)))
  const texts = came.flatMap((count, n) => makeEvents(count, `batch ${n}`).map(({ data }) => `${data}`))
  const packed = pieces.flatMap(({ bytes }) =>
    unpackEvents(bytes).map(({ texts: [, , , data] }) => `${data}`),
  )
  expect(packed).toEqual(texts)
})

test('what is large stays a block of its own, and each keeps the time when it came', () => {
  const [small] = makeEvents(1)
  if (!small) throw new Error('no event')
  const large = { ...small, data: Buffer.from(JSON.stringify('x'.repeat(300_000))) }
  const pieces = joined([large, small, small].flatMap((event, at) => packEvents([event], at)))
  const times = pieces.map(({ bytes }) => unpackEvents(bytes).map(({ head: [, , at] }) => at))
  expect(times).toEqual([[0], [1, 2]])
})

test('an event that lacks a text is damaged, and no empty one', () => {
  const [event] = piecesOf(1).flatMap(({ bytes }) => unpackEvents(bytes))
  if (!event) throw new Error('no event')
  const cursor = { epoch: 1, seq: 1 }
  expect(toEvent(cursor, event).data).toEqual(makeEvents(1, 'batch 0')[0]?.data)
  expect(() => toEvent(cursor, { ...event, texts: event.texts.slice(1) })).toThrow('damaged')
})
