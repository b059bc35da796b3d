// Mails as bytes: whatever went in, a parser that is not ours reads back, and every line is one that SMTP carries.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildMime, toBytes } from '../../../src/adapters/mail/mime.ts'
import { oneLine } from '../../../src/core/campaigns/mail/template.ts'
import { aMail, FROM, header, headerNames, lines, readMail } from '../../support/sending/mails.ts'

const AT = Date.UTC(2026, 10, 22, 3, 4, 5)
const build = (changes: Parameters<typeof aMail>[0], from = FROM) =>
  toBytes(buildMime(aMail(changes), from, AT))
/** With one kind of line break, and none at the end: the parser puts one there. */
const asLines = (text: string) => text.replace(/\r\n?|\n/g, '\n').replace(/\n*$/, '')

// Any characters at all, and those that break careless builders more often than chance would have it.
const nasty = fc.constantFrom(
  '\r',
  '\n',
  '\0',
  '\t',
  '"',
  '\\',
  '<',
  '>',
  ',',
  '=',
  '?',
  '=?utf-8?Q?x?=',
  '.',
  ' ',
  '@',
)
const piece = fc.oneof(nasty, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.lorem())
const anyText = fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(''))

describe('a mail', () => {
  test('has each header once, ASCII only', async () => {
    const raw = build({ headers: { 'X-MC-Tags': 'weekly' }, replyTo: 'Answers <answers@example.com>' })
    const mail = await readMail(raw)
    expect(headerNames(mail)).toEqual([
      'from',
      'to',
      'reply-to',
      'subject',
      'date',
      'message-id',
      'x-mc-tags',
      'mime-version',
      'content-type',
    ])
    expect(header(mail, 'date')).toBe('Sun, 22 Nov 2026 03:04:05 +0000')
    expect(header(mail, 'message-id')).toBe(`<${aMail().messageId}>`)
    expect(mail.replyTo).toEqual([{ name: 'Answers', address: 'answers@example.com' }])
  })

  test('offers the text first and the HTML last', () => {
    const types = lines(build({})).filter((line) => line.startsWith('Content-Type: text/'))
    expect(types).toEqual([
      'Content-Type: text/plain; charset=utf-8',
      'Content-Type: text/html; charset=utf-8',
    ])
  })

  test('writes short ASCII subjects and names as they are', () => {
    const raw = lines(build({ to: { name: 'Kim, Yuna "Y"', address: 'yuna@example.org' } }))
    expect(raw).toContain('Subject: Three things this week')
    expect(raw).toContain('From: News <news@example.com>')
    expect(raw).toContain('To: "Kim, Yuna \\"Y\\"" <yuna@example.org>')
  })

  test('folds a long ASCII subject at its blanks', async () => {
    const subject = 'What happened in the garden '.repeat(8).trim()
    const raw = build({ subject })
    expect(lines(raw).some((line) => line.includes('=?'))).toBe(false)
    expect((await readMail(raw)).subject).toBe(subject)
  })

  test('carries internationalised domains in ASCII', async () => {
    const mail = await readMail(
      build({ to: { name: '', address: 'x@bücher.example' } }, { name: '', address: 'news@münchen.example' }),
    )
    expect(mail.to?.[0]?.address).toBe('x@xn--bcher-kva.example')
    expect(mail.from?.address).toBe('news@xn--mnchen-3ya.example')
  })

  test('leaves out a Reply-To that is no address', async () => {
    expect(headerNames(await readMail(build({ replyTo: 'nobody' })))).not.toContain('reply-to')
  })

  test('refuses a header whose name could begin another one', () => {
    expect(() => build({ headers: { 'X-A: b\r\nBcc': 'x' } })).toThrow(/not a valid header name/)
  })
})

describe('whatever is put into it', () => {
  test('subject and names read back, in one line', () =>
    fc.assert(
      fc.asyncProperty(anyText, anyText, anyText, async (subject, name, sender) => {
        const mail = await readMail(
          build({ subject, to: { name, address: 'yuna@example.org' } }, { ...FROM, name: sender }),
        )
        expect(mail.subject ?? '').toBe(oneLine(subject).toWellFormed())
        expect(mail.to).toEqual([{ name: oneLine(name).trim().toWellFormed(), address: 'yuna@example.org' }])
        expect(mail.from).toEqual({ name: oneLine(sender).trim().toWellFormed(), address: FROM.address })
        expect(new Set(headerNames(mail)).size).toBe(headerNames(mail).length)
      }),
    ))

  test('both bodies read back', () =>
    fc.assert(
      fc.asyncProperty(anyText, anyText, async (text, html) => {
        const mail = await readMail(build({ text, html }))
        expect(asLines(mail.text ?? '')).toBe(asLines(text.toWellFormed()))
        expect(asLines(mail.html ?? '')).toBe(asLines(html.toWellFormed()))
      }),
    ))

  test('adds no header', () =>
    fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const hostile = `x\r\nBcc: everybody@example.com\r\n\r\n${text}`
        const mail = await readMail(
          build({
            subject: hostile,
            to: { name: hostile, address: 'yuna@example.org' },
            replyTo: hostile,
            headers: { 'X-MC-Tags': hostile },
          }),
        )
        expect(headerNames(mail).toSorted()).toEqual([
          'content-type',
          'date',
          'from',
          'message-id',
          'mime-version',
          'subject',
          'to',
          'x-mc-tags',
        ])
      }),
    ))

  test('lines are ASCII, end with CRLF, and hold 76 characters where they can be broken', () =>
    fc.assert(
      fc.property(anyText, anyText, (text, subject) => {
        const raw = build({ text, html: text, subject, to: { name: subject, address: 'yuna@example.org' } })
        expect(raw.toString('latin1')).toMatch(/^[\x20-\x7e\t\r\n]*$/)
        expect(raw.toString('latin1')).not.toMatch(/[^\r]\n|\r[^\n]/)
        expect(Math.max(...lines(raw).map((line) => line.length))).toBeLessThanOrEqual(76)
        expect(lines(raw).filter((line) => /[ \t]$/.test(line))).toEqual([])
      }),
    ))

  test('a machine-readable header stays on one line', async () => {
    const value = JSON.stringify({ campaign_id: 'c'.repeat(100), delivery_id: '1-1' })
    expect(lines(build({ headers: { 'X-MC-Metadata': value } }))).toContain(`X-MC-Metadata: ${value}`)
  })
})
