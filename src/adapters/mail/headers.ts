// Header lines of a mail: ASCII only and folded; no value can begin a new line (RFC 5322, RFC 2047).
import { parseMailbox, toSmtpAddress, type Mailbox } from '../../core/addresses/mailbox.ts'
import { oneLine } from '../../core/campaigns/mail/template.ts'

/** RFC 5322 recommends at most 78; RFC 2047 requires at most 76 in a line with an encoded word. */
const LINE = 76
/** 39 bytes are 52 characters of base64: an encoded word of 64 characters, which fits after any header's name. */
const WORD_BYTES = 39
/** A longer text is encoded or folded. */
const PLAIN_LENGTH = 60

export function textHeader(name: string, value: string): string {
  const text = oneLine(value)
  if (text === '') return `${name}:\r\n`
  return `${name}: ${isPlain(text) ? text : (fold(text, name.length + 2) ?? encodeWords(text))}\r\n`
}

/**
 * A header whose value machines read. It is not folded: not every reader unfolds, and RFC 5322 allows lines of 998. A value
 * that is not ASCII becomes encoded words.
 */
export function rawHeader(name: string, value: string): string {
  const text = oneLine(value)
  return `${name}: ${/^[\x20-\x7e]*$/.test(text) && text.length < 900 ? text : encodeWords(text)}\r\n`
}

export function mailboxHeader(name: string, { name: person, address }: Mailbox): string {
  const smtp = toSmtpAddress(address) ?? ''
  const phrase = phraseOf(oneLine(person).trim())
  if (!phrase) return `${name}: ${smtp}\r\n`
  const line = `${name}: ${phrase} <${smtp}>`
  return line.length > LINE ? `${name}: ${phrase}\r\n <${smtp}>\r\n` : `${line}\r\n`
}

/** From `Name <address>`, as in a setting; '' if it is no mailbox. */
export function replyToHeader(text: string | null): string {
  const mailbox = text === null ? undefined : parseMailbox(text)
  return mailbox && toSmtpAddress(mailbox.address) ? mailboxHeader('Reply-To', mailbox) : ''
}

/** A display name: bare if its characters allow it, else quoted, else in encoded words. */
function phraseOf(name: string): string {
  if (!isPlain(name)) return name && encodeWords(name)
  return /^[\w!#$%&'*+/=?^`{|}~-]+(?: [\w!#$%&'*+/=?^`{|}~-]+)*$/.test(name)
    ? name
    : `"${name.replace(/["\\]/g, '\\$&')}"`
}

/** Needs no encoding to be read back exactly: printable, short, nothing to trim, and nothing that looks encoded. */
function isPlain(text: string): boolean {
  return text.length <= PLAIN_LENGTH && /^[!-~](?:[ -~]*[!-~])?$/.test(text) && !text.includes('=?')
}

/** Breaks lines at single spaces; undefined if that is not possible. */
function fold(text: string, used: number): string | undefined {
  if (!/^[!-~]+(?: [!-~]+)*$/.test(text) || text.includes('=?')) return undefined
  const words = text.split(' ')
  if (words.some((word) => word.length > PLAIN_LENGTH)) return undefined
  let column = used
  let folded = ''
  for (const word of words) {
    const breaks = folded !== '' && column + 1 + word.length > LINE
    folded += (breaks ? '\r\n ' : folded && ' ') + word
    column = breaks ? word.length + 1 : column + word.length + 1
  }
  return folded
}

/**
 * RFC 2047: each word holds whole characters, and spaces between words do not count. Not nodemailer's encodeWord, which loads a
 * table of all file types at every start.
 */
function encodeWords(text: string): string {
  const words: string[] = []
  let part = ''
  for (const character of text.toWellFormed()) {
    if (Buffer.byteLength(part + character) > WORD_BYTES) {
      words.push(part)
      part = ''
    }
    part += character
  }
  return [...words, part].map((word) => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ')
}
