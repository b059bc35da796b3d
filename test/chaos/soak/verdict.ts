// Compares what was sent, what the API tells and what each socket was given: every difference is a finding.
import { isDeepStrictEqual } from 'node:util'
import { textKey, totalsOf, type Books } from '../../../simulator/webhooks/books.ts'
import { sumUp, type Listed } from './listing.ts'
import type { Registry } from './registry.ts'
import type { Watcher } from './watcher.ts'

type SocketVerdict = { missing: number; repeated: number; disordered: number; unwanted: number }

/** The places in the listing that a socket should have been given. */
export function expectedOf(
  { wish, beginning }: Pick<Watcher, 'wish' | 'beginning'>,
  listing: readonly Listed[],
): number[] {
  const from = listing.findIndex(({ cursor }) => cursor === beginning()) + 1
  return listing.flatMap(({ data }, place) => (place >= from && wish.matches(data) ? [place] : []))
}

/** `places`: where each registry number stands in the listing. */
export function judgeSocket(
  { seen }: Pick<Watcher, 'seen'>,
  expected: readonly number[],
  places: readonly (number | undefined)[],
): SocketVerdict {
  const wanted = new Set(expected)
  const got = new Set<number>()
  const verdict = { missing: 0, repeated: 0, disordered: 0, unwanted: 0 }
  let last = -1
  for (const number of seen) {
    const place = places[number]
    if (place === undefined || !wanted.has(place)) {
      verdict.unwanted += 1
      continue
    }
    if (got.has(place)) verdict.repeated += 1
    else if (place < last) verdict.disordered += 1
    got.add(place)
    last = Math.max(last, place)
  }
  verdict.missing = wanted.size - got.size
  return verdict
}

/** Where each event that any socket was given stands in the listing. */
export function placesOf(
  registry: Registry,
  listing: readonly Listed[],
  count: number,
): (number | undefined)[] {
  const byCursor = new Map(listing.map(({ cursor }, place) => [cursor, place]))
  return Array.from({ length: count }, (_, number) => byCursor.get(registry.cursorOf(number)))
}

/** The API's history against the simulator's books: the same events, no more and no fewer, byte for byte. */
export function judgeListing(listing: readonly Listed[], registry: Registry, books: Books): string[] {
  const findings: string[] = []
  const cursors = new Set(listing.map(({ cursor }) => cursor))
  if (cursors.size < listing.length) findings.push('GET /api/events tells a cursor twice')
  const { accepted, sent } = totalsOf(books)
  if (!books.exact) findings.push('the books are full: ask for fewer events')
  if (sent !== accepted) findings.push(`${sent - accepted} events were never accepted`)
  if (listing.length !== accepted)
    findings.push(`sent ${accepted} events, GET /api/events tells ${listing.length}`)
  findings.push(...judgeTexts(listing, registry, books))
  return findings
}

function judgeTexts(listing: readonly Listed[], registry: Registry, books: Books): string[] {
  const counts = new Map<string, number>()
  let [untold, changed] = [0, 0]
  for (const { cursor, data } of listing) {
    const text = registry.textAt(cursor)
    if (text === undefined) {
      untold += 1
      continue
    }
    counts.set(textKey(text), (counts.get(textKey(text)) ?? 0) + 1)
    if (!isDeepStrictEqual(JSON.parse(text), data)) changed += 1
  }
  const wrong = [...books.entries].filter(([key, { accepted }]) => counts.get(key) !== accepted).length
  return [
    ...(untold ? [`${untold} events of GET /api/events reached no socket`] : []),
    ...(changed ? [`${changed} events differ between socket and API`] : []),
    ...(wrong ? [`${wrong} texts of ${books.entries.size} were not given as often as they were sent`] : []),
  ]
}

/** Counts by Mandrill's word against the books, and by the hub's word against GET /api/stats. */
export function judgeCounts(
  listing: readonly Listed[],
  stats: Record<string, number>,
  books: Books,
): string[] {
  const words = sumUp(listing.map(({ data }) => [String(data.event ?? data.type), 1]))
  const kinds = sumUp(listing.map(({ kind }) => [kind, 1]))
  const findings: string[] = []
  if (!isDeepStrictEqual(sortedPairs(words), sortedPairs(totalsOf(books).byWord)))
    findings.push(
      `by word, the API has ${JSON.stringify(words)}, sent were ${JSON.stringify(totalsOf(books).byWord)}`,
    )
  if (!isDeepStrictEqual(sortedPairs(kinds), sortedPairs(stats)))
    findings.push(
      `by kind, GET /api/stats has ${JSON.stringify(stats)}, the history ${JSON.stringify(kinds)}`,
    )
  return findings
}

function sortedPairs(counts: Record<string, number>): [string, number][] {
  return Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1))
}
