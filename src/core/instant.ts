// Times as people and programs write them.

const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

/** What a text must be that readInstant takes, as the end of a sentence that begins with the field's name. */
export const AN_INSTANT = 'must be a time with its offset, such as 2026-05-04T10:20:30Z'

/**
 * An instant of RFC 3339, in milliseconds since 1970; undefined for anything else. Without an offset it would be a different
 * one on each machine.
 */
export function readInstant(text: string): number | undefined {
  const [, date = '', time = '', fraction = '', offset = ''] = RFC_3339.exec(text) ?? []
  const dayExists = new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date) // JavaScript takes February 30 for March 2
  const ms = date && dayExists ? Date.parse(`${date}T${time}${fraction}${offset.toUpperCase()}`) : Number.NaN
  return Number.isFinite(ms) ? ms : undefined
}
