// Reading times (RFC 3339).

const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt]((?:[01]\d|2[0-3]):\d\d:)(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/
const DAY_MS = 86_400_000

/** What readInstant accepts, to follow the field's name in a sentence. */
export const AN_INSTANT = 'must be a time with its offset, such as 2026-05-04T10:20:30Z'

/**
 * The instant in milliseconds since 1970; undefined if it is no RFC 3339 time. The offset is required: without it the instant
 * would depend on the machine.
 */
export function readInstant(text: string): number | undefined {
  const [, date = '', minute = '', second = '', fraction = '', offset = ''] = RFC_3339.exec(text) ?? []
  const dayExists = new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date) // JavaScript takes February 30 for March 2
  if (!dayExists) return undefined
  const isLeap = second === '60' // such a second is none of its own in the time of computers: it is the next day's first
  const clock = isLeap ? `${minute}59` : `${minute}${second}${fraction}`
  const ms = Date.parse(`${date}T${clock}${offset.toUpperCase()}`) + (isLeap ? 1000 : 0)
  return Number.isFinite(ms) && !(isLeap && ms % DAY_MS !== 0) ? ms : undefined
}
