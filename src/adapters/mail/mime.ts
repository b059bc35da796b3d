// A mail as the bytes that go over the wire (RFC 5322, RFC 2045): ASCII throughout, lines of at most 998.
//
// Not nodemailer's composer: that one builds a tree of streams for each mail, at several times the cost.
import { encode, wrap } from 'nodemailer/lib/qp'
import { BEYOND_ASCII, isBeyondAscii, toSmtpAddress, type Mailbox } from '../../core/addresses/mailbox.ts'
import type { OutgoingMail } from '../../core/campaigns/ports.ts'
import type { SendResult } from '../../core/sending/ports.ts'
import { mailboxHeader, rawHeader, replyToHeader, textHeader } from './headers.ts'

export type Mime = {
  /** Header lines, folded, each with its line break. */
  readonly headers: readonly string[]
  readonly body: string
}

// No line of quoted-printable or base64 can hold "=_".
const BOUNDARY = '=_alternative'
/** The share of bytes beyond ASCII above which base64 is shorter. */
const BASE64_SHARE = 1 / 6

/** Why a mail cannot be sent at all, by SMTP or to the outbox. */
export function unsendable({ to }: OutgoingMail): SendResult | undefined {
  if (toSmtpAddress(to.address)) return undefined
  const response = isBeyondAscii(to.address)
    ? `553 5.6.7 the hub cannot send to an address with ${BEYOND_ASCII}`
    : '553 5.1.3 no mail can be sent to this address'
  return { kind: 'failed', response, unknownRecipient: false }
}

export function buildMime(mail: OutgoingMail, from: Mailbox, at: number): Mime {
  return {
    headers: [
      mailboxHeader('From', from),
      mailboxHeader('To', mail.to),
      replyToHeader(mail.replyTo),
      textHeader('Subject', mail.subject),
      rawHeader('Date', dateOf(at)),
      rawHeader('Message-ID', `<${mail.messageId}>`),
      ...Object.entries(mail.headers).map(([name, value]) => ownHeader(name, value)),
      'MIME-Version: 1.0\r\n',
      `Content-Type: multipart/alternative; boundary="${BOUNDARY}"\r\n`,
    ].filter(Boolean),
    // The richest form comes last (RFC 2046, section 5.1.4).
    body: `${part('plain', mail.text)}${part('html', mail.html)}--${BOUNDARY}--\r\n`,
  }
}

export function toBytes({ headers, body }: Mime): Buffer {
  return Buffer.from(`${headers.join('')}\r\n${body}`, 'latin1')
}

function ownHeader(name: string, value: string): string {
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name))
    throw new Error(`${JSON.stringify(name)} is not a valid header name`)
  return rawHeader(name, value)
}

/** In quoted-printable, which people and filters can read; in base64 for texts in other scripts. */
function part(subtype: string, text: string): string {
  const bytes = Buffer.from(text.replace(/\r\n?|\n/g, '\r\n'))
  let beyond = 0
  for (const byte of bytes) if (byte > 126) beyond++
  const [encoding, lines] =
    beyond > bytes.length * BASE64_SHARE
      ? ['base64', bytes.toString('base64').replace(/.{76}(?=.)/g, '$&\r\n')]
      : ['quoted-printable', wrap(encode(bytes), 76)]
  return (
    `--${BOUNDARY}\r\nContent-Type: text/${subtype}; charset=utf-8\r\n` +
    `Content-Transfer-Encoding: ${encoding}\r\n\r\n${lines}\r\n`
  )
}

/** RFC 5322, section 3.3: `Sun, 22 Nov 2026 03:12:19 +0000`. */
function dateOf(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000')
}
