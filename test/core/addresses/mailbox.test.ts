// Addresses as people write them, and as SMTP takes them.
import { describe, expect, test } from 'vitest'
import { parseMailbox, toAsciiDomain, toSmtpAddress } from '../../../src/core/addresses/mailbox.ts'

describe('a mailbox', () => {
  test.each([
    ['news@example.com', '', 'news@example.com'],
    ['News <news@example.com>', 'News', 'news@example.com'],
    [' News & more  <news@localhost> ', 'News & more', 'news@localhost'],
    ['"News, daily \\"x\\"" <news@example.com>', 'News, daily "x"', 'news@example.com'],
    ['<news@example.com>', '', 'news@example.com'],
    ['소식 <news@bücher.example>', '소식', 'news@bücher.example'],
  ])('%j', (text, name, address) => {
    expect(parseMailbox(text)).toEqual({ name, address })
  })

  test.each(['', 'news', 'a@b@c', 'A <a@b> <c@d>', 'a@b, c@d', 'A <a@b>\r\nBcc: c@d', 'A <a b@c>', 'A <>'])(
    '%j is none',
    (text) => {
      expect(parseMailbox(text)).toBeUndefined()
    },
  )
})

describe('an address for SMTP', () => {
  test.each([
    ['Yuna@Example.ORG', 'Yuna@example.org'],
    ["o'hara+tag=1@example.org", "o'hara+tag=1@example.org"],
    ['x@bücher.example', 'x@xn--bcher-kva.example'],
    ['x@도메인.한국', 'x@xn--hq1bm8jm9l.xn--3e0b707e'],
    ['"a b"@example.org', '"a b"@example.org'],
    ['x@[127.0.0.1]', 'x@[127.0.0.1]'],
    ['news@localhost', 'news@localhost'],
  ])('%j is %j', (address, smtp) => {
    expect(toSmtpAddress(address)).toBe(smtp)
  })

  test.each([
    'jürgen@example.org',
    'no at',
    '@example.org',
    'x@',
    'a b@example.org',
    'a@b c.example',
    'a>@example.org',
    'a@example.org>',
    'a\r\n@example.org',
    'a@example.org\r\nX: y',
    '"a\r\n"@example.org',
    'a@ex/ample.org',
    'a@ex%61mple.org',
    'a@user:pw@x',
    'a@x:25',
    'a@xn--\u0000.com',
    `${'a'.repeat(250)}@example.org`,
  ])('%j has none', (address) => {
    expect(toSmtpAddress(address)).toBeUndefined()
  })

  test('a domain that no DNS can hold is none', () => {
    expect(toAsciiDomain('a\u200d.example')).toBe('')
  })
})
