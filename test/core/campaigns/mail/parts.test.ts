// What every mail has around its author's words: a text alternative, a preheader, a way to unsubscribe.
import { describe, expect, test } from 'vitest'
import { compile, subscriber, url } from '../../../support/campaigns/campaign-mails.ts'

describe('the text alternative', () => {
  test('is the author’s own where there is one', () => {
    const text = 'Hi {{name|you}} & all, {{unsubscribe_url}}'
    expect(compile({ text }).render({ ...subscriber, name: '' }).text).toBe(`Hi you & all, ${url}`)
  })

  test('is made from the HTML: headings, lists, links, images by their words, no styles', () => {
    const html = `<html><head><style>p{color:red}</style><title>T</title></head><body>
      <h1>Hello {{name}}</h1><p>One &amp; <b>two</b></p><ul><li>a</li><li>b</li></ul>
      <table><tr><td>left</td><td>right</td></tr></table>
      <p><a href="https://example.com/x?a=1&amp;b=2">read on</a> <img src="cid:1" alt="our logo"></p>
      <div style="display: none">hidden</div><script>x()</script>
      <a href="https://example.com">https://example.com</a> {{unsubscribe_url}}</body></html>`
    const { text } = compile({ content: html }).render(subscriber)
    for (const part of [
      'Hello Yuna\n',
      'One & two\n',
      ' * a\n * b\n',
      'read on <https://example.com/x?a=1&b=2>',
      'our logo',
    ])
      expect(text).toContain(part)
    expect(text).toMatch(/left\s+right/)
    expect(text).toContain('\nhttps://example.com ')
    for (const word of ['color', 'hidden', 'x()', '<T>', '<b>']) expect(text).not.toContain(word)
  })

  test('is made from HTML that is nested beyond all reason', () => {
    const nested = `${'<div>'.repeat(20_000)}x`
    expect(compile({ content: nested }).render(subscriber).text).toContain('Unsubscribe: ')
  })
})

describe('a way to unsubscribe', () => {
  test('is added to a text whose address to leave by is a part of another link, which leads elsewhere', () => {
    const { text } = compile({ text: 'Go: https://example.com/?to={{unsubscribe_url}}' }).render(subscriber)
    expect(text).toContain(`\nUnsubscribe: ${url}\n`)
  })

  test('is added where HTML or text has none, each by itself', () => {
    const without = compile({ content: '<p>Hello</p>' }).render(subscriber)
    expect(without.html).toContain(`<a href="${url}"`)
    expect(without.text).toContain(`Unsubscribe: ${url}`)
    const inHtml = compile({ text: 'Hello' }).render(subscriber)
    expect(inHtml.html.split(url).length).toBe(2)
    expect(inHtml.text).toBe(`Hello\n\n-- \nNews\nUnsubscribe: ${url}\n`)
  })

  test('is in Korean, too, where the mail is', () => {
    const { html, text } = compile({ content: '<p>안녕하세요</p>' }).render(subscriber)
    expect(html).toContain('>수신 거부 · Unsubscribe</a>')
    expect(text).toContain(`\n수신 거부 · Unsubscribe: ${url}\n`)
  })

  test('is not added where there is one', () => {
    const { html, text } = compile().render(subscriber)
    expect(html.split(url).length).toBe(2)
    expect(text.split(url).length).toBe(2)
  })

  test('in a comment is none', () => {
    const { html } = compile({ content: '<p>x</p><!-- {{unsubscribe_url}} -->' }).render(subscriber)
    expect(html).toContain(`<a href="${url}"`)
  })

  test.each([
    [
      '<html><body class="a"><p>x</p></BODY></html>',
      /<p>x<\/p><p [^\n]*Unsubscribe<\/a><\/p><\/BODY><\/html>$/,
    ],
    [
      '<html><body><p>x</p></body></html><!-- </body> -->',
      /Unsubscribe<\/a><\/p><\/body><\/html><!-- <\/body> -->$/,
    ],
    ['<html><p>x</p></html>', /Unsubscribe<\/a><\/p><\/html>$/],
    ['<html><p>x</p>', /Unsubscribe<\/a><\/p>$/],
    ['<p>x</p>', /<p>x<\/p>\n[^\n]*Unsubscribe<\/a><\/p><\/body><\/html>\n$/],
  ])('goes before the end of %s', (written, expected) => {
    expect(compile({ content: written }).render(subscriber).html).toMatch(expected)
  })
})

describe('a preheader', () => {
  const preheader = 'For {{name|you}} & <all>'
  test.each([
    [
      '<html><head><title>x</title></head><body style="a"><p>x</p></body></html>',
      /<body style="a"><div style="display:none/,
    ],
    ['<!DOCTYPE html><html><head></head><p>x</p></html>', /<\/head><div style="display:none/],
    ['<html><p>x</p></html>', /<html><div style="display:none/],
    ['<p>x</p>', /<body><div style="display:none/],
    ['<!-- <body> --><html><body><p>x</p></body></html>', /<html><body><div style="display:none/],
  ])('begins the body of %s, hidden', (written, expected) => {
    const { html } = compile({ content: written, preheader }).render(subscriber)
    expect(html).toMatch(expected)
    expect(html).toContain('>For Yuna &#38; &#60;all&#62;</div>')
  })

  test('is plain text in the fallbacks of its placeholders, too', () => {
    const { html } = compile({ preheader: 'For {{name|R & <b>}}' }).render({ ...subscriber, name: '' })
    expect(html).toContain('>For R &#38; &#60;b&#62;</div>')
  })

  test('does not stand in the text', () => {
    expect(compile({ preheader }).render(subscriber).text).not.toContain('For Yuna')
  })

  test('that is empty leaves no trace', () => {
    expect(compile({ preheader: ' ' }).render(subscriber).html).not.toContain('display:none')
  })
})
