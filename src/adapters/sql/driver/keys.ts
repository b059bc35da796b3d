// Text as it is indexed and compared: bounded to a column's length, and the same on both databases.
import { createHash } from 'node:crypto'

/** Lengths in characters. What is longer is kept whole in the event's data, and still found exactly. */
export const KEY_LENGTH = {
  email: 320,
  messageId: 128,
  campaignId: 128,
  tag: 128,
  subaccount: 128,
  link: 8,
  domain: 64,
} as const

const HASH_LENGTH = 43

/**
 * The key of a text. Most texts are their own. One that a column cannot hold, or that a database takes for
 * another (MySQL ignores spaces at the end, a lone surrogate is not UTF-8), is represented by its beginning
 * and its hash: never cut, which would make one of two. Rows are written and asked for through this, so both
 * sides always meet.
 */
export function keyOf(text: string, length: number): string {
  const start = text.slice(0, 2 * length) // a character takes one or two units: enough, however long the text is
  const fits = text.length <= length || (text === start && [...start].length <= length)
  if (fits && text.isWellFormed() && !text.endsWith(' ')) return text
  const hash = createHash('sha256').update(JSON.stringify(text)).digest('base64url')
  return `${[...start.toWellFormed()].slice(0, length - HASH_LENGTH - 1).join('')}~${hash}`
}
