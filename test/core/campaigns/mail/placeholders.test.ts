// Placeholders as people write them, and ways to leave as they are seen.
import { describe, expect, test } from 'vitest'
import { readHtml } from '../../../../src/adapters/mail/html-reading.ts'
import {
  badPlaceholder,
  badPlaceholderOfHtml,
  hasUnsubscribeLink,
  hasUnsubscribeUrl,
} from '../../../../src/core/campaigns/mail/placeholders.ts'

const badIn = (html: string) => badPlaceholderOfHtml(html, readHtml)

describe('a placeholder that nobody can fill', () => {
  const everywhere = [
    '{{nmae}}',
    '{{Name}}',
    '{{constructor}}',
    '{{ user.first-name | x }}',
    '{{ .Name }}',
    '{{ .Subscriber.Name }}',
    '{{#if name}}',
    '{{/if}}',
    '{{^name}}',
    '{{> footer}}',
    '{{&name}}',
    '{{else}}',
    '{{= x }}',
    '{{{name}}}',
    '{{name}}}',
    '{{na me}}',
    '{{name}',
    '{{name',
    '{ {name} }',
    '{{"name"}}',
    '{{\u200bname}}',
    '{\u200b{name}}',
    '{\u2060{\u00adname}}',
    '{{&nbsp;name}}',
    '%7B%7Bname%7D%7D',
    '%7b%7bname%7d%7d',
    '&#123;&#123;name&#125;&#125;',
    '&#x7B;&#x7b;name&#x7D;&#x7d;',
    '&lbrace;{name}&rbrace;',
    '\uff5b\uff5bname\uff5d\uff5d',
    "{{name | default: 'x'}}",
    '{{name|default("x")}}',
    '{{name|upper|friend}}',
    '{{ name | capitalize }}',
    '{{name|"friend"}}',
  ]
  test.each(everywhere)('%s is found in a text and in HTML', (written) => {
    expect(badPlaceholder(`Hi ${written}, bye`)).toBeTruthy()
    expect(badIn(`<p>Hi ${written}, bye</p>`)).toBeTruthy()
    expect(badIn(`<a href="https://example.com/?n=${written.replaceAll('"', '&quot;')}">x</a>`)).toBeTruthy()
  })

  test.each([
    '{{na<b>me</b>}}',
    '{<i>{</i>name}}',
    '<span>{{</span><span>name</span><span>}}</span>',
    '{{na<!-- -->me}}',
    '{{name|<b>friend</b>}}',
  ])('%s is found in HTML', (written) => expect(badIn(`<p>Hi ${written}, bye</p>`)).toBeTruthy())

  test('is named as it was written', () => {
    expect(badPlaceholder('{{name}} and {{ user.name }}')).toBe('{{ user.name }}')
  })

  test('is looked for in linear time', () => {
    for (const hostile of [
      '{',
      '{{',
      '{{ ',
      '{{name',
      '{{name|',
      '{ {',
      '{{a',
      '%7b',
      '<b>{{',
      '<style>{',
      '<a href="{{',
    ])
      expect(() => badIn(hostile.repeat(300_000 / hostile.length))).not.toThrow()
  })
})

describe('nothing is wrong with', () => {
  test.each([
    'Hi {{name}} {{ name }} {{name|friend}} {{ name | dear friend }} {{name|}} {{email}} {{unsubscribe_url}}',
    '{{name|Tom & Ann}}',
    '{{name|여러분}}',
    'a {b} c } d { e',
    '{{}} {{ }}',
    'f(x) = {x : x > 0}',
    '*|FNAME|*',
    '50% off, 100%',
    'if (a) { b({ name: 1 }) }',
    '',
  ])('%s', (written) => {
    expect(badPlaceholder(written)).toBeUndefined()
    expect(badIn(`<p>${written}</p>`)).toBeUndefined()
  })

  test('style sheets, fallbacks with entities, data', () => {
    expect(badIn('<style>@media (max-width:1px){p{color:red}}</style>{{name|Tom &amp; Ann}}')).toBeUndefined()
    expect(badIn('<script type="application/ld+json">{"a":{"b":{"c":1}}}</script>')).toBeUndefined()
  })
})

describe('a way to leave', () => {
  const can = (html: string) => hasUnsubscribeLink(readHtml(html))

  test.each([
    '<a href="{{unsubscribe_url}}">Leave</a>',
    "<A HREF=' {{ unsubscribe_url }} '><b>Leave</b></A>",
    '<a href={{unsubscribe_url}}>Leave</a>',
    '<table><tr><td><a style="font-size:10px;line-height:0" href="{{unsubscribe_url}}">Leave</a></table>',
    '<a href="{{unsubscribe_url}}"><img src="leave.png" alt="Leave"></a>',
    '<p>Leave: {{unsubscribe_url}}.</p>',
    '<div style="display:none">x</div><a href="{{unsubscribe_url}}">Leave</a>',
    '<div style="max-height:0.5em;opacity:0.5;min-width:0;border-width:0"><a href="{{unsubscribe_url}}">Leave</a></div>',
    '<style>@media print{.a{display:none}}</style><p class="a"><a href="{{unsubscribe_url}}">Leave</a></p>',
    '<style>.b{display:none}</style><p class="a"><a href="{{unsubscribe_url}}">Leave</a></p>',
    '<td style="font-size:0px"><div style="font-family:Arial;font-size:13px"><a href="{{unsubscribe_url}}">Leave</a></div></td>',
    '<td style="font-size:0"><a href="{{unsubscribe_url}}"><img src="leave.png" alt="Leave"></a></td>',
    '<p style="color:#fff"><a href="{{unsubscribe_url}}">Leave</a></p>',
    '<table bgcolor="#000"><tr><td style="color:white">{{unsubscribe_url}}</table>',
    '<style>.dark{background:#000}</style><p class="dark" style="color:#fff">{{unsubscribe_url}}</p>',
    '<p style="background:url(night.png);color:#fff">{{unsubscribe_url}}</p>',
    '<p style="background-image:url(night.png);color:#fff">{{unsubscribe_url}}</p>',
    '<style>#head a, a:hover {display:none}</style><div id="foot"><a href="{{unsubscribe_url}}">Leave</a></div>',
    '<p style="color:rgb(255,0,0);font:12px/0 Arial;margin-top:-200px"><a href="{{unsubscribe_url}}">Leave</a></p>',
    '<p hidden><p><a href="{{unsubscribe_url}}">Leave</a>',
    '<details open><summary>More</summary><a href="{{unsubscribe_url}}">탈퇴</a></details>',
    '<details><p>x</p></details><a href="{{unsubscribe_url}}">✕</a>',
    '<p style="pointer-events:auto"><a href="{{unsubscribe_url}}">.<b>1</b></a></p>',
  ])('is in %s', (html) => expect(can(html)).toBe(true))

  const link = '<a href="{{unsubscribe_url}}">Leave</a>'
  test.each([
    '<a href="http://{{unsubscribe_url}}">Leave</a>',
    '<a href="mailto:{{unsubscribe_url}}">Leave</a>',
    '<a href="{{unsubscribe_url}}?x=1">Leave</a>',
    '<a href="{{unsubscribe_url}}"></a>',
    '<a href="{{unsubscribe_url}}"> &nbsp;&#8203;</a>',
    '<a href="{{unsubscribe_url}}">.</a>',
    '<a href="{{unsubscribe_url}}">\u2800\u3164 <b>&middot;</b></a>',
    `<details><summary>More</summary><p>${link}</p></details>`,
    `<div style="pointer-events:none">${link}</div>`,
    `<style>a{pointer-events:none}</style>${link}`,
    '<a href="{{unsubscribe_url}}"><img src="x" width="1" height="1"></a>',
    '<a title="{{unsubscribe_url}}">Leave</a>',
    '<img src="{{unsubscribe_url}}">',
    '<form action="{{unsubscribe_url}}"></form>',
    '<p>http://{{unsubscribe_url}}</p>',
    '<title>{{unsubscribe_url}}</title>',
    `<head>${link}</head>`,
    `<!-- ${link} -->`,
    `<!--[if mso]>${link}<![endif]-->`,
    '<style>a{background:url({{unsubscribe_url}})}</style>',
    '<p style="background:url({{unsubscribe_url}})">x</p>',
    `<template>${link}</template>`,
    `<noscript>${link}</noscript>`,
    `<div style="display:none">${link}</div>`,
    `<div style="DISPLAY : NONE !important"><p>${link}</p></div>`,
    `<div style="display:/**/none">${link}</div>`,
    `<div style="visibility:hidden">${link}</div>`,
    `<div style="color:red;font-size:0">${link}</div>`,
    `<div style="font-size:0px;">${link}</div>`,
    `<div style="opacity:0.0">${link}</div>`,
    `<div style="height:0;overflow:hidden">${link}</div>`,
    `<div style="max-height:0px;overflow:hidden">${link}</div>`,
    `<div style="mso-hide:all">${link}</div>`,
    `<div style="text-indent:-9999px">${link}</div>`,
    `<div hidden>${link}</div>`,
    `<style>.x{display:none}</style><div class="a x">${link}</div>`,
    `<style>a{display:none}</style>${link}`,
    `<style>#foot > td A , .y{color:red;display:none}</style><p id="foot"><td><b>${link}</b></td></p>`,
    `<style>p.x{font-size:0}</style><p class="x y">${link}</p>`,
    `<dialog>${link}</dialog>`,
    `<td style="font-size:0px"><div style="font-size:1.5em">${link}</div></td>`,
    ...[
      'font-size:1px',
      'font:0/0 a',
      'color:rgba(0,0,0,0)',
      'color:#ffffff00',
      'transform:scale(0)',
      'clip:rect(0,0,0,0)',
      'display:no\\6e e',
      'position:absolute;right:-999px',
      'color:#fff',
      'background:#1a1a1a;color:rgb(26, 26, 26)',
    ].map((style) => `<a style="${style}" href="{{unsubscribe_url}}">Leave</a>`),
    '<p style="color:white">Leave: {{unsubscribe_url}}</p>',
    '<table bgcolor="#00f"><tr><td><font color="#0000FF">{{unsubscribe_url}}</font></table>',
    '<a style="display:none" href="{{unsubscribe_url}}">Leave</a>',
    '',
  ])('is not in %s', (html) => expect(can(html)).toBe(false))

  test.each([
    ['Leave: {{unsubscribe_url}}', true],
    ['({{unsubscribe_url}})', true],
    ['<{{unsubscribe_url}}>.', true],
    ['http://{{unsubscribe_url}}', false],
    ['mailto:{{unsubscribe_url}}', false],
    ['{{unsubscribe_url}}/now', false],
  ])('in the text %s: %s', (text, is) => expect(hasUnsubscribeUrl(text)).toBe(is))

  test('is read in one pass of hostile HTML', () => {
    for (const hostile of [
      '<div>',
      '<a href="{{unsubscribe_url}}">',
      '<p style="',
      '<!--',
      '<style>{',
      '</div>',
      '<b hidden>',
      '<style>b a{display:none}</style><p><a>',
    ])
      expect(() => readHtml(hostile.repeat(400_000 / hostile.length))).not.toThrow()
  })

  test('is told soon, however long classes, selectors and styles are', () => {
    const many = (text: string) => text.repeat(200)
    const endless = (text: string) => text.repeat(4_900 / text.length)
    for (const hostile of [
      `<style>${many('.x p,')}b{display:none}</style><div class="${'a '.repeat(100_000)}">${many('<p>')}`,
      `<style>${'.y'.repeat(100_000)}{display:none}</style>${many(`<p class="${endless('y ')}">`)}`,
      `<style>${'a '.repeat(400_000)}{display:none}</style>${many('<a>')}`,
      many(`<p style="font:${endless(' ')}">`),
      many(`<p style="color:rgba(,${endless('0')}">`),
      many(`<p style="color:rgba(,${endless(' ,')}">`),
      many(`<p style="transform:scale(${endless('0')}">`),
    ])
      expect(() => readHtml(`${hostile}>`)).not.toThrow()
  })
})
