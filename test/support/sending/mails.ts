// Mails for tests, and a subscriber of what has come out.
import PostalMime, { type Email } from 'postal-mime'
import type { OutgoingMail } from '../../../src/core/campaigns/ports.ts'

export const FROM = { name: 'News', address: 'news@example.com' }
export const CAMPAIGN_ID = '01a2b3c4-0000-7000-8000-000000000001'
export const SUBSCRIBER_ID = '01a2b3c4-0000-7000-8000-000000000002'

export function aMail(changes: Partial<OutgoingMail> = {}): OutgoingMail {
  return {
    to: { name: 'Kim Yuna', address: 'yuna@example.org' },
    subject: 'Three things this week',
    html: '<p>Hello</p>',
    text: 'Hello\n',
    replyTo: null,
    messageId: `${CAMPAIGN_ID}.1-1@example.com`,
    headers: {},
    ...changes,
  }
}

/** Reads a mail with a parser that is not ours. */
export function readMail(raw: Buffer | string): Promise<Email> {
  return PostalMime.parse(raw)
}

/** The value of a header, unfolded; undefined where there is none. */
export function header(mail: Email, name: string): string | undefined {
  return mail.headers.find(({ key }) => key === name.toLowerCase())?.value
}

/** Names of all headers, as often as they stand there. */
export function headerNames(mail: Email): string[] {
  return mail.headers.map(({ key }) => key)
}

export const lines = (raw: Buffer): string[] => raw.toString('latin1').split('\r\n')
