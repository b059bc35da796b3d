// The text of a `.env` file, read as Node reads it; what Node would pass over without a word is an error.
import { isUtf8 } from 'node:buffer'
import { parseEnv } from 'node:util'

/** A blank line or a comment; a name and its value, which in quotes may have several lines; anything else. */
const ENTRY =
  /[^\S\n]*(?:#.*)?(?:\n|$)|\s*[^\s=#][^=\n]*=(?:[^\S\n]*(["'`])[^]*?\1(?<behind>.*)|(?<bare>.*))(?:\n|$)|(?<other>.+)(?:\n|$)/gy

/** Throws an Error whose message says what is wrong, without what the line holds: that may be a secret. */
export function parseEnvFile(bytes: Buffer): Record<string, string | undefined> {
  if (!isUtf8(bytes) || bytes.includes(0)) throw new Error('is not written in UTF-8')
  const text = bytes
    .toString()
    .replace(/^\ufeff/, '')
    .replaceAll('\r\n', '\n')
  for (const { groups, index } of text.matchAll(ENTRY)) {
    const wrong = problemOf(groups ?? {})
    if (wrong) throw new Error(`line ${text.slice(0, index).split('\n').length} ${wrong}`)
  }
  return parseEnv(text)
}

function problemOf({ behind, bare, other }: Readonly<Record<string, string | undefined>>) {
  if (other !== undefined) return 'is neither NAME=value nor a comment'
  if (behind !== undefined && !/^\s*(#|$)/.test(behind)) return 'goes on after the closing quote'
  if (/^\s*["'`]/.test(bare ?? '')) return 'has a quote that is never closed'
  return /\S#|^#\S/.test(bare ?? '') ? 'has a # in its value: write the value in quotes' : undefined
}
