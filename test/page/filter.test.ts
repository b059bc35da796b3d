// The filter and its ways: address, query, socket.
import { expect, test } from 'vitest'
import {
  addressOf,
  ALL,
  filterFromAddress,
  frameOf,
  isAll,
  queryOf,
  sameFilter,
  toggleKind,
} from '../../public/page/events/filter.js'

const FULL = { kinds: ['bounced', 'opened'], email: 'ada+x@example.com', tag: 'spring sale', campaign: 'c-1' }

test('a filter written into the address is read from it again', () => {
  expect(addressOf(FULL)).toBe(
    '?events=bounced,opened&email=ada%2Bx@example.com&tag=spring+sale&campaign=c-1',
  )
  expect(filterFromAddress(addressOf(FULL))).toEqual(FULL)
})

test.each(['&', '#', '?', '%', '+', ',', '=', '안녕', '"', '<img>'])(
  'the address carries a tag with %s',
  (mark) => {
    const filter = { ...ALL, tag: `a${mark}b` }
    expect(filterFromAddress(addressOf(filter))).toEqual(filter)
  },
)

test('no filter is no query', () => {
  expect(addressOf(ALL)).toBe('')
  expect(filterFromAddress('')).toEqual(ALL)
  expect(isAll(filterFromAddress('?utm=1'))).toBe(true)
})

test('words that are no kind, and repeated ones, are left out: an old bookmark must not break the page', () => {
  expect(filterFromAddress('?events=opened,frobnicated,opened,__proto__').kinds).toEqual(['opened'])
})

test('only what is chosen is asked of the server', () => {
  expect(queryOf({ ...ALL, kinds: ['sent'] })).toEqual({ events: 'sent' })
  expect(queryOf(FULL)).toEqual({
    events: 'bounced,opened',
    email: 'ada+x@example.com',
    tag: 'spring sale',
    campaign: 'c-1',
  })
  expect(frameOf(FULL).events).toEqual(['bounced', 'opened'])
})

test('a kind is switched on and off', () => {
  const on = toggleKind(ALL, 'opened')
  expect(on.kinds).toEqual(['opened'])
  expect(sameFilter(toggleKind(on, 'opened'), ALL)).toBe(true)
  expect(sameFilter(on, ALL)).toBe(false)
})
