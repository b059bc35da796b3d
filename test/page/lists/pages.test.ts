// The list's memory: rows keep their places, few are held, the beginning always is.
import { expect, test } from 'vitest'
import { createAside } from '../../../public/page/events/feed/aside.js'
import { rowOf } from '../../../public/page/events/facts.js'
import { createPages } from '../../../public/page/lists/pages.js'

const FACTS = { provider: 'mandrill', at: null, recipient: null, message_id: null, subject: null }
const row = (seq: number) => rowOf({ ...FACTS, cursor: `7-${seq}`, kind: 'sent' }, seq)
type Row = ReturnType<typeof row>
/** Newest first. */
const rows = (from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, index) => row(from - index))
const rising = (from: number, to: number) => rows(to, from).toReversed()
const open = () => createPages((one: Row) => one.cursor)
const shown = (pages: ReturnType<typeof open>) =>
  Array.from({ length: pages.size }, (_, place) => pages.at(place)?.receivedAt)

/** Where what follows the beginning is read on. */
const head = ({ next }: { readonly next: string | null }) => ({ place: next, fromEnd: false })

/** `count` pages of 100 rows, the newest first. */
function long(count: number) {
  const pages = open()
  const top = count * 100
  pages.reset(rows(top, top - 99), `7-${top - 99}`)
  for (let page = 1; page < count; page += 1) {
    const first = top - page * 100
    pages.append(head(pages), rows(first, first - 99), page === count - 1 ? null : `7-${first - 99}`)
  }
  return pages
}

test('what comes stands above what was there, and what follows below it', () => {
  const pages = open()
  pages.reset(rows(3, 2), '7-2')
  pages.prepend(rows(5, 4))
  pages.append(head(pages), rows(1, 1), null)
  expect([shown(pages), pages.next, pages.placeOf('7-2')]).toEqual([[5, 4, 3, 2, 1], null, 3])
})

test('pages far from what is looked at let go of their rows, and keep their room; the first one stays', () => {
  const pages = long(40)
  pages.letGo(3000, 3020)
  expect([pages.size, pages.at(0)?.receivedAt, pages.at(150), pages.at(3010)?.receivedAt]).toEqual([
    4000,
    4000,
    undefined,
    990,
  ])
  // Back there: the word that reads the page again, and its rows where they were.
  const page = pages.missing(150, 170)
  expect([page?.place, page?.count]).toEqual(['7-3901', 100])
  if (page) pages.fill(page, rows(3900, 3801), '7-3801')
  expect([pages.at(150)?.receivedAt, pages.missing(150, 170), pages.size]).toEqual([3850, undefined, 4000])
})

test('a page that comes back in parts keeps the places of all that follows', () => {
  const pages = long(40)
  pages.letGo(3000, 3020)
  const page = pages.missing(150, 170)
  if (page) pages.fill(page, rows(3900, 3861), '7-3861')
  expect([pages.at(100)?.receivedAt, pages.size, pages.missing(150, 170)?.place]).toEqual([
    3900,
    4000,
    '7-3861',
  ])
})

test('a row that is gone for good takes its place with it', () => {
  const pages = long(3)
  pages.change('7-250', () => undefined)
  expect([pages.size, pages.at(49)?.receivedAt, pages.at(50)?.receivedAt]).toEqual([299, 251, 249])
  pages.change('7-200', (one) => ({ ...one, kind: 'sent' }))
  expect(pages.size).toBe(299)
})

test('rows that come one by one make pages, whose words read what follows them', () => {
  const pages = open()
  pages.reset(rows(200, 1), null)
  for (let seq = 201; seq <= 900; seq += 1) pages.prepend([row(seq)])
  expect([pages.size, pages.at(0)?.receivedAt, pages.at(899)?.receivedAt]).toEqual([900, 900, 1])
  pages.cut(300)
  expect([pages.next, pages.at(pages.size - 1)?.cursor]).toEqual([pages.next, pages.next])
})

test('what is forgotten far below is known to be had', () => {
  const pages = long(10)
  pages.cut(250)
  expect([pages.size, pages.next]).toEqual([300, '7-701'])
})

/** The newest and the oldest of 2,000, 100 of each. */
function apart() {
  const pages = open()
  pages.reset(rows(2000, 1901), '7-1901')
  pages.end(rows(100, 1), '7-100')
  return pages
}

test('the end is there before what lies between: a hole that is read into from both sides', () => {
  const pages = apart()
  expect([
    pages.size,
    pages.hole,
    pages.at(100),
    pages.at(101)?.receivedAt,
    pages.at(200)?.receivedAt,
  ]).toEqual([201, 100, undefined, 100, 1])
  expect([pages.edge(0, 20, 40), pages.edge(70, 90, 40)]).toEqual([
    undefined,
    { place: '7-1901', fromEnd: false },
  ])
  expect([pages.edge(180, 201, 40), pages.edge(120, 140, 40)]).toEqual([
    undefined,
    { place: '7-100', fromEnd: true },
  ])
  pages.append({ place: '7-1901', fromEnd: false }, rows(1900, 1801), '7-1801')
  pages.append({ place: '7-100', fromEnd: true }, rows(200, 101), '7-200')
  expect([pages.size, pages.hole, pages.at(199)?.receivedAt, pages.at(201)?.receivedAt]).toEqual([
    401, 200, 1801, 200,
  ])
  expect(pages.besideHole.map((one) => one?.receivedAt)).toEqual([1801, 200])
  // What another question has answered meanwhile is not put in twice.
  pages.append({ place: '7-100', fromEnd: true }, rows(200, 101), '7-200')
  expect(pages.size).toBe(401)
})

test.each(['from the beginning', 'from the end'])('a hole closes where both sides meet, read %s', (side) => {
  const pages = apart()
  const isHead = side === 'from the beginning'
  for (let read = 1; pages.hole !== -1 && read < 99; read += 1)
    if (isHead)
      pages.append(
        head(pages),
        rows(2000 - 130 * read + 30, Math.max(1, 1901 - 130 * read)),
        `7-${Math.max(1, 1901 - 130 * read)}`,
      )
    else
      pages.append(
        { place: `7-${130 * read - 30}`, fromEnd: true },
        rows(100 + 130 * read, 130 * read - 29),
        `7-${100 + 130 * read}`,
      )
  expect([pages.hole, pages.next, shown(pages)]).toEqual([
    -1,
    null,
    rows(2000, 1).map((one) => one.receivedAt),
  ])
})

test('an end that is no further than what was read leaves no hole', () => {
  const pages = open()
  pages.reset(rows(150, 51), '7-51')
  pages.end(rows(100, 1), '7-100')
  expect([pages.hole, pages.next, shown(pages)]).toEqual([
    -1,
    null,
    rows(150, 1).map((one) => one.receivedAt),
  ])
})

test('both ends stay there, and what is let go of below the hole is read again from the end', () => {
  const pages = apart()
  for (let page = 1; page < 16; page += 1)
    pages.append(
      { place: `7-${page * 100}`, fromEnd: true },
      rows(page * 100 + 100, page * 100 + 1),
      `7-${page * 100 + 100}`,
    )
  pages.letGo(0, 20)
  expect([
    pages.at(0)?.receivedAt,
    pages.at(99)?.receivedAt,
    pages.at(101)?.receivedAt,
    pages.at(pages.size - 1)?.receivedAt,
  ]).toEqual([2000, 1901, 1600, 1])
  const page = pages.missing(1450, 1470)
  expect([page?.place, page?.fromEnd, page?.count]).toEqual(['7-200', true, 100])
  // In two parts, since they are large.
  if (page) pages.fill(page, rows(240, 201), '7-240')
  expect([pages.size, pages.at(1461)?.receivedAt, pages.missing(1401, 1420)?.place]).toEqual([
    1701,
    240,
    '7-240',
  ])
})

test('new ones stand above all, and a list that flows forgets its end', () => {
  const pages = apart()
  pages.prepend(rows(2003, 2001))
  expect([pages.size, pages.hole]).toEqual([204, 103])
  pages.cut(104)
  expect([pages.size, pages.hole, pages.next]).toEqual([103, -1, '7-1901'])
})

test('what waits is told once, and shown later; too much is only counted', () => {
  const aside = createAside({ onFree: () => {}, most: 10 })
  aside.reset('7-3')
  expect(aside.fresh(rising(2, 6)).map(({ cursor }) => cursor)).toEqual(['7-4', '7-5', '7-6'])
  expect(aside.fresh(rising(4, 6))).toEqual([])
  aside.put(rising(4, 6))
  expect([aside.waiting, aside.newest]).toEqual([3, '7-6'])
  expect([aside.take()?.length, aside.waiting]).toEqual([3, 0])
  aside.put(rising(7, 14))
  aside.put(rising(15, 40))
  aside.put(rising(41, 41))
  expect([aside.waiting, aside.take()]).toEqual([35, undefined])
})

test('a later life of the feed comes after an earlier one, whatever the numbers', () => {
  const aside = createAside({ onFree: () => {} })
  aside.reset('7-900')
  expect(aside.fresh([{ ...row(1), cursor: '8-901' }])).toHaveLength(1)
})
