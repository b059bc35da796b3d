// Reads values of varying shape in providers' payloads. Nothing here throws; what is missing is empty or null.

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

/** A longer name is not kept: no client could search for it. */
const NAME_LENGTH = 1_000

/** A text by which events are found: it is kept whole or not at all. */
export function asName(value: unknown): string | null {
  const text = asText(value)
  return text !== null && text.length <= NAME_LENGTH ? text : null
}

/** An address as senders write it: bare, or in angle brackets after a name. */
export function asAddress(value: unknown): string | null {
  const text = asName(value)?.trim()
  return asName(text?.endsWith('>') ? text.slice(text.lastIndexOf('<') + 1, -1).trim() : text)
}

/** A text that is only shown, so it may be cut. */
export function asShort(value: unknown, length: number): string | null {
  const text = asText(value)
  return text === null || text.length <= length ? text : `${text.slice(0, length).toWellFormed()}…`
}

/** From seconds since 1970, as a number or text; in milliseconds. */
export function asInstant(value: unknown): number | null {
  const seconds = typeof value === 'string' && value !== '' ? Number(value) : value
  if (typeof seconds !== 'number' || !(seconds > 0) || seconds > 4e9) return null
  return Math.round(seconds * 1000)
}

/** Looks up a word from outside in a table: `constructor` must not find what every object inherits. */
export function own<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined
}
