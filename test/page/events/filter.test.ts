// The filter and its ways: address, query, socket.
import { expect, test } from 'vitest'
import {
  addressOf,
  ALL,
  filterFromAddress,
  fits,
  isCountedByMinute,
  frameOf,
  isAll,
  queryOf,
  sameFilter,
  toggleKind,
} from '../../../public/page/events/filter/filter.js'
import { rowOf } from '../../../public/page/events/facts.js'

const FULL = {
  ...ALL,
  kinds: ['bounced', 'opened'],
  q: 'ada l',
  email: 'ada+x@example.com',
  tag: 'spring sale',
  campaign: 'c-1',
  since: '2030-05-06T12:00:00Z',
  span: '1h',
}
const QUERY = {
  events: 'bounced,opened',
  q: 'ada l',
  email: 'ada+x@example.com',
  campaign: 'c-1',
  tag: 'spring sale',
  since: '2030-05-06T12:00:00Z',
}

test('a filter written into the address is read from it again', () => {
  expect(addressOf(FULL)).toBe(
    '?events=bounced,opened&q=ada+l&email=ada%2Bx@example.com&campaign=c-1&tag=spring+sale&since=2030-05-06T12:00:00Z&span=1h',
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
  expect(queryOf(FULL)).toEqual(QUERY)
  const { kinds: events, email, tag, campaign } = FULL
  expect(frameOf(FULL)).toEqual({ events, email, tag, campaign })
})

test('times and spans that are none are left out, and how much time the chart shows is no filter', () => {
  expect(filterFromAddress('?since=yesterday&until=2030-13-01&span=forever')).toEqual(ALL)
  expect(isAll(filterFromAddress('?span=24h'))).toBe(true)
  expect(sameFilter({ ...FULL, span: '24h' }, FULL)).toBe(true)
})

test('what the socket cannot filter by is filtered as the hub does', () => {
  const told = { provider: 'mandrill', at: null, recipient: 'ada@mail.example', subject: 'Your order, Ada' }
  const event = { ...told, message_id: 'm1', cursor: '1-1', kind: 'clicked', url: 'https://a.example/' }
  const row = rowOf(event, Date.parse('2030-05-06T12:00:00Z'))
  const is = (part: Partial<typeof ALL>) => fits({ ...ALL, ...part }, row)
  const taken = ['ADA@', 'ada@mail.example', 'mail.', '@mail', 'your', 'ada or', 'ORDER yo']
  expect(taken.filter((q) => !is({ q }))).toEqual([])
  expect(
    ['mail.example2', 'da@', 'rder', 'order bob', '@ada', 'ada@x', '...'].filter((q) => is({ q })),
  ).toEqual([])
  expect([is({ message: 'm1' }), is({ message: 'm' }), is({ url: 'https://a.example/' })]).toEqual([
    true,
    false,
    true,
  ])
  expect([is({ since: '2030-05-06T12:00:00Z' }), is({ until: '2030-05-06T12:00:00Z' })]).toEqual([
    true,
    false,
  ])
  expect([is({ subaccount: 'news' }), is(ALL)]).toEqual([false, true])
  const odd = rowOf({ ...event, recipient: '"a@b"@mail.example', subject: 'Ｙｏｕｒ order' }, row.receivedAt)
  expect([fits({ ...ALL, q: 'mail.' }, odd), fits({ ...ALL, q: 'your' }, odd)]).toEqual([true, true])
})

test('a gap is told but in the past, where it may have been filled since', () => {
  const gap = { type: 'gap', cursor: '2-1', noticedAt: 0 } as const
  expect([fits(ALL, gap), fits({ ...ALL, until: '2030-05-06T12:00:00Z' }, gap)]).toEqual([true, false])
})

test('a kind is switched on and off', () => {
  const on = toggleKind(ALL, 'opened')
  expect(on.kinds).toEqual(['opened'])
  expect(sameFilter(toggleKind(on, 'opened'), ALL)).toBe(true)
  expect(sameFilter(on, ALL)).toBe(false)
})

test('the hub keeps counts by the minute of all events, of a campaign or of a subaccount, and by kind', () => {
  const are = (part: Partial<typeof ALL>) => isCountedByMinute({ ...ALL, ...part })
  const since = '2030-05-06T12:00:00Z'
  expect([are({}), are({ kinds: ['sent'], campaign: 'c1', since }), are({ subaccount: 'news' })]).toEqual(
    [true, true, true], // prettier-ignore
  )
  const none = [{ tag: 'x' }, { q: 'ada' }, { email: 'a@b.example' }, { campaign: 'c1', subaccount: 'news' }]
  expect(none.map(are)).toEqual([false, false, false, false])
})
