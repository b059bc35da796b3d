// Which links a campaign has: they are counted, and whoever follows all of them at once is a scanner.
import { expect, test } from 'vitest'
import { linksIn } from '../../../src/core/loop/links.ts'

test.each([
  ['<a href="https://a.example">a</a><a href="https://b.example">b</a>', 2],
  ['<a href="https://a.example">a</a> <A HREF=\'https://a.example\'>again</A>', 1],
  ['<a class="x"\n  href = " https://a.example " title="y">a</a>', 1],
  ['<a href=http://a.example/?x=1&y=2>a</a><a href=http://a.example/?x=1>b</a>', 2],
  ['<a data-href="https://a.example">a</a><a href="{{unsubscribe_url}}">b</a>', 0],
  ['<a href="mailto:a@b.example">a</a><area href="https://a.example">', 0],
  ['<abbr href="https://a.example"><p>href="https://b.example"</p>', 0],
  ['<a href="https://a.example"', 1],
  ['', 0],
])('%s: %i', (html, count) => expect(linksIn(html)).toHaveLength(count))

// A megabyte that would keep the process busy for minutes if each of its beginnings were read to the end.
test.each([
  ['tags that never end', '<a '.repeat(350_000)],
  ['one tag of attributes', `<a ${'href= '.repeat(170_000)}`],
  ['spaces around =', `<a ${`href${' '.repeat(1_000)}`.repeat(500)}=${' '.repeat(500_000)}x`],
])('%s take no longer than others', (_what, html) => expect(linksIn(html)).toEqual([]))

test('an address is told as a browser would ask for it', () =>
  expect(linksIn('<a href="https://a.example/?x=1&amp;y=2">a</a>')).toEqual(['https://a.example/?x=1&y=2']))
