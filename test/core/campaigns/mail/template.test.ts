// Placeholders: what is one, what is put in, and that nothing that was put in is ever read again.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  escapeHtml,
  escapeHtmlOnce,
  fill,
  oneLine,
  readTemplate,
} from '../../../../src/core/campaigns/mail/template.ts'

const VALUES = { name: 'Yuna', email: 'yuna@example.org', unsubscribe_url: 'https://hub.example.com/u/1' }
const filled = (text: string, values = VALUES) => fill(readTemplate(text), values)

describe('a placeholder', () => {
  test.each([
    ['Hi {{name}}', 'Hi Yuna'],
    ['{{name}}{{name}}', 'YunaYuna'],
    ['{{ name }} {{\tname\n}}', 'Yuna Yuna'],
    ['{{name|friend}}', 'Yuna'],
    ['{{ name | friend }}', 'Yuna'],
    ['{{email}} {{unsubscribe_url}}', `${VALUES.email} ${VALUES.unsubscribe_url}`],
    ['{{{name}}}', '{Yuna}'],
    ['', ''],
  ])('%j becomes %j', (text, expected) => {
    expect(filled(text)).toBe(expected)
  })

  test.each([
    ['{{name|friend}}', 'friend'],
    ['{{ name | dear friend }}', 'dear friend'],
    ['{{name|}}', ''],
    ['{{name}}', ''],
  ])('%j becomes %j where there is no name', (text, expected) => {
    expect(filled(text, { ...VALUES, name: '' })).toBe(expected)
  })

  test.each([
    '{{}}',
    '{{ }}',
    '{{#if name}}',
    '{{/each}}',
    '{name}',
    '{{name',
    '{{name}',
    '{{na me}}',
    '@media x{a{color:red}}',
    '{{"name": 1}}',
    '*|NAME|*',
  ])('%j is none, and stays as it is', (text) => {
    expect(filled(text)).toBe(text)
  })

  test('that nobody can fill stays as it is', () => {
    expect(filled('{{nmae}} {{name}}')).toBe('{{nmae}} Yuna')
  })

  test('is never read in a value', () => {
    const name = '{{email}} {{unsubscribe_url|x}} $& $1'
    expect(filled('a {{name}} b {{name}}', { ...VALUES, name })).toBe(`a ${name} b ${name}`)
  })

  test('text without any comes through to the letter', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!/\{\{\s*[A-Za-z_]/.test(text))
        expect(filled(text)).toBe(text)
      }),
    ))

  test('is looked for in linear time', () => {
    const size = 300_000
    for (const hostile of ['{{', '{{a', '{{ ', '{{a|', '{{a|b}', '{{name}}'])
      expect(readTemplate(hostile.repeat(size / hostile.length)).texts.length).toBeGreaterThan(0)
  })
})

describe('a value in HTML', () => {
  test('cannot leave the text or the attribute that it stands in', () => {
    const hostile = `"><script>x</script> ' & \``
    expect(escapeHtml(hostile)).not.toMatch(/[<>"'`]/)
    expect(escapeHtml('a & b')).toBe('a &#38; b')
    expect(escapeHtml('김유나')).toBe('김유나')
  })

  test('an author’s own words keep the entities that they have', () => {
    expect(escapeHtmlOnce('Tom &amp; Ann &#169; &copy; & "you" <b>')).toBe(
      'Tom &amp; Ann &#169; &copy; &#38; &#34;you&#34; &#60;b&#62;',
    )
  })
})

describe('one line', () => {
  test.each([
    ['a\r\nb', 'a b'],
    ['\u2028a\0\u0085b\t', 'a b'],
    ['as it is  ', 'as it is  '],
  ])('of %j is %j', (text, line) => {
    expect(oneLine(text)).toBe(line)
  })
})
