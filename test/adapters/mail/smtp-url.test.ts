// SMTP_URL: what it says, and what it must not say.
import { describe, expect, test } from 'vitest'
import { readSmtpUrl } from '../../../src/adapters/mail/smtp/url.ts'

describe('SMTP_URL', () => {
  test('names server and account', () => {
    expect(readSmtpUrl('smtp://news%40example.com:p%2Fa%23s%25@mail.example.com')).toEqual({
      host: 'mail.example.com',
      port: 587,
      secure: false,
      local: false,
      auth: { user: 'news@example.com', pass: 'p/a#s%' },
      name: undefined,
    })
  })

  test.each([
    ['smtps://mail.example.com', { port: 465, secure: true, local: false, auth: undefined }],
    ['smtp://mail.example.com:25/', { port: 25, secure: false }],
    ['smtp://localhost:2525', { host: 'localhost', local: true }],
    ['smtp://[::1]:2525', { host: '::1', local: true }],
    ['smtp://127.0.0.2', { local: true }],
    ['smtp://127.0.0.1.example.com', { local: false }],
    ['smtp://mail.example.com?name=hub.example.com', { name: 'hub.example.com' }],
  ])('%s', (url, server) => {
    expect(readSmtpUrl(url)).toMatchObject(server)
  })

  test.each([
    ['mail.example.com', /must be a URL/],
    ['http://mail.example.com', /must be a URL/],
    ['smtp://', /must be a URL/],
    ['smtp://mail.example.com/path', /nothing may follow/],
    ['smtp://user:se/cret@mail.example.com', /must be a URL|nothing may follow/],
    ['smtp://user:secret@mail.example.com#x', /nothing may follow/],
    ['smtp://user@mail.example.com', /belong together/],
    ['smtp://:secret@mail.example.com', /belong together/],
    ['smtp://user:sec%ret@mail.example.com', /URL-encoded/],
    ['smtp://user:secret@mail.example.com?pool=true', /no option "pool"/],
    ['smtp://mail.example.com?name=a%0d%0ab', /name of a host/],
  ])('%s stops the start in one line, without the password', (url, message) => {
    expect(() => readSmtpUrl(url)).toThrow(message)
    expect(() => readSmtpUrl(url)).toThrow(/^SMTP_URL: [^\n]*$/)
    expect(() => readSmtpUrl(url)).not.toThrow(/sec/)
  })
})
