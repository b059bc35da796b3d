// Writes JSON the way PHP's json_encode does: Mandrill's bodies come from PHP, and look it.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
/** A key whose value is undefined is left out. */
export type JsonObject = { readonly [key: string]: Json | undefined }

/**
 * `/` becomes `\/`, what is not ASCII becomes `\uXXXX` (two of them beyond U+FFFF), and an empty map becomes
 * `[]`, because PHP cannot tell an empty map from an empty list. `rawText` leaves the characters as they are
 * (JSON_UNESCAPED_UNICODE).
 */
export function phpJson(value: Json, { rawText = false } = {}): string {
  const text = JSON.stringify(value, emptyMapAsList).replaceAll('/', String.raw`\/`)
  return rawText ? text : text.replace(/[^\x00-\x7f]/g, escapeUnit)
}

function emptyMapAsList(_key: string, value: unknown): unknown {
  const isEmptyMap = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  return isEmptyMap ? [] : value
}

function escapeUnit(unit: string): string {
  return String.raw`\u` + unit.charCodeAt(0).toString(16).padStart(4, '0')
}
