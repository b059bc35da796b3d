// The list's memory: rows keep their places, few are held, the beginning always is.
import { expect, test } from 'vitest'
import { createAside } from '../../public/page/events/feed/aside.js'
import { rowOf } from '../../public/page/events/facts.js'
import { createPages } from '../../public/page/lists/pages.js'

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

/** `count` pages of 100 rows, the newest first. */
function long(count: number) {
  const pages = open()
  const top = count * 100
  pages.reset(rows(top, top - 99), `7-${top - 99}`)
  for (let page = 1; page < count; page += 1) {
    const first = top - page * 100
    pages.append(rows(first, first - 99), page === count - 1 ? null : `7-${first - 99}`)
  }
  return pages
}

test('what comes stands above what was there, and what follows below it', () => {
  const pages = open()
  pages.reset(rows(3, 2), '7-2')
  pages.prepend(rows(5, 4))
  pages.append(rows(1, 1), null)
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

test('what waits is told once, and shown later; too much is only counted', () => {
  const aside = createAside(10)
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
  const aside = createAside()
  aside.reset('7-900')
  expect(aside.fresh([{ ...row(1), cursor: '8-901' }])).toHaveLength(1)
})
