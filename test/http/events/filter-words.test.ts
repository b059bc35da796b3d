// How a filter may be written, in a query and in a socket's message alike.
import { expect, test } from 'vitest'
import { readFilter } from '../../../src/http/events/filter-words.ts'

test('blanks around words and addresses are nothing, and an address has no case', () => {
  const given = { events: ' open , click,,open', email: ' Ada@Example.com ' }
  const [opened, clicked] = [readFilter({ events: 'open' }), readFilter({ events: 'click' })]
  expect(readFilter(given)).toEqual({
    ...readFilter({ email: 'ada@example.com' }),
    kinds: [...(opened.kinds ?? []), ...(clicked.kinds ?? [])],
  })
  expect(readFilter({ events: ['open', 'click'] })).toEqual(readFilter({ events: 'open,click' }))
})

test('what is empty is no condition', () => {
  for (const empty of ['', null, undefined])
    expect(readFilter({ events: empty, email: empty, tag: empty, campaign: empty })).toEqual({})
})

test('a condition has at most 1,000 characters; of a word that is none, 50 are told', () => {
  expect(readFilter({ tag: 'x'.repeat(1_000) }).tag).toHaveLength(1_000)
  expect(() => readFilter({ tag: 'x'.repeat(1_001) })).toThrow('query: tag must be a text')
  const word = 'x'.repeat(51)
  expect(() => readFilter({ events: word }, 'filter message')).toThrow(
    `filter message: events "${'x'.repeat(50)}" is not a kind of event`,
  )
})
