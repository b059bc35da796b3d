// Reading what providers write, whose shapes vary: nothing here throws, what is not there is empty or null.

export type Payload = Readonly<Record<string, unknown>>

/** Mandrill writes an empty object as `[]` (PHP), and null for what it does not know. */
export function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

export function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null
}

/** What is longer than a client could ask for is nobody's name. */
const NAME_LENGTH = 1_000

/** A text by which things are found: whole, or not at all. */
export function asName(value: unknown): string | null {
  const text = asText(value)
  return text !== null && text.length <= NAME_LENGTH ? text : null
}

/** An address as a sender has written it: bare, or in the angle brackets behind a name. */
export function asAddress(value: unknown): string | null {
  const text = asName(value)?.trim()
  return asName(text?.endsWith('>') ? text.slice(text.lastIndexOf('<') + 1, -1).trim() : text)
}

/** As much of a text as is shown. */
export function asShort(value: unknown, length: number): string | null {
  const text = asText(value)
  return text === null || text.length <= length ? text : `${text.slice(0, length).toWellFormed()}…`
}

/** Seconds since 1970, a number or the same as text. In milliseconds. */
export function asInstant(value: unknown): number | null {
  const seconds = typeof value === 'string' && value !== '' ? Number(value) : value
  if (typeof seconds !== 'number' || !(seconds > 0) || seconds > 4e9) return null
  return Math.round(seconds * 1000)
}

/** What a table of words from outside says: `constructor` must not find what every object inherits. */
export function own<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined
}
