// Reading times (RFC 3339).

const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

/** What readInstant accepts, to follow the field's name in a sentence. */
export const AN_INSTANT = 'must be a time with its offset, such as 2026-05-04T10:20:30Z'

/**
 * The instant in milliseconds since 1970; undefined if it is no RFC 3339 time. The offset is required: without it the instant
 * would depend on the machine.
 */
export function readInstant(text: string): number | undefined {
  const [, date = '', time = '', fraction = '', offset = ''] = RFC_3339.exec(text) ?? []
  const dayExists = new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date) // JavaScript takes February 30 for March 2
  const ms = date && dayExists ? Date.parse(`${date}T${time}${fraction}${offset.toUpperCase()}`) : Number.NaN
  return Number.isFinite(ms) ? ms : undefined
}
