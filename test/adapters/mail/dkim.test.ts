// DKIM: what is signed verifies where it arrives, and a key that cannot sign stops the start.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { createDkim } from '../../../src/adapters/mail/dkim.ts'
import { buildMime, toBytes } from '../../../src/adapters/mail/mime.ts'
import { openSmtpMailer } from '../../../src/adapters/mail/smtp/smtp.ts'
import { verifyDkim } from '../../support/sending/dkim-verify.ts'
import { silentLog } from '../../support/events/feed-lab.ts'
import { startMailSink } from '../../support/servers/mail-sink.ts'
import { aMail, FROM } from '../../support/sending/mails.ts'

const dir = mkdtempSync(join(tmpdir(), 'hub-dkim-'))
afterAll(() => rmSync(dir, { recursive: true }))

function keep(name: string, content: string | Buffer): string {
  const path = join(dir, name)
  writeFileSync(path, content)
  return path
}
const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' })
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keyFile = keep('rsa.pem', pem(pair.privateKey))
const names = { domain: 'example.com', selector: '2026.mail' }

const LIST = {
  'List-Unsubscribe': '<https://hub.example.com/unsubscribe/token>',
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
}

describe('a signed mail', () => {
  test('verifies where it arrives', async () => {
    const sink = await startMailSink()
    const mailer = openSmtpMailer({
      url: sink.url,
      from: FROM,
      dkim: createDkim({ ...names, keyFile }),
      log: silentLog,
    })
    try {
      await mailer.send(aMail({ subject: 'Grüße', text: '.\n..\n  blanks  at  ends  \n\n\n', headers: LIST }))
      expect(verifyDkim(sink.mails[0]?.raw ?? Buffer.alloc(0), pair.publicKey)).toMatchObject({
        valid: true,
        ...names,
      })
    } finally {
      await mailer.close()
      await sink.close()
    }
  })

  const sign = async (mail = aMail({ headers: LIST, replyTo: 'a@example.com' })) => {
    const mime = buildMime(mail, FROM, Date.UTC(2026, 10, 22))
    const header = await createDkim({ ...names, keyFile }).sign(mime)
    return toBytes({ ...mime, headers: [header, ...mime.headers] })
  }

  test('covers what one-click unsubscribing asks for (RFC 8058), and everything that a recipient sees', async () => {
    const { signed } = verifyDkim(await sign(), pair.publicKey) ?? {}
    for (const name of [
      'list-unsubscribe',
      'list-unsubscribe-post',
      'from',
      'to',
      'reply-to',
      'subject',
      'date',
    ])
      expect(signed).toContain(name)
  })

  test.each([
    ['another subject', (text: string) => text.replace('Three things', 'Four things')],
    ['another body', (text: string) => text.replace('Hello', 'Hullo')],
    ['another link', (text: string) => text.replace('/unsubscribe/token', '/unsubscribe/other')],
    ...[
      'From: x@example.net',
      'To: x@example.net',
      'Cc: x@example.net',
      'Reply-To: x@example.net',
      'Subject: Win a prize',
      'Date: Sun, 22 Nov 2026 03:12:19 +0000',
      'Message-ID: <x@example.net>',
      'List-Id: <x.example.net>',
      'List-Unsubscribe: <https://example.net/>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      'MIME-Version: 1.0',
      'Content-Type: text/html; boundary="x"',
      'Content-Transfer-Encoding: base64',
    ].flatMap((line): [string, (text: string) => string][] => [
      [`another ${line} above`, (text) => `${line}\r\n${text}`],
      [`another ${line} below`, (text) => text.replace('\r\n\r\n', `\r\n${line}\r\n\r\n`)],
    ]),
  ])('does not verify with %s', async (_, change) => {
    const raw = await sign()
    expect(verifyDkim(raw, pair.publicKey)?.valid).toBe(true)
    const changed = Buffer.from(change(raw.toString('latin1')), 'latin1')
    expect(changed.equals(raw)).toBe(false)
    expect(verifyDkim(changed, pair.publicKey)?.valid).toBe(false)
  })

  test('verifies whatever is in it', () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), async (text, name) => {
        const raw = await sign(
          aMail({ text, html: text, subject: name, to: { name, address: 'yuna@example.org' } }),
        )
        expect(verifyDkim(raw, pair.publicKey)?.valid).toBe(true)
      }),
      { numRuns: 50 },
    ))

  test('has a signature of lines that SMTP carries', async () => {
    const text = (await sign()).toString('latin1')
    const header = text.slice(0, text.indexOf('\r\nFrom:'))
    expect(Math.max(...header.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(78)
  })
})

describe('a key that cannot sign stops the start, in one line that names it', () => {
  const small = generateKeyPairSync('rsa', { modulusLength: 512 })
  test.each([
    ['is missing', join(dir, 'none.pem'), /cannot be read: ENOENT/],
    ['is no key', keep('text.pem', 'hello'), /no private key/],
    [
      'is a public key',
      keep('public.pem', pair.publicKey.export({ type: 'spki', format: 'pem' })),
      /no private key/,
    ],
    [
      'has a password',
      keep(
        'locked.pem',
        pair.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
      ),
      /no private key/,
    ],
    ['is ed25519', keep('ed.pem', pem(generateKeyPairSync('ed25519').privateKey)), /ed25519: it must be RSA/],
    [
      'is of an elliptic curve',
      keep('ec.pem', pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)),
      /must be RSA/,
    ],
    ['is too short', keep('small.pem', pem(small.privateKey)), /512 bits/],
  ])('one that %s', (_, file, message) => {
    const open = () => createDkim({ ...names, keyFile: file })
    expect(open).toThrow(message)
    expect(open).toThrow(/^DKIM_KEY_FILE: [^\n]*$/)
  })

  test.each([
    [{ domain: 'not a domain' }, /^DKIM_DOMAIN: /],
    [{ domain: 'example.com; x=1' }, /^DKIM_DOMAIN: /],
    [{ selector: 'a b' }, /^DKIM_SELECTOR: /],
  ])('so does %j', (wrong, message) => {
    expect(() => createDkim({ ...names, keyFile, ...wrong })).toThrow(message)
  })

  test('a key in the older PKCS#1 form is taken', () => {
    const file = keep('pkcs1.pem', pair.privateKey.export({ type: 'pkcs1', format: 'pem' }))
    expect(createDkim({ ...names, keyFile: file }).domain).toBe('example.com')
  })
})

test('a signature of another domain than the sender’s is told to the operator', () => {
  const told: string[] = []
  const tell = (_: object, message: string) => void told.push(message)
  const log = { info: tell, warn: tell, error: tell }
  for (const domain of ['example.com', 'mail.example.com', 'example.net'])
    void openSmtpMailer({
      url: 'smtp://127.0.0.1',
      from: FROM,
      dkim: createDkim({ ...names, domain, keyFile }),
      log,
    }).close()
  expect(told).toEqual([expect.stringMatching(/DMARC/)])
})
