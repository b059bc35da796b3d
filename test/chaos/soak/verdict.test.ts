// The judge of the soak must see what it is there to see.
import { describe, expect, test } from 'vitest'
import { openLedger } from '../../../simulator/webhooks/books.ts'
import type { Listed } from './listing.ts'
import { createRegistry } from './registry.ts'
import { expectedOf, judgeCounts, judgeListing, judgeSocket, placesOf } from './verdict.ts'

const TEXTS = ['send', 'open', 'open', 'click'].map((event, at) => `{"event":"${event}","ts":${at}}`)
const LISTING: readonly Listed[] = TEXTS.map((text, at) => ({
  cursor: `1-${at + 1}`,
  kind: 'unknown',
  data: JSON.parse(text),
}))

/** Everything as it should be; each test spoils one thing. */
function evidence() {
  const registry = createRegistry()
  const numbers = LISTING.map(({ cursor }, at) => registry.note(cursor, TEXTS[at] ?? ''))
  const ledger = openLedger(100)
  const events = TEXTS.map((text) => ({ text, word: String(JSON.parse(text).event) }))
  ledger.posted(events)
  ledger.accepted(events, '{"accepted":4,"duplicates":0,"quarantined":0}')
  return { registry, numbers, ledger, books: ledger.books }
}

function judge(seen: readonly number[], beginning = '0') {
  const { registry } = evidence()
  const everything = { query: '', matches: () => true }
  const expected = expectedOf({ wish: everything, beginning: () => beginning }, LISTING)
  return judgeSocket({ seen: [...seen] }, expected, placesOf(registry, LISTING, 4))
}

const RIGHT = { missing: 0, repeated: 0, disordered: 0, unwanted: 0 }

describe('a socket', () => {
  test('that got everything once and in order has no fault', () => {
    expect(judge([0, 1, 2, 3])).toEqual(RIGHT)
  })

  test('that began later is asked for the rest only', () => {
    expect(judge([2, 3], '1-2')).toEqual(RIGHT)
  })

  test.each([
    ['missed one', [0, 1, 3], { missing: 1 }],
    ['got one twice', [0, 1, 1, 2, 3], { repeated: 1 }],
    ['got two in the wrong order', [0, 2, 1, 3], { disordered: 1 }],
    ['got nothing', [], { missing: 4 }],
  ])('that %s is found', (_name, seen, fault) => {
    expect(judge(seen)).toEqual({ ...RIGHT, ...fault })
  })

  test('that got what lies before its beginning is found', () => {
    expect(judge([1, 2, 3], '1-2')).toEqual({ ...RIGHT, unwanted: 1 })
  })
})

describe('the history', () => {
  test('that holds what was sent has no fault', () => {
    const { registry, books } = evidence()
    expect(judgeListing(LISTING, registry, books)).toEqual([])
  })

  test('that lacks an event is found', () => {
    const { registry, books } = evidence()
    expect(judgeListing(LISTING.slice(1), registry, books)).toHaveLength(2)
  })

  test('that tells other data than the sockets got is found', () => {
    const { registry, books } = evidence()
    const changed = LISTING.with(0, { cursor: '1-1', kind: 'unknown', data: { event: 'send', ts: 9 } })
    expect(judgeListing(changed, registry, books)).toEqual(['1 events differ between socket and API'])
  })

  test('that tells a cursor twice is found', () => {
    const { registry, books } = evidence()
    const twice = LISTING.with(1, { cursor: '1-1', kind: 'unknown', data: { event: 'send', ts: 0 } })
    expect(judgeListing(twice, registry, books)).toContain('GET /api/events tells a cursor twice')
  })

  test('that lacks an event which was posted and never accepted is found', () => {
    const { registry, books, ledger } = evidence()
    ledger.posted([{ text: '{"event":"spam"}', word: 'spam' }])
    expect(judgeListing(LISTING, registry, books)).toContain('1 events were never accepted')
  })

  test('whose counts differ from the books or from the statistics is found', () => {
    const { books } = evidence()
    expect(judgeCounts(LISTING, { unknown: 4 }, books)).toEqual([])
    expect(judgeCounts(LISTING, { unknown: 3 }, books)).toHaveLength(1)
    expect(judgeCounts(LISTING.slice(1), { unknown: 3 }, books)).toHaveLength(1)
  })
})

describe('the registry', () => {
  test('finds two sockets that were given different texts at one cursor', () => {
    const { registry } = evidence()
    registry.note('1-1', '{"event":"other"}')
    expect(registry.problems).toEqual(['two texts at 1-1'])
  })

  test('finds an object that differs from the text at its cursor', () => {
    const { registry } = evidence()
    registry.noteParsed('1-1', { event: 'send', ts: 0 })
    expect(registry.problems).toEqual([])
    registry.noteParsed('1-2', { event: 'send' })
    expect(registry.problems).toEqual(['two texts at 1-2'])
  })
})
